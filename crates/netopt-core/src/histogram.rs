//! Latencies in bounded memory with a stated error.
//!
//! Log-linear buckets of nanoseconds: 2⁷ steps per power of two, hence a relative error of at most 0.79 %, and 30 KiB
//! whatever the traffic. Two histograms add up and subtract bucket by bucket, so intervals and merges are exact.

use std::time::Duration;

use ::histogram::Histogram;

/// Steps per power of two, as a power of two.
const GROUPING_POWER: u8 = 7;
/// Values above 2³⁷ ns (137 s) are counted as that.
const MAX_POWER: u8 = 37;

/// A histogram of latencies from 1 ns to 137 s with a relative error of at most 0.79 %; longer ones are counted as 137 s.
#[derive(Debug, Clone)]
pub struct LatencyHistogram {
    buckets: Histogram,
    count: u64,
    sum: Duration,
    max: Duration,
}

impl LatencyHistogram {
    /// The relative error of a quantile, at most.
    pub const RELATIVE_ERROR: f64 = 1.0 / 128.0;

    /// An empty histogram.
    #[must_use]
    pub fn new() -> Self {
        Self {
            buckets: empty_buckets(),
            count: 0,
            sum: Duration::ZERO,
            max: Duration::ZERO,
        }
    }

    /// Counts one latency.
    pub fn record(&mut self, latency: Duration) {
        let ceiling = (1_u64 << MAX_POWER) - 1;
        let nanos = u64::try_from(latency.as_nanos())
            .unwrap_or(ceiling)
            .min(ceiling);
        // In range by the line above, so it cannot fail.
        if self.buckets.increment(nanos).is_ok() {
            self.count += 1;
            self.sum += latency;
            self.max = self.max.max(latency);
        }
    }

    /// Adds all that `other` counted.
    pub fn merge(&mut self, other: &Self) {
        // Both have the same two powers, so it cannot fail.
        if self.buckets.checked_add_assign(&other.buckets).is_ok() {
            self.count += other.count;
            self.sum += other.sum;
            self.max = self.max.max(other.max);
        }
    }

    /// How many latencies it counted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The exact sum of all latencies.
    #[must_use]
    pub const fn sum(&self) -> Duration {
        self.sum
    }

    /// The exact mean; `None` without samples.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a mean is a measured quantity")]
    pub fn mean(&self) -> Option<Duration> {
        (self.count > 0).then(|| self.sum.div_f64(self.count as f64))
    }

    /// The exact maximum; `None` without samples.
    #[must_use]
    pub fn max(&self) -> Option<Duration> {
        (self.count > 0).then_some(self.max)
    }

    /// The latency below which a share `q` (0 to 1) of the samples lies; `None` without samples or for another `q`.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        let bucket = self.buckets.quantile_bucket(q).ok().flatten()?;
        let middle = bucket.start() + (bucket.end() - bucket.start()) / 2;
        Some(Duration::from_nanos(middle).min(self.max))
    }
}

impl Default for LatencyHistogram {
    fn default() -> Self {
        Self::new()
    }
}

fn empty_buckets() -> Histogram {
    Histogram::new(GROUPING_POWER, MAX_POWER).expect("7 and 37 are powers that the crate allows")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn empty_knows_nothing() {
        let histogram = LatencyHistogram::new();
        assert_eq!(
            (histogram.quantile(0.5), histogram.mean(), histogram.max()),
            (None, None, None)
        );
    }

    #[test]
    fn beyond_the_range_is_counted_at_its_end() {
        let mut histogram = LatencyHistogram::new();
        histogram.record(Duration::from_secs(3600));
        assert_eq!(histogram.count(), 1);
        assert!(histogram.quantile(0.5).unwrap() > Duration::from_secs(136));
    }

    proptest! {
        #[test]
        fn quantiles_are_within_the_stated_error(mut micros in prop::collection::vec(1u64..60_000_000, 1..200), q in 0.0f64..=1.0) {
            let mut histogram = LatencyHistogram::new();
            micros.iter().for_each(|&m| histogram.record(Duration::from_micros(m)));
            micros.sort_unstable();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a small index")]
            let rank = ((q * micros.len() as f64).ceil() as usize).max(1) - 1;
            let exact = Duration::from_micros(micros[rank]).as_secs_f64();
            let got = histogram.quantile(q).unwrap().as_secs_f64();
            prop_assert!((got - exact).abs() <= exact * LatencyHistogram::RELATIVE_ERROR, "{got} for {exact}");
        }

        #[test]
        fn merging_equals_recording_all(a in prop::collection::vec(1u64..1_000_000, 1..50), b in prop::collection::vec(1u64..1_000_000, 1..50)) {
            let of = |values: &[u64]| {
                let mut histogram = LatencyHistogram::new();
                values.iter().for_each(|&v| histogram.record(Duration::from_nanos(v)));
                histogram
            };
            let mut merged = of(&a);
            merged.merge(&of(&b));
            let all = of(&[a, b].concat());
            prop_assert_eq!(merged.quantile(0.9), all.quantile(0.9));
            prop_assert_eq!(merged.mean(), all.mean());
        }
    }
}
