//! Waiting for an instant more precisely than the runtime's timer.
//!
//! The timer counts whole milliseconds and the poller rounds up again, so a plain sleep wakes 1 to 2 ms late: ten
//! times what a call on the own machine takes. So: sleep until shortly before, then yield to the other tasks until the
//! time has come.
//!
//! Measured on a 2-core virtual machine, one thread, calls that do nothing, 4 s each: the median slip was 5 to 20 µs
//! at 20 and 200 waits a second, for 1 % and 18 % of a core, and about 1 µs from 1,000 a second on, for a whole core.
//! With an echo server and other work on the same two cores it was 20 to 280 µs at up to 200 a second, where a plain
//! sleep slipped by 0.6 to 1.6 ms. Yielding gives way to ready tasks and to the network, but not to other processes:
//! on a machine short of cores, the scheduler takes the core away for milliseconds, and the slip shows it.
//!
//! What it leaves alone: priorities and affinities of threads, which are the user's to set.

use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until};

/// How long before the instant the sleep is meant to end: the tick of the timer, plus half of the poller's rounding.
const SPIN: Duration = Duration::from_micros(1500);

/// Waits until `at`, at once if it has passed.
///
/// # Cancel safety
/// It holds nothing: dropping it loses nothing.
pub(crate) async fn until(at: Instant) {
    let mut now = Instant::now();
    if now >= at {
        return;
    }
    if let Some(early) = at.checked_sub(SPIN).filter(|early| *early > now) {
        sleep_until(early).await;
        now = Instant::now();
    }
    while now < at {
        yield_now().await;
        let later = Instant::now();
        if later == now {
            // The clock is paused, as in a test: it advances only while everybody sleeps.
            return sleep_until(at).await;
        }
        now = later;
    }
}
