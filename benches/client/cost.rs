//! The processor time of a call, one at a time and many at a time.

use crate::contestant::{Contestant, Home};
use crate::effort::Effort;
use crate::parties::Parties;

/// Calls at the same time.
const CROWDS: [usize; 2] = [1, 50];

/// Prints a table for each crowd.
pub(crate) fn report(parties: &Parties, effort: Effort) {
    let (rounds, calls) = effort.of((11, 40_000), (5, 10_000), (1, 100));
    for many in CROWDS {
        table(parties, many, rounds, calls);
    }
}

fn table(parties: &Parties, many: usize, rounds: usize, calls: usize) {
    println!(
        "\nGET of 612 bytes on kept connections, {many} at a time, {rounds} rounds of {calls} calls; least / median / most"
    );
    println!("  client             CPU us a call            to hyper              to reqwest");
    let Some(server) = parties.serve(1) else {
        println!("  skipped: the server did not start");
        return;
    };
    let rows: Vec<[Option<f64>; Contestant::ALL.len()]> = (0..rounds)
        .map(|round| {
            let mut row = [None; Contestant::ALL.len()];
            for turn in 0..row.len() {
                // Who goes first changes, so that nobody has the better half of each round.
                let turn = (turn + round) % row.len();
                let one = Contestant::ALL[turn];
                let calls = match one.home() {
                    Home::Python => (calls / 10).max(many),
                    Home::C | Home::Here => calls,
                };
                row[turn] = parties.cost(one, &server.port, calls, many);
            }
            row
        })
        .collect();
    let place = |of: Contestant| Contestant::ALL.iter().position(|one| *one == of);
    let (hyper, reqwest) = (place(Contestant::Hyper), place(Contestant::Reqwest));
    for (at, one) in Contestant::ALL.iter().enumerate() {
        let figures = rows.iter().filter_map(|row| row[at]);
        let micros = spread(figures.map(|cost| cost * 1e6).collect());
        let to = |base: Option<usize>| {
            let ratios = rows.iter().filter_map(|row| Some(row[at]? / row[base?]?));
            spread(ratios.collect())
        };
        println!(
            "  {:<17}  {micros:<23}  {:<20}  {}",
            one.name(),
            to(hyper),
            to(reqwest)
        );
    }
}

/// Least, median and most.
pub(crate) fn spread(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    match values.as_slice() {
        [] => "-".to_owned(),
        all => format!(
            "{:.2} / {:.2} / {:.2}",
            all[0],
            all[all.len() / 2],
            all[all.len() - 1]
        ),
    }
}
