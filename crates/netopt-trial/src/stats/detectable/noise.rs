//! How noisy the rounds are, and how sure that is.
//!
//! A standard deviation from twenty rounds is itself off by a sixth, and a trial planned on one that came out too small finds
//! less than promised. So what may lie behind an estimate is kept with it.

/// Three normal values and their weights that stand for the whole distribution: Gauss and Hermite's rule, exact for
/// polynomials up to the fifth power (Abramowitz and Stegun 1964, 25.4.46).
const HERMITE: [(f64, f64); 3] = [
    (-1.732_050_807_568_877_2, 1.0 / 6.0),
    (0.0, 2.0 / 3.0),
    (1.732_050_807_568_877_2, 1.0 / 6.0),
];

/// Noise where there is none: rounds that agree to the last digit have no spread to divide by.
const LEAST: f64 = 1e-12;

/// The standard deviation of the rounds' log ratios.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    spread: f64,
    /// Degrees of freedom of the estimate; `None` when known.
    freedom: Option<u32>,
}

impl Noise {
    /// A known or assumed standard deviation (0.09 is 9 % from round to round); `None` unless finite and not negative.
    #[must_use]
    pub fn known(spread: f64) -> Option<Self> {
        (spread.is_finite() && spread >= 0.0).then(|| Self {
            spread: spread.max(LEAST),
            freedom: None,
        })
    }

    /// The sample standard deviation of `rounds` rounds; `None` unless finite, not negative and of at least two.
    #[must_use]
    pub fn estimated(spread: f64, rounds: u32) -> Option<Self> {
        let known = Self::known(spread)?;
        (rounds >= 2).then(|| Self {
            freedom: Some(rounds - 1),
            ..known
        })
    }

    /// The standard deviation, above 0.
    #[must_use]
    pub const fn spread(self) -> f64 {
        self.spread
    }

    /// What the true value may be, with weights that sum to 1: s·√(ν/χ²) with ν degrees of freedom, in which the cube root of
    /// χ²/ν is nearly normal (Wilson and Hilferty 1931).
    pub(super) fn likely(self) -> Vec<(f64, f64)> {
        let Some(freedom) = self.freedom.map(f64::from) else {
            return vec![(self.spread, 1.0)];
        };
        let width = 2.0 / (9.0 * freedom);
        HERMITE
            .into_iter()
            .map(|(at, weight)| {
                let root = 1.0 - width + at * width.sqrt();
                (self.spread / root.max(width).powi(3).sqrt(), weight)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The middle is near the estimate, and the spread of the spread is the textbook's 1/√(2ν).
    #[test]
    fn an_estimate_is_as_sure_as_its_rounds() {
        for rounds in [20, 80] {
            let likely = Noise::estimated(0.1, rounds).unwrap().likely();
            let average = |value: &dyn Fn(f64) -> f64| -> f64 {
                let weighted = likely
                    .iter()
                    .map(|(spread, weight)| weight * value(*spread));
                weighted.sum()
            };
            assert!((average(&|_| 1.0) - 1.0).abs() < 1e-12);
            let mean = average(&|spread| (spread / 0.1).ln());
            let error = average(&|spread| ((spread / 0.1).ln() - mean).powi(2)).sqrt();
            let expected = 1.0 / (2.0 * (f64::from(rounds) - 1.0)).sqrt();
            assert!(mean > 0.0 && mean < 0.05, "{rounds}: {mean}");
            assert!(
                (error / expected - 1.0).abs() < 0.05,
                "{rounds}: {error} {expected}"
            );
        }
        assert!(
            Noise::estimated(0.1, 2)
                .unwrap()
                .likely()
                .iter()
                .all(|(spread, _)| spread.is_finite())
        );
    }

    #[test]
    fn what_is_no_spread_is_refused() {
        for spread in [-0.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Noise::known(spread), None);
        }
        assert_eq!(Noise::estimated(0.1, 1), None);
        assert!(Noise::known(0.0).is_some_and(|noise| noise.spread() > 0.0));
    }
}
