//! What a trial concluded about one arm.
//!
//! A verdict is the only form in which netopt says "proven". It always carries the number of rounds and the A/A floor:
//! what two copies of the same arm differed by. This file holds the words; the judge that speaks them, and the
//! experiment behind it, live in the trial crate.

use std::fmt;

use crate::metric::Metric;

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
    /// The interval lies within ±`delta`, a share.
    NoDifference {
        /// The practical threshold, a share: 0.03 is 3 %.
        delta: f64,
    },
    /// Not enough evidence for any of the others.
    Inconclusive {
        /// The smallest change that could have been seen, a share; infinite when nothing is known.
        detectable: f64,
        /// Rounds in all that the practical threshold would take; `None` if unknown or beyond reason.
        rounds_needed: Option<u32>,
    },
    /// The measurement cannot carry a conclusion.
    Invalid {
        /// Why not.
        reason: InvalidReason,
    },
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
    /// Too few samples a block for the declared metric.
    TooFewSamples,
    /// The arms failed at different rates, so the survivors cannot be compared.
    ErrorsDiffer,
}

impl fmt::Display for InvalidReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Drift => "the baseline drifted while the trial ran",
            Self::AaFailed => "two copies of the baseline differed",
            Self::HostSaturated => "the load generator's host was saturated",
            Self::TooFewSamples => "too few samples a block for this metric",
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
}
