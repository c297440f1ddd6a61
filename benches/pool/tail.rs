//! 1,000 tasks share 50 objects that each holds for a millisecond: how long the unlucky ones wait.

use std::cell::RefCell;
use std::sync::Arc;

use netopt_core::histogram::LatencyHistogram;
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::effort::Effort;
use crate::lend::{Hold, Lend};
use crate::{peers, series};

/// Objects in each pool.
const OBJECTS: u32 = 50;
/// Tasks that share them.
const TASKS: usize = 1_000;

/// Prints quantiles of the waits.
pub(crate) fn report(effort: Effort) {
    let (rounds, loans) = effort.of((7, 40), (3, 20), (1, 1));
    let rest = RefCell::new(vec![Vec::new(); 4]);
    let note = |pool: usize, waits: &LatencyHistogram| {
        let millis = |q| waits.quantile(q).unwrap_or_default().as_secs_f64() * 1e3;
        rest.borrow_mut()[pool].push([millis(0.5), millis(0.99)]);
        millis(0.999)
    };
    let all = series::rounds(
        rounds,
        &[
            ("netopt", &|| note(0, &waits(peers::netopt, loans))),
            ("deadpool", &|| note(1, &waits(peers::deadpool, loans))),
            ("bb8", &|| note(2, &waits(peers::bb8, loans))),
            ("floor, semaphore", &|| note(3, &waits(peers::floor, loans))),
        ],
    );
    let title = format!("tail: {TASKS} tasks, {OBJECTS} objects, held 1 ms: p99.9 of the wait");
    series::print(&title, "ms", &all, "deadpool");
    for (series, rest) in all.iter().zip(rest.borrow().iter()) {
        let median = |which: usize| {
            let figures: Vec<f64> = rest.iter().map(|both| both[which]).collect();
            series::spread(&figures).1
        };
        println!(
            "  {:<22} p50 {:.2} ms, p99 {:.2} ms",
            series.name,
            median(0),
            median(1)
        );
    }
}

fn waits<P: Lend>(pool: impl Fn(u32) -> P, loans: u32) -> LatencyHistogram {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime without I/O needs threads only");
    runtime.block_on(async {
        let pool = Arc::new(pool(OBJECTS));
        let mut crowd = JoinSet::new();
        for _ in 0..TASKS {
            let pool = Arc::clone(&pool);
            crowd.spawn(async move {
                let mut waits = LatencyHistogram::new();
                for _ in 0..loans {
                    let asked = Instant::now();
                    let taken = || waits.record(asked.elapsed());
                    pool.lend(Hold::ForAMilli, taken).await;
                }
                waits
            });
        }
        let mut all = LatencyHistogram::new();
        crowd
            .join_all()
            .await
            .iter()
            .for_each(|waits| all.merge(waits));
        all
    })
}
