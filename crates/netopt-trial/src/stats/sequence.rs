//! A confidence sequence for the mean effect: an interval that holds at every look.
//!
//! An ordinary 95 % interval is right at one round fixed in advance; watched after every round it misses far more often.
//! The normal-mixture sequence of Howard et al. (2021, "Time-uniform, nonparametric, nonasymptotic confidence
//! sequences", §3.2) pays about half as much width again for being right at all of them. The variance is plugged in, so
//! it is asymptotic and silent below [`FIRST_LOOK`] rounds.

/// Rounds before the first interval: with fewer, the plugged-in variance is too rough.
pub const FIRST_LOOK: usize = 10;

/// The two-sided normal mixture, tuned to be narrowest at a chosen round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormalMixture {
    alpha: f64,
    rho: f64,
}

impl NormalMixture {
    /// At level 1 - `alpha` (in (0, 1)), narrowest at round `best_at` (at least 1):
    /// ρ = t / (2 ln(1/α) + ln(1 + 2 ln(1/α))).
    #[must_use]
    pub fn new(alpha: f64, best_at: u32) -> Self {
        let cost = -2.0 * alpha.ln();
        let rho = f64::from(best_at.max(1)) / (cost + cost.ln_1p());
        Self { alpha, rho }
    }

    /// Half the width of the interval for the mean after `rounds` (at least 1) of values with standard deviation `sigma`:
    /// σ·√((t+ρ)(ln((t+ρ)/ρ) + 2 ln(1/α))) / t. Infinite before the first round.
    #[must_use]
    pub fn half_width(&self, rounds: usize, sigma: f64) -> f64 {
        let t = rounds as f64;
        let bound = (t + self.rho) * ((t / self.rho).ln_1p() - 2.0 * self.alpha.ln());
        sigma * bound.sqrt() / t
    }

    /// Low and high end for the mean of `values`; `None` before [`FIRST_LOOK`], when they have no finite mean and
    /// deviation, or when α is not in (0, 1).
    #[must_use]
    pub fn interval(&self, values: &[f64]) -> Option<[f64; 2]> {
        if values.len() < FIRST_LOOK {
            return None;
        }
        let (mean, sigma) = moments(values)?;
        let half = self.half_width(values.len(), sigma);
        half.is_finite().then_some([mean - half, mean + half])
    }
}

/// Mean and sample standard deviation (n - 1); `None` of fewer than two values.
#[must_use]
pub fn moments(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((mean, (squares / (count - 1.0)).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What anytime validity costs against the ordinary interval at the round it is tuned for.
    fn cost(alpha: f64, z: f64, rounds: u32, best_at: u32) -> f64 {
        let half = NormalMixture::new(alpha, best_at).half_width(rounds as usize, 1.0);
        half * f64::from(rounds).sqrt() / z
    }

    #[test]
    fn price_of_looking_every_round() {
        assert!((cost(0.05, 1.959_964, 20, 20) - 1.55).abs() < 0.005);
        assert!((cost(0.01, 2.575_829, 20, 20) - 1.39).abs() < 0.005);
        assert!((cost(0.005, 2.807_034, 20, 20) - 1.34).abs() < 0.005);
        let early = cost(0.05, 1.959_964, 10, 100);
        assert!((1.6..=2.0).contains(&early), "{early}");
    }

    #[test]
    fn it_is_narrowest_where_it_was_tuned() {
        let at = |best_at| NormalMixture::new(0.05, best_at).half_width(50, 1.0);
        assert!(at(50) < at(25) && at(50) < at(100));
    }

    #[test]
    fn silent_before_the_first_look() {
        let mixture = NormalMixture::new(0.05, 20);
        assert_eq!(mixture.interval(&[0.1; 9]), None);
        let flat = mixture.interval(&[0.1; 10]).unwrap();
        assert!(flat.iter().all(|end| (end - 0.1).abs() < 1e-12));
        assert_eq!(mixture.interval(&[f64::NAN; 10]), None);
        for alpha in [0.0, 1.5, f64::NAN] {
            assert_eq!(
                NormalMixture::new(alpha, 20).interval(&[0.1, -0.1, 0.2].repeat(5)),
                None
            );
        }
        assert!(mixture.half_width(0, 1.0).is_infinite());
        assert_eq!(moments(&[1.0]), None);
    }
}
