//! What a trial concluded about one arm.
//!
//! A verdict is the only form in which netopt says "proven". It always carries the number of rounds and the A/A floor:
//! what two copies of the same arm differed by. This file holds the words; the judge that speaks them, and the
//! experiment behind it, live in the trial crate.

use std::fmt;
use std::time::Duration;

use crate::metric::Metric;
use crate::unit::show_duration;

/// A relative change of the metric against the baseline, with its 95 % interval. All three are shares: -0.30 is 30 % less.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// Point estimate; greater than -1.
    pub change: f64,
    /// Lower end of the 95 % interval; at most `high`.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

impl Effect {
    /// From log ratios, the scale on which trials compute: `exp(x) - 1` of each.
    #[must_use]
    pub fn from_log(change: f64, low: f64, high: f64) -> Self {
        Self {
            change: change.exp_m1(),
            low: low.exp_m1(),
            high: high.exp_m1(),
        }
    }

    /// The point estimate in percent.
    #[must_use]
    pub fn pct(&self) -> f64 {
        self.change * 100.0
    }

    /// The ends of the interval in percent.
    #[must_use]
    pub fn interval_pct(&self) -> [f64; 2] {
        [self.low * 100.0, self.high * 100.0]
    }

    /// Whether "no change at all" lies outside the interval.
    #[must_use]
    pub fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, high] = self.interval_pct();
        write!(f, "{:+.1} % [{low:+.1}, {high:+.1}]", self.pct())
    }
}

/// The decision about one arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decision {
    /// Better on the declared metric, by more than the A/A floor and the practical threshold.
    Faster,
    /// Worse on the declared metric, by more than the A/A floor and the practical threshold.
    Slower,
    /// The interval lies within ±`threshold`.
    NoDifference {
        /// The practical threshold that applied.
        threshold: Threshold,
    },
    /// Not enough evidence for any of the others.
    Inconclusive {
        /// What the trial could have found.
        detectable: Detectable,
        /// Rounds in all until an improvement as large as the practical threshold would be told from none in eight of
        /// ten such trials; `None` if unknown or beyond reason.
        rounds_needed: Option<u32>,
    },
    /// The measurement cannot carry a conclusion.
    Invalid {
        /// Why not.
        reason: InvalidReason,
    },
}

/// The smallest difference that matters in practice: the larger of a share of the baseline and, for latencies, a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Threshold {
    /// A share of the baseline: 0.03 is 3 %.
    Share(f64),
    /// A time, where the share of the baseline would be less than it.
    Time(Duration),
}

/// `3 %`, `100 µs`.
impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(share) => write!(f, "{} %", (share * 1000.0).round() / 10.0),
            Self::Time(time) => f.write_str(&show_duration(*time)),
        }
    }
}

/// What a trial could have found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Detectable {
    /// The smallest improvement that eight of ten such trials would have called faster: a share of the baseline, above 0.
    Improvement(f64),
    /// Not estimable before so many complete rounds, because no result of fewer could have decided.
    NotBefore {
        /// Complete rounds.
        rounds: u32,
    },
}

impl Detectable {
    /// The improvement as a share; `None` when it is not estimable.
    #[must_use]
    pub const fn improvement(self) -> Option<f64> {
        match self {
            Self::Improvement(share) => Some(share),
            Self::NotBefore { .. } => None,
        }
    }
}

/// `12.5 %`, `not estimable before 10 rounds`.
impl fmt::Display for Detectable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Improvement(share) => write!(f, "{:.1} %", share * 100.0),
            Self::NotBefore { rounds } => write!(f, "not estimable before {rounds} rounds"),
        }
    }
}

/// Why a measurement cannot carry a conclusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvalidReason {
    /// The baseline itself moved too far while the trial ran.
    Drift,
    /// Two copies of the baseline differed.
    AaFailed,
    /// The machine that generated the load was the bottleneck.
    HostSaturated,
    /// Too few completed requests a block for the declared metric.
    TooFewSamples {
        /// The declared metric.
        metric: Metric,
        /// Completed requests of a typical block; below `need`.
        have: u64,
        /// Completed requests below which the interval of the metric has no end.
        need: u64,
    },
    /// The arms failed at different rates, so the survivors cannot be compared.
    ErrorsDiffer,
}

impl fmt::Display for InvalidReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Drift => "the baseline drifted while the trial ran",
            Self::AaFailed => "two copies of the baseline differed",
            Self::HostSaturated => "the load generator's host was saturated",
            Self::TooFewSamples { metric, have, need } => {
                return write!(
                    f,
                    "{metric} not estimable: needs {need} requests a block, has {have}"
                );
            }
            Self::ErrorsDiffer => "the arms failed at different rates",
        })
    }
}

/// The verdict on one arm of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Name of the arm.
    pub arm: String,
    /// The metric declared before the start.
    pub metric: Metric,
    /// What was concluded.
    pub decision: Decision,
    /// The change against the baseline; `None` before it can be estimated.
    pub effect: Option<Effect>,
    /// Complete rounds behind the verdict.
    pub rounds: u32,
    /// What two copies of the baseline differ by, a share; `None` before it is known, and then nothing is decided.
    pub aa_floor: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_prints_in_percent() {
        let effect = Effect::from_log(0.7_f64.ln(), 0.65_f64.ln(), 0.75_f64.ln());
        assert_eq!(effect.to_string(), "-30.0 % [-35.0, -25.0]");
        assert!(effect.excludes_zero());
    }

    #[test]
    fn an_interval_across_zero_does_not_exclude_it() {
        let effect = Effect::from_log(-0.1, -0.3, 0.1);
        assert!(!effect.excludes_zero());
        assert!(effect.low <= effect.change && effect.change <= effect.high);
    }

    #[test]
    fn what_is_missing_is_said_in_words() {
        let few = InvalidReason::TooFewSamples {
            metric: Metric::P99,
            have: 120,
            need: 368,
        };
        assert_eq!(
            few.to_string(),
            "p99 not estimable: needs 368 requests a block, has 120"
        );
        let early = Detectable::NotBefore { rounds: 10 };
        assert_eq!(early.to_string(), "not estimable before 10 rounds");
        assert_eq!(early.improvement(), None);
        assert_eq!(Detectable::Improvement(0.125).to_string(), "12.5 %");
    }

    #[test]
    fn a_threshold_prints_as_what_applied() {
        assert_eq!(Threshold::Share(0.03).to_string(), "3 %");
        assert_eq!(Threshold::Share(0.025).to_string(), "2.5 %");
        let time = Threshold::Time(Duration::from_micros(100));
        assert_eq!(time.to_string(), "100 µs");
    }
}
