//! The A/A floor: what two copies of the same thing differ by.
//!
//! Every trial runs the baseline twice. The difference between the copies is noise by construction, so no claim smaller than
//! it is worth making. The floor is a type of its own, and the judge asks for one: without it there is no verdict.

use rand::Rng;

use super::flip::Flips;

/// Rounds below which no floor is stated: the first count at which a two-sided sign-flip p-value can fall below 5 %.
pub const FEWEST_ROUNDS: usize = 6;

/// The noise of the trial on the log scale, from the A/A arm alone: the 95th percentile of |mean d| under sign flips.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct AaFloor(f64);

impl AaFloor {
    /// From the log ratios of the baseline's copy against the baseline, one a round; `draws` as in [`Flips::of`].
    /// `None` below [`FEWEST_ROUNDS`].
    #[must_use]
    pub fn of(copies: &[f64], draws: u32, rng: &mut impl Rng) -> Option<Self> {
        if copies.len() < FEWEST_ROUNDS {
            return None;
        }
        Flips::of(copies, draws, rng).map(|flips| Self(flips.percentile_95()))
    }

    /// As |ln ratio|; at least 0.
    #[must_use]
    pub const fn ln(self) -> f64 {
        self.0
    }

    /// As a relative change: 0.02 is 2 %.
    #[must_use]
    pub fn share(self) -> f64 {
        self.0.exp_m1()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::stream;

    fn floor(copies: &[f64]) -> Option<AaFloor> {
        AaFloor::of(copies, 5_000, &mut stream(1, "test", 0))
    }

    #[test]
    fn five_rounds_have_no_floor() {
        assert_eq!(floor(&[0.01; 5]), None);
        assert!(floor(&[0.01; 6]).is_some());
    }

    #[test]
    fn it_shrinks_with_rounds_and_grows_with_noise() {
        let noise = |count: i32, size: f64| -> Vec<f64> {
            (0..count)
                .map(|i| size * (f64::from(i * 7 % 11) - 5.0))
                .collect()
        };
        let short = floor(&noise(11, 0.01)).unwrap();
        let long = floor(&noise(44, 0.01)).unwrap();
        let loud = floor(&noise(11, 0.02)).unwrap();
        assert!(long < short && short < loud);
        // The standard error of the mean, times two, is its size.
        let expected = 1.96 * 0.01 * 10.0_f64.sqrt() / 11.0_f64.sqrt();
        assert!(
            (short.ln() / expected - 1.0).abs() < 0.15,
            "{short:?} {expected}"
        );
        assert!(short.share() > short.ln());
    }
}
