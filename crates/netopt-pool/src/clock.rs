//! The pool's clock: cheap enough to be read twice a loan.
//!
//! Ages of connections are told in milliseconds, so the clock need not be finer. Linux has one that is read in a few
//! nanoseconds and moves on with the kernel's tick, each 1 to 10 ms; elsewhere tokio's is read. A test that pauses tokio's
//! clock expects the pool to stand still with it. So each time a connection is opened, which takes far longer, the clock
//! looks whether tokio's stands still, and from then on reads only that one.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// Milliseconds since the clock was made.
pub(crate) type Tick = u64;

/// A clock that was made with its pool.
#[derive(Debug)]
pub(crate) struct Clock {
    begun: Instant,
    #[cfg(target_os = "linux")]
    coarse_begun: Tick,
    /// Whether tokio's clock is to be read.
    exact: AtomicBool,
    /// What it said last, to anybody.
    last: AtomicU64,
}

impl Clock {
    /// Starts now. `finest` is the shortest time that will be told from another: below [`TICKS`] the coarse clock is too coarse.
    pub(crate) fn new(finest: Tick) -> Self {
        Self {
            begun: Instant::now(),
            #[cfg(target_os = "linux")]
            coarse_begun: coarse(),
            exact: AtomicBool::new(!cfg!(target_os = "linux") || finest < TICKS),
            last: AtomicU64::new(0),
        }
    }

    /// The milliseconds since it was made.
    #[inline]
    pub(crate) fn now(&self) -> Tick {
        #[cfg(target_os = "linux")]
        if !self.exact.load(Ordering::Relaxed) {
            let now = coarse().saturating_sub(self.coarse_begun);
            if self.last.load(Ordering::Relaxed) != now {
                self.last.store(now, Ordering::Relaxed);
            }
            return now;
        }
        millis(self.begun.elapsed())
    }

    /// A tick that is no earlier than so long after now, however late the clock is.
    pub(crate) fn after(&self, wait: Duration) -> Tick {
        let late = if self.exact.load(Ordering::Relaxed) {
            0
        } else {
            LATEST
        };
        self.now().saturating_add(millis(wait)).saturating_add(late)
    }

    /// What the clock said last when anybody read it: no later than now, and in a pool that is used about now.
    #[inline]
    pub(crate) fn recent(&self) -> Tick {
        if self.exact.load(Ordering::Relaxed) {
            return self.now();
        }
        self.last.load(Ordering::Relaxed)
    }

    /// Looks whether tokio's clock was paused.
    pub(crate) fn look(&self) {
        if !self.exact.load(Ordering::Relaxed) && stands_still() {
            self.exact.store(true, Ordering::Relaxed);
        }
    }
}

/// The longest tick of a kernel: so late is the coarse clock at the most.
const LATEST: Tick = 10;

/// A hundred of these: then the coarse clock is off by a hundredth at the most.
pub(crate) const TICKS: Tick = 100 * LATEST;

/// Whole milliseconds; no duration is too long.
pub(crate) fn millis(duration: Duration) -> Tick {
    Tick::try_from(duration.as_millis()).unwrap_or(Tick::MAX)
}

/// Milliseconds since the machine started.
#[cfg(target_os = "linux")]
#[inline]
fn coarse() -> Tick {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::MonotonicCoarse);
    now.tv_sec.unsigned_abs() * 1_000 + now.tv_nsec.unsigned_abs() / 1_000_000
}

/// Whether tokio's clock stands still while time passes.
#[expect(
    clippy::disallowed_types,
    reason = "whether tokio's clock is paused can only be told by one that is not"
)]
fn stands_still() -> bool {
    let before = Instant::now();
    let real = std::time::Instant::now();
    while std::time::Instant::now() == real {
        std::hint::spin_loop();
    }
    Instant::now() == before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_is_noticed_and_followed() {
        let clock = Clock::new(TICKS);
        clock.look();
        tokio::time::advance(Duration::from_secs(51)).await;
        assert_eq!(clock.now(), 51_000);
    }

    #[tokio::test]
    async fn a_clock_that_runs_does_not_stand_still() {
        for _ in 0..1_000 {
            assert!(!stands_still());
        }
    }

    #[tokio::test]
    async fn it_never_goes_back() {
        let clock = Clock::new(TICKS);
        let mut last = clock.now();
        for _ in 0..10_000 {
            let now = clock.now();
            assert!(now >= last);
            last = now;
        }
    }
}
