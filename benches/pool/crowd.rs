//! 64 tasks on two threads share eight objects: how many loans there are, and whether all tasks get their share.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::effort::Effort;
use crate::lend::{Hold, Lend};
use crate::{peers, series};

/// Objects in each pool.
const OBJECTS: u32 = 8;
/// Tasks that share them.
const TASKS: usize = 64;
/// Loans between two looks at the clock.
const LOOK: u32 = 16;

/// Prints loans a second, and the worst task over the best.
pub(crate) fn report(effort: Effort, hold: Hold) {
    let (rounds, window) = effort.of(
        (11, Duration::from_millis(400)),
        (5, Duration::from_millis(200)),
        (1, Duration::from_millis(5)),
    );
    let fairness = RefCell::new(vec![Vec::new(); 5]);
    let note = |pool: usize, (rate, fair): (f64, f64)| {
        fairness.borrow_mut()[pool].push(fair);
        rate
    };
    let all = series::rounds(
        rounds,
        &[
            ("netopt", &|| note(0, share(peers::netopt, hold, window))),
            ("deadpool", &|| {
                note(1, share(peers::deadpool, hold, window))
            }),
            ("bb8", &|| note(2, share(peers::bb8, hold, window))),
            ("mobc", &|| note(3, share(peers::mobc, hold, window))),
            ("floor, semaphore", &|| {
                note(4, share(peers::floor, hold, window))
            }),
        ],
    );
    let title = format!("crowd: {TASKS} tasks, {OBJECTS} objects, held {hold:?}");
    series::print(&title, "million loans a second", &all, "deadpool");
    for (series, fair) in all.iter().zip(fairness.borrow().iter()) {
        let (least, median, most) = series::spread(fair);
        println!(
            "  {:<22} worst task over best {least:.2} / {median:.2} / {most:.2}",
            series.name
        );
    }
}

fn share<P: Lend>(pool: impl Fn(u32) -> P, hold: Hold, window: Duration) -> (f64, f64) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime without I/O needs threads only");
    let loans = runtime.block_on(async {
        let pool = Arc::new(pool(OBJECTS));
        let mut crowd = JoinSet::new();
        let begun = Instant::now();
        for _ in 0..TASKS {
            let pool = Arc::clone(&pool);
            crowd.spawn(async move {
                let mut loans = 0_u32;
                // By the clock and no timer: a pool that never gives way keeps the timers from firing, and its first two
                // tasks have all the loans.
                while !loans.is_multiple_of(LOOK) || begun.elapsed() < window {
                    pool.lend(hold, || {}).await;
                    loans += 1;
                }
                f64::from(loans)
            });
        }
        let loans = crowd.join_all().await;
        (loans, begun.elapsed())
    });
    let (loans, time) = loans;
    let (worst, _, best) = series::spread(&loans);
    let rate = loans.iter().sum::<f64>() / time.as_secs_f64() / 1e6;
    (rate, worst / best)
}
