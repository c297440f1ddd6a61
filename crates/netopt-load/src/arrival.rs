//! When calls are meant to begin.
//!
//! A closed loop has no plan: the next call begins when the last one is done, so a slow server slows its own load down
//! and hides its pauses ("coordinated omission"). An open loop has a [`Schedule`]: offsets from the start of the run
//! that depend on nothing that happens in it. The schedule is sans-io: it does not wait, and the same seed gives the
//! same offsets, so that the arms of an experiment get the same arrivals.

use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::unit::PerSecond;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// An arrival process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arrival {
    /// Closed loop: so many callers, each of which begins the next call when its last one is done.
    Closed {
        /// How many calls are in flight all the time.
        concurrency: NonZeroU32,
    },
    /// Open loop with even gaps: call number i begins at i / rate. A rate of zero has no calls.
    Constant {
        /// Calls per second.
        rate: PerSecond,
    },
    /// Open loop with independent, exponentially distributed gaps, as from many users who do not know each other.
    /// A rate of zero has no calls.
    Poisson {
        /// Calls per second on average.
        rate: PerSecond,
        /// The same seed gives the same arrivals.
        seed: u64,
    },
}

impl Arrival {
    /// The plan of an open loop; `None` for a closed one.
    #[must_use]
    pub fn schedule(self) -> Option<Schedule> {
        let gaps = match self {
            Self::Closed { .. } => return None,
            Self::Constant { rate } => Gaps::Even { rate, index: 0 },
            Self::Poisson { rate, seed } => Gaps::Exponential {
                rate,
                random: Xoshiro256PlusPlus::seed_from_u64(seed),
                seconds: 0.0,
            },
        };
        Some(Schedule { gaps })
    }

    /// The rate that an open loop asks for; `None` for a closed one.
    #[must_use]
    pub const fn rate(self) -> Option<PerSecond> {
        match self {
            Self::Closed { .. } => None,
            Self::Constant { rate } | Self::Poisson { rate, .. } => Some(rate),
        }
    }
}

/// The offsets from the start of a run at which calls are meant to begin, in order.
///
/// Endless but for a rate of zero, or once an offset exceeds what a [`Duration`] holds.
#[derive(Debug, Clone)]
pub struct Schedule {
    gaps: Gaps,
}

#[derive(Debug, Clone)]
enum Gaps {
    /// Computed from the index, so rounding does not add up to drift.
    Even { rate: PerSecond, index: u64 },
    /// Summed in seconds: a sum of random gaps has no grid to drift from.
    Exponential {
        rate: PerSecond,
        random: Xoshiro256PlusPlus,
        seconds: f64,
    },
}

impl Iterator for Schedule {
    type Item = Duration;

    #[expect(
        clippy::cast_precision_loss,
        reason = "exact up to 2^53 calls, three centuries at a million a second"
    )]
    fn next(&mut self) -> Option<Duration> {
        let seconds = match &mut self.gaps {
            Gaps::Even { rate, index } => {
                let seconds = *index as f64 / rate.get();
                *index += 1;
                seconds
            }
            Gaps::Exponential {
                rate,
                random,
                seconds,
            } => {
                // Inversion; 1 - u lies in (0, 1], so the logarithm is finite.
                *seconds -= (1.0 - random.random::<f64>()).ln() / rate.get();
                *seconds
            }
        };
        // At rate zero this is infinite or not a number: no call.
        Duration::try_from_secs_f64(seconds).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn poisson(rate: f64, seed: u64) -> Schedule {
        let rate = PerSecond::new(rate).unwrap();
        Arrival::Poisson { rate, seed }.schedule().unwrap()
    }

    fn constant(rate: f64) -> Schedule {
        let rate = PerSecond::new(rate).unwrap();
        Arrival::Constant { rate }.schedule().unwrap()
    }

    #[test]
    fn constant_arrivals_do_not_drift() {
        // 1/3 s is not a whole number of nanoseconds; summed up, three million of them would be a millisecond off.
        let late = constant(3.0).nth(3_000_000).unwrap();
        assert_eq!(late, Duration::from_secs(1_000_000));
    }

    #[test]
    fn the_same_seed_gives_the_same_arrivals_and_another_one_does_not() {
        let first: Vec<_> = poisson(50.0, 7).take(1000).collect();
        assert_eq!(first, poisson(50.0, 7).take(1000).collect::<Vec<_>>());
        assert_ne!(first, poisson(50.0, 8).take(1000).collect::<Vec<_>>());
    }

    #[test]
    fn poisson_gaps_have_the_mean_and_the_spread_of_an_exponential() {
        let offsets: Vec<f64> = poisson(200.0, 1)
            .take(100_000)
            .map(|offset| offset.as_secs_f64())
            .collect();
        let gaps: Vec<f64> = offsets.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let count = f64::from(u32::try_from(gaps.len()).unwrap());
        let mean = gaps.iter().sum::<f64>() / count;
        let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / count;
        // Standard errors: 0.3 % of the mean and 0.7 % of the deviation, so 2 % and 4 % are more than five of them.
        assert!((mean * 200.0 - 1.0).abs() < 0.02, "{mean}");
        assert!((variance.sqrt() / mean - 1.0).abs() < 0.04, "{variance}");
    }

    #[test]
    fn a_rate_of_zero_has_no_calls_but_the_one_at_once_is_none_either() {
        assert_eq!(constant(0.0).next(), None);
        assert_eq!(poisson(0.0, 1).next(), None);
    }

    #[test]
    fn a_closed_loop_has_no_plan() {
        let concurrency = NonZeroU32::MIN;
        assert!(Arrival::Closed { concurrency }.schedule().is_none());
        assert_eq!(Arrival::Closed { concurrency }.rate(), None);
    }

    proptest! {
        #[test]
        fn arrivals_are_in_order(rate in 0.001f64..1e6, seed: u64) {
            for schedule in [constant(rate), poisson(rate, seed)] {
                let offsets: Vec<_> = schedule.take(200).collect();
                prop_assert!(offsets.is_sorted());
            }
        }
    }
}
