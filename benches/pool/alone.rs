//! One task, and nothing to wait for.

use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use crate::effort::Effort;
use crate::lend::{Hold, Lend};
use crate::{peers, series};

/// Objects in each pool.
const OBJECTS: u32 = 8;

/// Prints the time of a loan.
pub(crate) fn report(effort: Effort) {
    let (rounds, loans) = effort.of((21, 400_000), (7, 100_000), (1, 100));
    let runtime = Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime without I/O needs threads only");
    let inside = runtime.enter();
    let (netopt, deadpool) = (peers::netopt(OBJECTS), peers::deadpool(OBJECTS));
    let (bb8, mobc) = (peers::bb8(OBJECTS), peers::mobc(OBJECTS));
    let (hyper_util, floor) = (peers::hyper_util(), peers::floor(OBJECTS));
    drop(inside);
    let all = series::rounds(
        rounds,
        &[
            ("netopt", &|| nanos(&runtime, &netopt, loans)),
            ("deadpool", &|| nanos(&runtime, &deadpool, loans)),
            ("bb8", &|| nanos(&runtime, &bb8, loans)),
            ("mobc", &|| nanos(&runtime, &mobc, loans / 10)),
            ("hyper_util, no bound", &|| {
                nanos(&runtime, &hyper_util, loans)
            }),
            ("floor, semaphore", &|| nanos(&runtime, &floor, loans)),
        ],
    );
    series::print("alone: one task", "ns a loan", &all, "deadpool");
}

fn nanos(runtime: &Runtime, pool: &impl Lend, loans: u32) -> f64 {
    runtime.block_on(async {
        pool.lend(Hold::Never, || {}).await;
        let begun = Instant::now();
        for _ in 0..loans {
            pool.lend(Hold::Never, || {}).await;
        }
        begun.elapsed().as_secs_f64() * 1e9 / f64::from(loans)
    })
}
