//! Which samples enclose a quantile: an interval without any assumption about the shape of the distribution.
//!
//! Of n independent samples, the number at or below the true quantile is binomial, so two of the sorted samples hold it
//! between them with a probability that is known exactly. Used for one run of requests that do not depend on each other; a
//! trial resamples rounds instead.

use statrs::distribution::{ContinuousCDF, Normal};

use super::binomial::Binomial;
use super::not_estimable::NotEstimable;
use super::quantile::{Quantile, floor, whole};

/// Samples up to which the binomial is summed term by term: a third of a million terms. Beyond, its normal approximation
/// is a few ranks wider.
const SUMMED_UP_TO: u64 = 1_000_000_000;

/// Two ranks, from 1, whose samples enclose a quantile, and how surely they do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranks {
    low: u64,
    high: u64,
    coverage: f64,
}

impl Ranks {
    /// The narrowest ranks with at most α/2 beyond each end, for `quantile` of `count` independent samples: low is the
    /// largest with P(X < low) ≤ α/2 and high the smallest with P(X ≥ high) ≤ α/2, X ~ Bin(n, q) (Conover 1999, §3.2;
    /// David and Nagaraja 2003, §7.1). `alpha` in (0, 1).
    ///
    /// # Errors
    /// [`NotEstimable`] below [`Quantile::minimum_samples`]: one end would lie beyond the samples.
    pub fn of(quantile: Quantile, count: u64, alpha: f64) -> Result<Self, NotEstimable> {
        let need = quantile.minimum_samples(alpha);
        if count < need {
            return Err(NotEstimable::quantile(quantile, need, count));
        }
        if count > SUMMED_UP_TO {
            return Ok(Self::approximate(quantile, count, alpha));
        }
        let below = Binomial::new(count, quantile.share());
        let (low, high) = below.tails(alpha / 2.0);
        // Within the samples even where α/2 is a tail itself, and rounding decides.
        let (low, high) = (low.clamp(1, count), high.clamp(1, count));
        Ok(Self {
            low,
            high,
            coverage: 1.0 - below.at_most(low - 1) - below.at_least(high),
        })
    }

    /// n·q ± z·√(n·q·(1 - q)), and room for what the approximation leaves out: the skew, at most z²/6 ranks (Cornish and
    /// Fisher 1938), and the steps. The coverage is the least it has.
    fn approximate(quantile: Quantile, count: u64, alpha: f64) -> Self {
        let (n, q) = (count as f64, quantile.share());
        let z = Normal::standard().inverse_cdf(1.0 - alpha / 2.0);
        let half = z * (n * q * (1.0 - q)).sqrt() + z * z / 6.0 + 2.0;
        Self {
            low: floor(n * q - half).clamp(1, count),
            high: whole(n * q + half).clamp(1, count),
            coverage: 1.0 - alpha,
        }
    }

    /// Rank of the low end, from 1.
    #[must_use]
    pub const fn low(self) -> u64 {
        self.low
    }

    /// Rank of the high end, from 1.
    #[must_use]
    pub const fn high(self) -> u64 {
        self.high
    }

    /// The probability that the two samples enclose the quantile, when no two samples are equal; ties only add to it. At
    /// least 1 - α.
    #[must_use]
    pub const fn coverage(self) -> f64 {
        self.coverage
    }
}

