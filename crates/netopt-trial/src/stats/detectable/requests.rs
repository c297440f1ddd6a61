//! How many requests it takes, while there are only independent requests and no rounds yet.
//!
//! For planning the size of a block or of a single run: the large-sample error of a quantile of log-normal latencies. Real
//! requests share queues and weather, so a trial does worse; its own spread, once known, replaces this.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use super::POWER;
use crate::stats::quantile::Quantile;

/// A usual standard deviation of ln(latency) of one destination: p99 is then 3.2 times the median.
pub const SPREAD: f64 = 0.5;

/// Independent requests whose ln(latency) is normal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Requests {
    /// Requests of each arm, at least 1.
    pub count: u64,
    /// Standard deviation of ln(latency), above 0; [`SPREAD`] where nothing is known.
    pub spread: f64,
}

impl Requests {
    /// Standard error of ln(quantile): k·σ/√n with k = √(q(1-q)) / φ(Φ⁻¹(q)), the asymptotic variance of an order statistic
    /// (Serfling 1980, §2.3.3).
    #[must_use]
    pub fn standard_error(&self, quantile: Quantile) -> f64 {
        let (normal, share) = (Normal::standard(), quantile.share());
        let density = normal.pdf(normal.inverse_cdf(share));
        let factor = (share * (1.0 - share)).sqrt() / density;
        factor * self.spread / (self.count.max(1) as f64).sqrt()
    }

    /// The smallest ratio of two arms, as |ln ratio|, that an ordinary two-sided test at `alpha` finds with a power of
    /// [`POWER`]: (z₁₋α/₂ + z₀.₈)·√2 standard errors. `None` below [`Quantile::minimum_samples`], where the quantile
    /// itself has no upper end.
    #[must_use]
    pub fn smallest(&self, quantile: Quantile, alpha: f64) -> Option<f64> {
        if self.count < quantile.minimum_samples(alpha) {
            return None;
        }
        let normal = Normal::standard();
        let both = normal.inverse_cdf(1.0 - alpha / 2.0) + normal.inverse_cdf(POWER);
        Some(both * std::f64::consts::SQRT_2 * self.standard_error(quantile))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Percent for n requests an arm at p50, p95, p99 and p99.9, σ = 0.5, as published to two digits; `None` is not
    /// estimable.
    #[test]
    fn the_planning_table() {
        let table: [(u64, [Option<f64>; 4]); 5] = [
            (300, [Some(15.0), Some(27.0), None, None]),
            (1_000, [Some(8.2), Some(14.0), Some(26.0), None]),
            (3_000, [Some(4.6), Some(7.9), Some(14.0), None]),
            (10_000, [Some(2.5), Some(4.3), Some(7.7), Some(20.0)]),
            (100_000, [Some(0.8), Some(1.3), Some(2.4), Some(6.1)]),
        ];
        let quantiles = [Quantile::P50, Quantile::P95, Quantile::P99, Quantile::P999];
        for (count, row) in table {
            let requests = Requests {
                count,
                spread: SPREAD,
            };
            for (quantile, expected) in quantiles.into_iter().zip(row) {
                let percent = requests
                    .smallest(quantile, 0.05)
                    .map(|ln| ln.exp_m1() * 100.0);
                let agrees = match (percent, expected) {
                    // Rounded to whole percents from 10 on, to tenths below.
                    (Some(got), Some(wanted)) => {
                        (got - wanted).abs() < if wanted < 10.0 { 0.06 } else { 0.6 }
                    }
                    (None, None) => true,
                    _ => false,
                };
                assert!(
                    agrees,
                    "{count} at {}: {percent:?} {expected:?}",
                    quantile.share()
                );
            }
        }
    }

    #[test]
    fn factors_of_the_standard_error() {
        let one = Requests {
            count: 1,
            spread: 1.0,
        };
        for (quantile, factor) in [
            (Quantile::P50, 1.253),
            (Quantile::P95, 2.113),
            (Quantile::P99, 3.733),
            (Quantile::P999, 9.387),
        ] {
            assert!((one.standard_error(quantile) - factor).abs() < 5e-4);
        }
    }
}
