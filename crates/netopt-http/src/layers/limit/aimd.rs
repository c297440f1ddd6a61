//! Finding a limit by failures: one more after each good window, a tenth less after a bad one.
//!
//! Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance" (1989): additive increase and
//! multiplicative decrease is what lets several clients of one server come to a fair share. It needs a server that turns
//! calls away, or a bound on how late an answer may be; a server that queues without end is not noticed, see
//! [`super::Gradient2`].

use std::time::Duration;

use super::machine::{Sample, Went};

/// Where it begins, as [`super::Gradient2`].
const START: f64 = 20.0;
/// The smallest limit.
const LEAST: f64 = 1.0;
/// The largest limit.
const MOST: f64 = 1000.0;
/// What is left after a bad window, as in Netflix' `AIMDLimit`.
const DECREASE: f64 = 0.9;
/// An answer that takes longer counts as a failure, as in Netflix' `AIMDLimit`.
const DEFAULT_LATE: Duration = Duration::from_secs(5);

/// A limit that follows failures, from 1 to 1000, beginning at 20.
#[derive(Debug, Clone, PartialEq)]
pub struct Aimd {
    late: Duration,
    limit: f64,
    count: u32,
    dropped: bool,
    most_in_flight: u32,
}

impl Aimd {
    /// With another bound from which on an answer counts as a failure.
    #[must_use]
    pub const fn new(late: Duration) -> Self {
        Self {
            late,
            limit: START,
            count: 0,
            dropped: false,
            most_in_flight: 0,
        }
    }

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

    /// A call is over. A window is as many calls as the limit: about a round trip, in which all failures have one cause.
    pub fn learn(&mut self, sample: &Sample) {
        self.count += 1;
        self.dropped |= sample.went == Went::Dropped || sample.latency > self.late;
        self.most_in_flight = self.most_in_flight.max(sample.in_flight);
        if self.count < self.limit() {
            return;
        }
        if self.dropped {
            self.limit = (self.limit * DECREASE).max(LEAST);
        } else if self.most_in_flight.saturating_mul(2) >= self.limit() {
            self.limit = (self.limit + 1.0).min(MOST);
        }
        (self.count, self.dropped, self.most_in_flight) = (0, false, 0);
    }
}

impl Default for Aimd {
    fn default() -> Self {
        Self::new(DEFAULT_LATE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_up_or_a_tenth_down_a_window_within_the_bounds(
            samples in prop::collection::vec((1u32..2000, any::<bool>()), 0..2000),
        ) {
            let mut found = Aimd::default();
            for (in_flight, well) in samples {
                let before = found.limit;
                let went = if well { Went::Well } else { Went::Dropped };
                found.learn(&Sample { latency: Duration::ZERO, in_flight, went });
                let after = found.limit;
                prop_assert!((LEAST..=MOST).contains(&after));
                prop_assert!(after <= before + 1.0 && after >= before * DECREASE);
                prop_assert!(well || after <= before);
            }
        }
    }

    #[test]
    fn late_is_as_bad_as_failed() {
        let mut found = Aimd::new(Duration::from_millis(100));
        let mut feed = |millis| {
            for _ in 0..found.limit() {
                found.learn(&Sample {
                    latency: Duration::from_millis(millis),
                    in_flight: 20,
                    went: Went::Well,
                });
            }
            found.limit()
        };
        assert_eq!([feed(100), feed(101), feed(1)], [21, 18, 19]);
    }
}
