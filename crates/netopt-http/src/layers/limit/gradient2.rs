//! Finding a limit by latency: `Gradient2` of Netflix' concurrency-limits.
//!
//! The gradient is the long average of latencies, times a tolerance, over their short average, between a half and one. The limit
//! becomes limit × gradient + queue, smoothed: while calls are as fast as ever it grows by the queue, and it shrinks as
//! they get slower. Its authors: "Performance Under Load" (Netflix Technology Blog, 2018), and the source of
//! `Gradient2Limit`.
//!
//! Two things differ. A window is as many calls as the limit, about a round trip, and not a second, so that a limit is
//! found within some dozen round trips. And the smallest limit is 1, not 20, because a client has many small servers.
//!
//! Known weakness, of the original, too: under a load that never lets up the long average follows the short one, and
//! the limit creeps up, by about e-fold in a thousand windows. A pause heals it.

use std::time::Duration;

use super::machine::{Sample, Went};

/// Where it begins: enough not to be in the way of an ordinary service.
const START: f64 = 20.0;
/// The smallest limit: below it nothing would be learnt.
const LEAST: f64 = 1.0;
/// The largest limit; beyond it is no HTTP server that one client should fill.
const MOST: f64 = 1000.0;
/// Calls that may queue at the server: what the limit grows by in a window.
const QUEUE: f64 = 4.0;
/// Latency may grow by half before the limit shrinks.
const TOLERANCE: f64 = 1.5;
/// How much of the difference a window makes up.
const SMOOTHING: f64 = 0.2;
/// Windows over which the long average forgets.
const LONG: f64 = 600.0;
/// Windows after which the long average is one; before, it is a plain mean.
const WARM_UP: u32 = 10;
/// A window has at least so many calls.
const FEWEST: u32 = 10;

/// A limit that follows latency, from 1 to 1000, beginning at 20.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient2 {
    limit: f64,
    long: f64,
    windows: u32,
    sum: Duration,
    count: u32,
    dropped: bool,
    most_in_flight: u32,
}

impl Default for Gradient2 {
    fn default() -> Self {
        Self {
            limit: START,
            long: 0.0,
            windows: 0,
            sum: Duration::ZERO,
            count: 0,
            dropped: false,
            most_in_flight: 0,
        }
    }
}

impl Gradient2 {
    /// The limit now, 1 to 1000.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and 1000"
    )]
    pub const fn limit(&self) -> u32 {
        self.limit as u32
    }

    /// A call is over.
    pub fn learn(&mut self, sample: &Sample) {
        self.dropped |= sample.went == Went::Dropped;
        self.most_in_flight = self.most_in_flight.max(sample.in_flight);
        if sample.went == Went::Well {
            self.sum += sample.latency;
        }
        self.count += 1;
        if self.count >= self.limit().max(FEWEST) {
            self.close();
        }
    }

    /// A window is full.
    fn close(&mut self) {
        let short = self.sum.as_secs_f64() / f64::from(self.count);
        let (dropped, in_flight) = (self.dropped, self.most_in_flight);
        self.sum = Duration::ZERO;
        (self.count, self.dropped, self.most_in_flight) = (0, false, 0);
        if dropped {
            // A failure says nothing about latency, but that it is too much.
            self.move_to(0.5);
            return;
        }
        self.lengthen(short);
        if self.long > 2.0 * short {
            // After a spell of slowness the long average comes down faster than it would.
            self.long *= 0.95;
        }
        // Who does not use the limit learns nothing about it.
        if f64::from(in_flight) >= self.limit / 2.0 && short > 0.0 {
            self.move_to((TOLERANCE * self.long / short).clamp(0.5, 1.0));
        }
    }

    /// Takes a window into the long average.
    fn lengthen(&mut self, short: f64) {
        self.windows = self.windows.saturating_add(1);
        let weight = if self.windows <= WARM_UP {
            1.0 / f64::from(self.windows)
        } else {
            2.0 / (LONG + 1.0)
        };
        self.long += (short - self.long) * weight;
    }

    fn move_to(&mut self, gradient: f64) {
        let target = self.limit * gradient + QUEUE;
        let next = self.limit * (1.0 - SMOOTHING) + target * SMOOTHING;
        self.limit = next.clamp(LEAST, MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn samples() -> impl Strategy<Value = Vec<(u64, u32, bool)>> {
        prop::collection::vec((0u64..2_000_000, 1u32..2000, any::<bool>()), 0..500)
    }

    proptest! {
        #[test]
        fn whatever_comes_the_limit_keeps_its_bounds(samples in samples()) {
            let mut found = Gradient2::default();
            for (micros, in_flight, well) in samples {
                let went = if well { Went::Well } else { Went::Dropped };
                found.learn(&Sample { latency: Duration::from_micros(micros), in_flight, went });
                prop_assert!((1..=1000).contains(&found.limit()), "{found:?}");
            }
        }

        #[test]
        fn who_does_not_use_the_limit_does_not_move_it(micros in 1u64..1_000_000, count in 0usize..500) {
            let mut found = Gradient2::default();
            for _ in 0..count {
                let latency = Duration::from_micros(micros);
                found.learn(&Sample { latency, in_flight: 9, went: Went::Well });
            }
            prop_assert_eq!(found.limit(), 20);
        }
    }

    #[test]
    fn steady_latency_lets_it_grow_and_slowness_makes_it_shrink() {
        let mut found = Gradient2::default();
        let mut feed = |millis, windows: u32| {
            for _ in 0..windows {
                for _ in 0..found.limit().max(FEWEST) {
                    let (latency, in_flight) = (Duration::from_millis(millis), found.limit());
                    found.learn(&Sample {
                        latency,
                        in_flight,
                        went: Went::Well,
                    });
                }
            }
            found.limit()
        };
        let grown = feed(10, 50);
        assert_eq!(grown, 60, "0.8 a window");
        assert!(feed(40, 20) < grown / 2);
    }
}
