//! The sign-flip randomisation test: what the mean effect would look like if the labels meant nothing.
//!
//! The order inside each round was random, so under "no difference" d and -d were equally likely. Flipping all signs in all
//! ways therefore gives the exact distribution of the mean, without a normal approximation that lies for six rounds
//! (Fisher 1935; Pesarin and Salmaso 2010). Looking more than once is left to the sign e-process.

use rand::Rng;

use super::quantile::Quantile;

/// Rounds up to which every one of the 2^K flips is computed.
pub const EXACT_UP_TO: usize = 16;

/// Slack for sums that are equal but for rounding, relative to the size of what was summed: a sum near zero is the
/// difference of large ones, and carries their rounding.
const ROUNDING: f64 = 1e-13;

/// The distribution of |mean d| over sign flips.
#[derive(Debug, Clone, PartialEq)]
pub struct Flips {
    observed: f64,
    /// What two means may differ by and still be the same.
    slack: f64,
    /// |mean| of each flip, ascending.
    sorted: Vec<f64>,
    /// 0 when every flip is listed, 1 when the observed value has to be added to drawn ones.
    added: f64,
}

impl Flips {
    /// All flips of `effects` up to [`EXACT_UP_TO`] rounds, else `draws` (at least 1) random ones. `None` of no
    /// rounds, or when an effect is not finite.
    #[must_use]
    pub fn of(effects: &[f64], draws: u32, rng: &mut impl Rng) -> Option<Self> {
        let (first, rest) = effects.split_first()?;
        if !effects.iter().all(|effect| effect.is_finite()) {
            return None;
        }
        let count = effects.len() as f64;
        let observed = effects.iter().sum::<f64>().abs() / count;
        let size: f64 = effects.iter().map(|effect| effect.abs()).sum();
        let (sums, added) = if effects.len() <= EXACT_UP_TO {
            (every_sum(*first, rest), 0.0)
        } else {
            (drawn_sums(effects, draws, rng), 1.0)
        };
        let mut sorted: Vec<f64> = sums.into_iter().map(|sum| sum.abs() / count).collect();
        sorted.sort_by(f64::total_cmp);
        Some(Self {
            observed,
            slack: ROUNDING * size / count,
            sorted,
            added,
        })
    }

    /// Two-sided p-value: the share of flips with a mean at least as far from zero as the observed one; with drawn flips
    /// (1 + hits) / (1 + draws). In (0, 1].
    #[must_use]
    pub fn p_value(&self) -> f64 {
        let bar = self.observed - self.slack;
        let below = self.sorted.partition_point(|value| *value < bar);
        let hits = (self.sorted.len() - below) as f64;
        (hits + self.added) / (self.sorted.len() as f64 + self.added)
    }

    /// The |mean| that 95 % of the flips stay within.
    #[must_use]
    pub fn percentile_95(&self) -> f64 {
        Quantile::P95.of(&self.sorted).unwrap_or(self.observed)
    }
}

/// The sums of all flips with the first sign held: the other half differs only in its sign.
fn every_sum(first: f64, rest: &[f64]) -> Vec<f64> {
    rest.iter().fold(vec![first], |sums, effect| {
        sums.iter()
            .flat_map(|sum| [sum + effect, sum - effect])
            .collect()
    })
}

/// `draws` sums under random signs, one bit a sign.
fn drawn_sums(effects: &[f64], draws: u32, rng: &mut impl Rng) -> Vec<f64> {
    (0..draws.max(1))
        .map(|_| {
            let mut sum = 0.0;
            for word in effects.chunks(64) {
                let mut bits = rng.next_u64();
                for effect in word {
                    sum += if bits & 1 == 0 { *effect } else { -*effect };
                    bits >>= 1;
                }
            }
            sum
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::seed::stream;

    fn p_value(effects: &[f64]) -> f64 {
        let mut rng = stream(7, "test", 0);
        Flips::of(effects, 20_000, &mut rng).unwrap().p_value()
    }

    #[test]
    fn smallest_p_is_two_over_two_to_the_k() {
        assert!((p_value(&[0.1; 6]) - 2.0 / 64.0).abs() < 1e-15);
        assert!((p_value(&[0.1; 10]) - 2.0 / 1024.0).abs() < 1e-15);
    }

    #[test]
    fn three_against_three_is_not_significant() {
        // The extreme of three pairs: exact p is 1/4, whatever a normal approximation says.
        assert!((p_value(&[1.0, 2.0, 3.0]) - 0.25).abs() < 1e-15);
    }

    #[test]
    fn every_flip_by_hand() {
        // |sums| of ±1±2±4: 7, 5, 3, 1, each twice; observed 3 (1 - 2 + 4).
        assert!((p_value(&[1.0, -2.0, 4.0]) - 0.75).abs() < 1e-15);
        let mut rng = stream(7, "test", 0);
        let flips = Flips::of(&[1.0, -2.0, 4.0], 1, &mut rng).unwrap();
        assert!((flips.percentile_95() - 7.0 / 3.0).abs() < 1e-15);
        assert_eq!(Flips::of(&[], 1, &mut rng), None);
    }

    #[test]
    fn sums_that_cancel_are_equal_in_spite_of_rounding() {
        // ±0.1±0.2±0.3: twice 0, so the observed zero is reached by every flip; written in any order.
        for effects in [[0.1, 0.2, -0.3], [-0.3, 0.2, 0.1], [0.2, -0.3, 0.1]] {
            assert!((p_value(&effects) - 1.0).abs() < 1e-15);
        }
        // The observed sum rounds to 6e-17, that of another flip to 0: both are zero.
        assert!((p_value(&[-0.4, -0.2, 0.4, 0.2]) - 1.0).abs() < 1e-15);
        // |sums| of ±0.1±0.2±0.3±0.4: those of 0.2 come about in several ways that round differently.
        assert!((p_value(&[0.1, 0.2, 0.3, -0.4]) - 14.0 / 16.0).abs() < 1e-15);
        let mut rng = stream(7, "test", 0);
        assert_eq!(Flips::of(&[1.0, f64::NAN], 9, &mut rng), None);
    }

    #[test]
    fn drawn_flips_agree_with_all_flips() {
        let effects: Vec<f64> = (0..16).map(|i| f64::from(i % 5) - 1.6).collect();
        let exact = p_value(&effects);
        // A zero doubles every flip, changes no share, and pushes the count over the exact limit.
        let drawn = p_value(&[effects.as_slice(), &[0.0]].concat());
        assert!((exact - drawn).abs() < 0.015, "{exact} {drawn}");
    }

    proptest! {
        #[test]
        fn p_is_a_share_and_blind_to_direction(effects in prop::collection::vec(-1.0_f64..1.0, 1..12)) {
            let p = p_value(&effects);
            let mirrored: Vec<f64> = effects.iter().map(|effect| -effect).collect();
            prop_assert!(p > 0.0 && p <= 1.0);
            prop_assert!((p - p_value(&mirrored)).abs() < 1e-12);
        }
    }
}
