//! The latencies of one block, sorted and bounded.
//!
//! Judging needs quantiles of many blocks merged in many ways, so the raw values are kept, up to a limit. Beyond it the
//! sample is thinned to evenly spaced ranks, which keeps its quantiles; count and sum stay exact.

use std::time::Duration;

use crate::stats::quantile::Quantile;

/// Values kept of one block. A thinned sample keeps every quantile up to p99.9 within half of 1/2048 of rank.
pub const KEPT: usize = 2048;

/// Sorted latencies in seconds. Zero counts as one nanosecond, the resolution of the clock.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Latencies {
    sorted: Vec<f64>,
    count: u64,
    sum: f64,
}

impl Latencies {
    /// Requests measured, before thinning.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The kept values in seconds, ascending; at most [`KEPT`].
    #[must_use]
    pub fn sorted_seconds(&self) -> &[f64] {
        &self.sorted
    }

    /// The sum of all values in seconds.
    #[must_use]
    pub const fn sum_seconds(&self) -> f64 {
        self.sum
    }

    /// The mean in seconds; `None` of no requests.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// The quantile in seconds; `None` of no requests.
    #[must_use]
    pub fn quantile(&self, quantile: Quantile) -> Option<f64> {
        let rank = quantile.rank(self.sorted.len() as u64);
        let index = usize::try_from(rank).ok()?.checked_sub(1)?;
        self.sorted.get(index).copied()
    }
}

impl FromIterator<Duration> for Latencies {
    fn from_iter<I: IntoIterator<Item = Duration>>(durations: I) -> Self {
        let mut all: Vec<f64> = durations
            .into_iter()
            .map(|duration| duration.as_secs_f64().max(1e-9))
            .collect();
        all.sort_unstable_by(f64::total_cmp);
        let (count, sum) = (all.len() as u64, all.iter().sum());
        Self {
            sorted: thin(all),
            count,
            sum,
        }
    }
}

/// The middles of [`KEPT`] equal runs of ranks.
fn thin(all: Vec<f64>) -> Vec<f64> {
    let len = all.len();
    if len <= KEPT {
        return all;
    }
    (0..KEPT)
        .filter_map(|run| all.get((2 * run + 1) * len / (2 * KEPT)))
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_large_block_is_thinned_and_keeps_its_quantiles() {
        let latencies: Latencies = (1..=100_000).rev().map(Duration::from_micros).collect();
        assert_eq!(latencies.sorted_seconds().len(), KEPT);
        assert_eq!(latencies.count(), 100_000);
        assert!((latencies.mean().unwrap() - 0.050_000_5).abs() < 1e-9);
        for (quantile, expected) in [(Quantile::P50, 0.05), (Quantile::P99, 0.099)] {
            let value = latencies.quantile(quantile).unwrap();
            assert!((value / expected - 1.0).abs() < 0.001, "{value}");
        }
    }

    #[test]
    fn zero_is_the_resolution_of_the_clock() {
        let latencies: Latencies = [Duration::ZERO].into_iter().collect();
        assert_eq!(latencies.quantile(Quantile::P50), Some(1e-9));
        assert_eq!(Latencies::default().quantile(Quantile::P50), None);
    }

    proptest! {
        #[test]
        fn order_of_arrival_does_not_matter(mut micros in prop::collection::vec(0_u64..1_000_000, 1..200)) {
            let there: Latencies = micros.iter().copied().map(Duration::from_micros).collect();
            micros.sort_unstable();
            let sorted: Latencies = micros.iter().copied().map(Duration::from_micros).collect();
            prop_assert_eq!(there, sorted);
        }
    }
}
