//! The pace of calls to one destination, and the line of those who came too early.
//!
//! The generic cell rate algorithm (ITU-T I.371) is that of the crate `governor`; the line is ours, so that whoever waits is served
//! in order of asking, and knows at once when the wait would be too long.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

/// The pace of one destination.
#[derive(Debug)]
pub(super) struct Pace {
    limiter: RateLimiter<NotKeyed, InMemoryState, Since, NoOpMiddleware<Nanos>>,
    clock: Since,
    interval: Duration,
    /// Whoever holds it is next; the others wait for it in order of asking.
    next: Mutex<()>,
    line: AtomicU32,
}

impl Pace {
    pub(super) fn new(a_second: NonZeroU32) -> Self {
        let clock = Since(Instant::now());
        let interval = Duration::from_secs(1) / a_second.get();
        let quota = Quota::per_second(a_second).allow_burst(NonZeroU32::MIN);
        Self {
            limiter: RateLimiter::direct_with_clock(quota, clock),
            clock,
            interval,
            next: Mutex::new(()),
            line: AtomicU32::new(0),
        }
    }

    /// Waits for its turn, or says at once how long that would take, if it is beyond the deadline.
    pub(super) async fn turn(&self, by: Instant) -> Result<(), Duration> {
        let spot = Spot::take(&self.line);
        let now = Instant::now();
        let ahead = self.interval.saturating_mul(spot.ahead);
        if now + ahead > by {
            return Err(ahead);
        }
        let next = self.next.lock().await;
        loop {
            let wait = match self.limiter.check() {
                Ok(()) => break,
                Err(early) => early.wait_time_from(self.clock.now()),
            };
            if Instant::now() + wait > by {
                return Err(wait);
            }
            sleep(wait).await;
        }
        drop((next, spot));
        Ok(())
    }
}

/// A spot in the line; left when this is dropped, whatever happens to who waits.
struct Spot<'a> {
    line: &'a AtomicU32,
    ahead: u32,
}

impl<'a> Spot<'a> {
    fn take(line: &'a AtomicU32) -> Self {
        let ahead = line.fetch_add(1, Ordering::Relaxed);
        Self { line, ahead }
    }
}

impl Drop for Spot<'_> {
    fn drop(&mut self) {
        self.line.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Time since a moment, by the clock that tests can pause.
#[derive(Debug, Clone, Copy)]
struct Since(Instant);

impl Clock for Since {
    type Instant = Nanos;
    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use proptest::prelude::*;
    use tokio::task::JoinSet;

    fn run<T>(test: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        runtime.unwrap().block_on(test)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn no_second_sees_more_than_the_rate_and_the_line_keeps_its_order(
            rate in 1u32..200, gaps in prop::collection::vec(0u64..30, 1..120),
        ) {
            let rate = NonZeroU32::new(rate).unwrap();
            let served = run(async {
                let pace = Arc::new(Pace::new(rate));
                let start = Instant::now();
                let mut calls = JoinSet::new();
                for (number, gap) in gaps.iter().enumerate() {
                    sleep(Duration::from_millis(*gap)).await;
                    let pace = Arc::clone(&pace);
                    calls.spawn(async move {
                        pace.turn(start + Duration::from_secs(1000)).await.unwrap();
                        (start.elapsed(), number)
                    });
                    tokio::task::yield_now().await;
                }
                let mut served = calls.join_all().await;
                served.sort_unstable();
                served
            });
            prop_assert!(served.is_sorted_by_key(|(_, number)| *number));
            let most = rate.get() as usize;
            for pair in served.windows(most + 1) {
                // A timer may be up to a millisecond late, never early.
                let took = pair[most].0 - pair[0].0;
                prop_assert!(took >= Duration::from_millis(998), "{took:?}");
            }
        }
    }

    #[test]
    fn who_could_not_be_served_in_time_is_told_at_once() {
        run(async {
            let pace = Arc::new(Pace::new(NonZeroU32::new(10).unwrap()));
            let start = Instant::now();
            pace.turn(start).await.unwrap();
            let mut calls = JoinSet::new();
            for _ in 0..9 {
                let pace = Arc::clone(&pace);
                calls.spawn(async move { pace.turn(start + Duration::from_millis(450)).await });
            }
            let served = calls.join_all().await;
            assert_eq!(served.iter().filter(|turn| turn.is_ok()).count(), 4);
            assert_eq!(pace.line.load(Ordering::Relaxed), 0);
            assert!(start.elapsed() < Duration::from_millis(450));
        });
    }
}
