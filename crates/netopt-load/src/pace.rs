//! Waiting for an instant more precisely than the runtime's timer.
//!
//! The timer counts whole milliseconds and the poller rounds up again, so a plain sleep wakes 1 to 2 ms late: more
//! than a call on a local network takes. So: sleep until shortly before, then yield to the other tasks until the time
//! has come. Yielding lets every ready task and the network run, so it burns idle time only, yet it burns a core
//! while it lasts: at most [`SPIN`] for each wait.
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
