//! How many requests it takes, while there are only independent requests and no rounds yet.
//!
//! For planning the size of a block or of a single run: the error of a quantile of log-normal latencies, with what few
//! requests in the tail add to it. Real requests share queues and weather, so a trial does worse; its own spread, once known,
//! replaces this.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use super::POWER;
use crate::stats::quantile::Quantile;

/// A usual standard deviation of ln(latency) of one destination: p99 is then 3.2 times the median.
pub const SPREAD: f64 = 0.5;

/// Power aimed at among samples that are compared: each is refused with a chance of 1 %, because independent values look
/// dependent so often, so that 0.83 becomes 0.813. The rest is for the finite number of draws and the error of the fit.
const POWER_WHERE_ADMITTED: f64 = 0.83;

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

    /// What an ordinary two-sided test at `alpha` finds with a power of [`POWER`] where quantiles are as good as normal:
    /// (z₁₋α/₂ + z₀.₈)·√2 standard errors, as |ln ratio|. Of few requests beyond the quantile they are not, and it promises
    /// too much: at the p99 of 368 it is found in 56 %. For comparison with tables; [`Self::smallest`] is what holds.
    #[must_use]
    pub fn of_large_samples(&self, quantile: Quantile, alpha: f64) -> f64 {
        let normal = Normal::standard();
        let both = normal.inverse_cdf(1.0 - alpha / 2.0) + normal.inverse_cdf(POWER);
        both * std::f64::consts::SQRT_2 * self.standard_error(quantile)
    }

    /// The smallest ratio of two arms, as |ln ratio|, that [`IndexBootstrap`] at `alpha` tells from one with a power of at
    /// least [`POWER`]: (z₁₋α/₂ + z₀.₈₃)·√2 standard errors, and the excess of few requests. `alpha` in
    /// 0.0001..=0.5. `None` below [`Quantile::minimum_samples`], where the quantile itself has no upper end.
    ///
    /// [`IndexBootstrap`]: crate::stats::index_bootstrap::IndexBootstrap
    #[must_use]
    pub fn smallest(&self, quantile: Quantile, alpha: f64) -> Option<f64> {
        if self.count < quantile.minimum_samples(alpha) {
            return None;
        }
        let normal = Normal::standard();
        let z = normal.inverse_cdf(1.0 - alpha / 2.0);
        let share = quantile.share();
        let beyond = self.count as f64 * share.min(1.0 - share);
        let both = z + normal.inverse_cdf(POWER_WHERE_ADMITTED);
        let large = both * std::f64::consts::SQRT_2 * self.standard_error(quantile);
        Some(large * (1.0 + excess(share, z, beyond)))
    }
}

/// How much more than the large-sample error it takes, as a share, when only so many requests lie `beyond` the quantile:
/// its upper end is then one of the few largest values, which are far apart.
///
/// No theory gives this in closed form. It is an upper envelope of the 82 % quantile of the upper end of the exact index
/// bootstrap over 10,000 simulated pairs of log-normal samples and more: p50 to p99.9, α from 0.3 to 0.001, 3 to 1,000
/// requests beyond. There it is up to 0.04 too small and up to 0.3 too large, both next to the fewest samples. The terms by
/// 1/√t, 1/t and 1/t³ are fitted; the skew of the quantile, |2q - 1|, and z² are what they have to grow with.
fn excess(share: f64, z: f64, beyond: f64) -> f64 {
    let skew = (2.0 * share - 1.0).abs();
    let first = 0.1 + 0.35 * skew.powi(2) + (0.16 + 0.17 * skew.powi(4)) * z.powi(2);
    let third = (0.1 + 0.9 * skew.powi(2) + 1.1 * skew.powi(6)) * z.powi(4);
    // Next to the fewest samples the interval ends at the largest value, and cannot be pushed out any further.
    let most = 0.3 + 0.14 * z;
    (0.1 / beyond.sqrt() + first / beyond + third / beyond.powi(3)).min(most)
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
                let ln = requests.of_large_samples(quantile, 0.05);
                let kept = requests.smallest(quantile, 0.05);
                assert!(kept.is_none_or(|kept| kept > ln), "{count}: {kept:?} {ln}");
                let percent = kept.map(|_| ln.exp_m1() * 100.0);
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

    /// The 82 % quantiles of the simulation that the excess is fitted to, at α = 5 %: none is missed by more than its error, and
    /// none but the thinnest samples are overdone.
    #[test]
    fn the_excess_is_that_of_the_simulation() {
        let z = 1.959_964;
        for (share, beyond, simulated) in [
            (0.5, 5.0, 0.149),
            (0.5, 20.0, 0.043),
            (0.9, 6.5, 0.189),
            (0.95, 10.0, 0.128),
            (0.95, 20.0, 0.055),
            (0.99, 5.0, 0.460),
            (0.99, 10.0, 0.166),
            (0.99, 20.0, 0.073),
            (0.999, 5.5, 0.442),
            (0.999, 10.0, 0.166),
        ] {
            let fitted = excess(share, z, beyond);
            let off = fitted - simulated;
            assert!((-0.02..0.15).contains(&off), "{share} {beyond}: {fitted}");
            let mirrored = excess(1.0 - share, z, beyond);
            assert!((mirrored - fitted).abs() < 1e-12);
        }
        assert!(excess(0.99, z, 1e6) < 2e-4);
        assert!(excess(0.99, z, 3.68) < 0.6);
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
