//! Whether a figure has settled, and how much to believe it if not.

use std::collections::VecDeque;

use super::{MOVING_AVERAGE_DISTANCE, STANDARD_DEVIATION_TOLERANCE_PERCENT};

/// How much a figure may be relied on; section "Confidence of test-results".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Fewer intervals than a moving average spans: the run was cut short.
    Low,
    /// Enough intervals, but the figure still moves.
    Medium,
    /// The figure has settled.
    High,
}

impl Confidence {
    /// The word in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// The latest values of a figure, one an interval: the moving average of goodput, or the responsiveness.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stability {
    latest: VecDeque<Option<f64>>,
    measured: usize,
}

impl Stability {
    /// No interval yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            latest: VecDeque::new(),
            measured: 0,
        }
    }

    /// Takes the value of the next interval; `None` if nothing was measured in it, which is no zero: it leaves a gap.
    /// A value that is not finite counts as a gap.
    pub fn record(&mut self, value: Option<f64>) {
        let value = value.filter(|value| value.is_finite());
        self.measured = self.measured.saturating_add(usize::from(value.is_some()));
        self.latest.push_back(value);
        if self.latest.len() > MOVING_AVERAGE_DISTANCE {
            self.latest.pop_front();
        }
    }

    /// Whether the last four values, without a gap, have a standard deviation below 5 % of the latest one. The
    /// deviation is that of these four (divided by four), section "Final algorithm".
    #[must_use]
    pub fn is_stable(&self) -> bool {
        let values: Vec<f64> = self.latest.iter().copied().flatten().collect();
        let (count, Some(latest)) = (values.len(), values.last()) else {
            return false;
        };
        if count < MOVING_AVERAGE_DISTANCE {
            return false;
        }
        // Exact: there are four.
        let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let mean = values.iter().sum::<f64>() / count;
        let variance = values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
            / count;
        let tolerance = f64::from(STANDARD_DEVIATION_TOLERANCE_PERCENT) / 100.0;
        variance.sqrt() < tolerance * latest
    }

    /// The confidence after the latest interval.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        if self.is_stable() {
            Confidence::High
        } else if self.measured >= MOVING_AVERAGE_DISTANCE {
            Confidence::Medium
        } else {
            Confidence::Low
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn after(values: &[Option<f64>]) -> Confidence {
        let mut stability = Stability::new();
        values.iter().for_each(|&value| stability.record(value));
        stability.confidence()
    }

    #[test]
    fn confidence_grows_from_low_over_medium_to_high() {
        let some = |values: &[f64]| after(&values.iter().copied().map(Some).collect::<Vec<_>>());
        for (values, expected) in [
            (&[][..], Confidence::Low),
            (&[1000.0; 3], Confidence::Low),
            (&[1000.0; 4], Confidence::High),
            (&[500.0, 1000.0, 1000.0, 1000.0], Confidence::Medium),
            (&[500.0, 1000.0, 1000.0, 1000.0, 1000.0], Confidence::High),
            // A deviation of 50 and one of 49 of 1000.
            (&[1000.0, 1100.0, 1100.0, 1000.0], Confidence::Medium),
            (&[1000.0, 1098.0, 1098.0, 1000.0], Confidence::High),
            (&[0.0; 4], Confidence::Medium),
        ] {
            assert_eq!(some(values), expected, "{values:?}");
        }
        assert!(Confidence::High > Confidence::Medium);
        assert_eq!(Confidence::Low.name(), "low");
    }

    #[test]
    fn an_interval_without_probes_is_a_gap_and_no_zero() {
        let full = Some(1000.0);
        assert_eq!(after(&[full, full, None, full]), Confidence::Low);
        assert_eq!(after(&[full, full, None, full, full]), Confidence::Medium);
        assert_eq!(after(&[None, full, full, full, full]), Confidence::High);
        assert_eq!(after(&[Some(f64::NAN); 9]), Confidence::Low);
    }

    proptest! {
        #[test]
        fn the_unit_does_not_matter(
            values in proptest::collection::vec(proptest::option::of(900.0..1100.0f64), 0..12),
            exponent in -20i32..40
        ) {
            // A power of two, so that scaling is exact.
            let scaled: Vec<_> = values.iter().map(|value| value.map(|value| value * 2f64.powi(exponent))).collect();
            prop_assert_eq!(after(&values), after(&scaled));
        }
    }
}