impl Quantile {
    /// The interval for this quantile at level 1 - `alpha` from `sorted` independent samples, in their unit.
    ///
    /// # Errors
    /// [`NotEstimable`] below [`Quantile::minimum_samples`].
    pub fn interval(self, sorted: &[f64], alpha: f64) -> Result<[f64; 2], NotEstimable> {
        let count = sorted.len() as u64;
        let ranks = Ranks::of(self, count, alpha)?;
        let value = |rank| super::quantile::at_rank(sorted, rank);
        match (value(ranks.low), value(ranks.high)) {
            (Some(low), Some(high)) => Ok([low, high]),
            _ => Err(NotEstimable::quantile(self, ranks.high, count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::RngExt;

    use super::*;
    use crate::seed::stream;

    #[test]
    fn the_median_of_ten() {
        // Bin(10, ½): P(X ≤ 1) = 11/1024, P(X ≤ 2) = 56/1024 > 0.025.
        let ranks = Ranks::of(Quantile::P50, 10, 0.05).unwrap();
        assert_eq!((ranks.low(), ranks.high()), (2, 9));
        assert!((ranks.coverage() - (1.0 - 22.0 / 1024.0)).abs() < 1e-15);
    }

    #[test]
    fn the_fewest_samples_reach_to_the_last() {
        for quantile in [Quantile::P50, Quantile::P95, Quantile::P99, Quantile::P999] {
            let need = quantile.minimum_samples(0.05);
            assert_eq!(Ranks::of(quantile, need, 0.05).unwrap().high(), need);
            let refused = Ranks::of(quantile, need - 1, 0.05).unwrap_err();
            assert_eq!((refused.need(), refused.have()), (need, need - 1));
        }
    }

    #[test]
    fn more_samples_than_can_be_summed() {
        for quantile in [Quantile::P50, Quantile::P999] {
            for alpha in [0.05, 0.001] {
                let exact = Ranks::of(quantile, SUMMED_UP_TO, alpha).unwrap();
                let wider = Ranks::approximate(quantile, SUMMED_UP_TO, alpha);
                assert!(
                    (1..=6).contains(&(exact.low() - wider.low())),
                    "{exact:?} {wider:?}"
                );
                assert!(
                    (1..=6).contains(&(wider.high() - exact.high())),
                    "{exact:?} {wider:?}"
                );
            }
        }
        assert!(Ranks::of(Quantile::P50, u64::MAX, 0.05).is_ok());
    }

    #[test]
    fn no_level_no_interval() {
        for alpha in [0.0, -1.0, f64::NAN] {
            let refused = Ranks::of(Quantile::P50, 1000, alpha).unwrap_err();
            assert_eq!(refused.need(), u64::MAX);
        }
        assert!(Quantile::P50.interval(&[], 0.05).is_err());
    }

    /// Simulated on exponential latencies it covers as often as it says, and is not much wider than it has to be: 1.96
    /// standard errors of the p90 of 400, which are √(q(1-q)/n) over the density 1 - q.
    #[test]
    fn it_covers_as_often_as_it_says() {
        let quantile = Quantile::from_thousandths(900).unwrap();
        let truth = 10.0_f64.ln();
        let mut rng = stream(13, "test", 0);
        let (mut held, mut width, trials) = (0, 0.0, 2_000);
        for _ in 0..trials {
            let mut values: Vec<f64> = (0..400)
                .map(|_| -rng.random_range(1e-12_f64..1.0).ln())
                .collect();
            values.sort_by(f64::total_cmp);
            let [low, high] = quantile.interval(&values, 0.05).unwrap();
            held += i32::from(low <= truth && truth <= high);
            width += (high - low) / f64::from(trials);
        }
        let share = f64::from(held) / f64::from(trials);
        let promised = Ranks::of(quantile, 400, 0.05).unwrap().coverage();
        assert!(promised >= 0.95, "{promised}");
        assert!((share - promised).abs() < 0.015, "{share} {promised}");
        let ideal = 2.0 * 1.96 * (0.9_f64 * 0.1 / 400.0).sqrt() / 0.1;
        assert!((width / ideal - 1.0).abs() < 0.12, "{width} {ideal}");
    }

    proptest! {
        /// As sure as promised, and no wider: one rank less at either end would miss its half of α.
        #[test]
        fn sure_enough_and_no_wider(
            thousandths in 1_u32..=999, count in 1_u64..5_000, alpha in 0.001_f64..0.5,
        ) {
            let quantile = Quantile::from_thousandths(thousandths).unwrap();
            match Ranks::of(quantile, count, alpha) {
                Ok(ranks) => {
                    let below = Binomial::new(count, quantile.share());
                    prop_assert!(1 <= ranks.low() && ranks.low() <= ranks.high() && ranks.high() <= count);
                    prop_assert!(ranks.coverage() >= 1.0 - alpha - 1e-12);
                    prop_assert!(below.at_most(ranks.low()) > alpha / 2.0);
                    prop_assert!(below.at_least(ranks.high() - 1) > alpha / 2.0);
                    let rank = quantile.rank(count);
                    prop_assert!(ranks.low() <= rank && rank <= ranks.high());
                }
                Err(refused) => prop_assert!(refused.need() > count),
            }
        }
    }
}
