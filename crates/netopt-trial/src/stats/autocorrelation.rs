//! Does a value tell the next one? Lag-1 autocorrelation.
//!
//! Requests that share a queue come in good and bad stretches, and a hundred of them may be worth ten. Methods that need
//! independent samples ask here first. The verdict of a trial does not: its random order makes dependence cost power, not
//! honesty.

use statrs::distribution::{ContinuousCDF, Normal};

use super::ranking::ranks;

/// Values below which the coefficient says nothing: its distribution is not yet near normal.
pub const FEWEST: usize = 6;

/// The lag-1 autocorrelation of a series in order of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Autocorrelation {
    lag_one: f64,
    count: usize,
}

impl Autocorrelation {
    /// r₁ = Σ(xₜ - x̄)(xₜ₊₁ - x̄) / Σ(xₜ - x̄)² (Box, Jenkins and Reinsel, §2.1). `None` below [`FEWEST`] values, when all
    /// are equal, or when one is not finite.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let count = values.len();
        if count < FEWEST {
            return None;
        }
        let mean = values.iter().sum::<f64>() / count as f64;
        let own: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let next: f64 = values
            .windows(2)
            .map(|pair| (pair[0] - mean) * (pair[1] - mean))
            .sum();
        // Equal values leave squares of rounding errors behind.
        let rounding = (mean * f64::EPSILON).powi(2) * count as f64;
        let lag_one = next / own;
        (own > rounding && lag_one.is_finite()).then_some(Self { lag_one, count })
    }

    /// The same of the ranks of the values: a few wild values cannot hide the dependence of the rest (Bartels 1982).
    #[must_use]
    pub fn of_ranks(values: &[f64]) -> Option<Self> {
        Self::of(&ranks(values)?)
    }

    /// r₁, -1 to 1.
    #[must_use]
    pub const fn lag_one(self) -> f64 {
        self.lag_one
    }

    /// The ends between which r₁ of independent values lies with probability 1 - `alpha`: its mean is -1/n and its
    /// variance (n-2)²/(n²(n-1)) (Moran 1948). The usual ±z/√n is the same for many values and far too wide for ten. `None`
    /// unless `alpha` is in (0, 1).
    #[must_use]
    pub fn bounds(self, alpha: f64) -> Option<[f64; 2]> {
        if !(alpha > 0.0 && alpha < 1.0) {
            return None;
        }
        let n = self.count as f64;
        let z = Normal::standard().inverse_cdf(1.0 - alpha / 2.0);
        let half = z * (n - 2.0) / (n * (n - 1.0).sqrt());
        Some([-1.0 / n - half, -1.0 / n + half])
    }

    /// Whether r₁ lies beyond [`Self::bounds`]: the values are not independent, with probability `alpha` of saying so of
    /// independent ones.
    #[must_use]
    pub fn is_dependent(self, alpha: f64) -> bool {
        self.bounds(alpha)
            .is_some_and(|[low, high]| self.lag_one < low || self.lag_one > high)
    }

    /// How many independent values tell as much about the mean: n(1 - r)/(1 + r), at least 1; of a first-order
    /// autoregression with many values (Bayley and Hammersley 1946). A negative r₁ is not credited.
    #[must_use]
    pub fn effective_samples(self) -> f64 {
        let r = self.lag_one.clamp(0.0, 1.0);
        (self.count as f64 * (1.0 - r) / (1.0 + r)).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::stream;
    use rand::{Rng, RngExt};

    /// A first-order autoregression with standard normal noise.
    fn series(phi: f64, count: usize, rng: &mut impl Rng) -> Vec<f64> {
        let mut last = 0.0;
        (0..count)
            .map(|_| {
                let share: f64 = rng.random_range(1e-12..1.0);
                last = phi * last + Normal::standard().inverse_cdf(share);
                last
            })
            .collect()
    }

    fn flagged(phi: f64, count: usize, seed: u64) -> usize {
        let mut rng = stream(seed, "test", 0);
        (0..1_000)
            .filter_map(|_| Autocorrelation::of(&series(phi, count, &mut rng)))
            .filter(|found| found.is_dependent(0.05))
            .count()
    }

    #[test]
    fn four_alternating_and_then_some() {
        // Mean 0; next: -1 five times; own: 6.
        let found = Autocorrelation::of(&[1.0, -1.0, 1.0, -1.0, 1.0, -1.0]).unwrap();
        assert!((found.lag_one() + 5.0 / 6.0).abs() < 1e-15);
        assert!(found.is_dependent(0.05));
        assert!((found.effective_samples() - 6.0).abs() < 1e-12);
        assert_eq!(found.bounds(0.0), None);
    }

    #[test]
    fn nothing_to_say() {
        assert_eq!(Autocorrelation::of(&[1.0, 2.0, 3.0]), None);
        assert_eq!(Autocorrelation::of(&[0.1; 20]), None);
        assert_eq!(Autocorrelation::of(&[1e9 + 0.1; 21]), None);
        let broken = [1.0, 2.0, f64::INFINITY, 1.0, 3.0, 2.0, 5.0];
        assert_eq!(Autocorrelation::of(&broken), None);
        assert_eq!(Autocorrelation::of_ranks(&[f64::NAN; 9]), None);
    }

    /// Of white noise a twentieth is flagged, of ten values as of two hundred; the usual ±2/√n flags a fiftieth of ten.
    #[test]
    fn white_noise_is_not_flagged() {
        for count in [10, 200] {
            let flagged = flagged(0.0, count, 3);
            assert!((30..=70).contains(&flagged), "{flagged} of 1000 at {count}");
        }
    }

    #[test]
    fn dependence_is_flagged() {
        assert!(flagged(0.5, 100, 4) > 970);
        assert!(flagged(-0.5, 100, 5) > 970);
        let mut rng = stream(6, "test", 0);
        let found = Autocorrelation::of(&series(0.5, 20_000, &mut rng)).unwrap();
        assert!((found.effective_samples() / 20_000.0 - 1.0 / 3.0).abs() < 0.02);
    }

    #[test]
    fn ranks_see_through_a_wild_value() {
        let mut rng = stream(7, "test", 0);
        let mut values = series(0.5, 200, &mut rng);
        values[100] = 1e6;
        assert!(!Autocorrelation::of(&values).unwrap().is_dependent(0.05));
        assert!(
            Autocorrelation::of_ranks(&values)
                .unwrap()
                .is_dependent(0.05)
        );
    }
}
