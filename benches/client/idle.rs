//! The memory of an idle connection.

use crate::contestant::Contestant;
use crate::cost::spread;
use crate::effort::Effort;
use crate::parties::Parties;

/// Connections of the smaller process: what a program has anyway is in both.
const FEW: usize = 100;

/// Prints the growth from one connection to the next.
pub(crate) fn report(parties: &Parties, effort: Effort) {
    let (rounds, more) = effort.of((5, 1_000), (3, 1_000), (1, 10));
    println!(
        "\nmemory of an idle connection, over {more} of them, {rounds} rounds; least / median / most"
    );
    println!("  client             kB resident");
    // The layers keep nothing for a connection, and their limit would not have so many calls at once.
    let all = Contestant::ALL.into_iter();
    for one in all.filter(|one| *one != Contestant::Layers) {
        let growth = || {
            let (few, many) = (parties.memory(one, FEW)?, parties.memory(one, FEW + more)?);
            let more = u32::try_from(more).ok()?;
            Some((many - few) / f64::from(more))
        };
        let all = (0..rounds).filter_map(|_| growth()).collect();
        println!("  {:<17}  {}", one.name(), spread(all));
    }
}
