//! Centres that one bad round cannot move.
//!
//! Shown beside the estimate, never in place of it: a mean pulled away from the Hodges-Lehmann centre says that a few rounds
//! carry the effect. Nothing here removes outliers; for a tail latency the outliers are the signal.

use super::not_estimable::NotEstimable;
use super::quantile::{Quantile, at_rank};
use super::signed_rank::outcomes_within;

/// The median; the mean of the middle two of an even number. `None` of nothing, or when a value is NaN.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    middle(&sorted)
}

/// The Hodges-Lehmann centre: the median of all Walsh averages (xᵢ + xⱼ)/2, i ≤ j (Hodges and Lehmann 1963). It takes
/// n(n+1)/2 averages; `None` of nothing, or when a value is NaN.
#[must_use]
pub fn hodges_lehmann(values: &[f64]) -> Option<f64> {
    middle(&walsh_averages(values))
}

/// The interval that belongs to the centre, at level 1 - `alpha`, in the unit of `values`: the k-th smallest and the k-th
/// largest Walsh average, k the largest with P(T < k) ≤ α/2, T Wilcoxon's signed-rank statistic (Hollander, Wolfe and
/// Chicken 2014, §3.3). Exact up to 200 values when their distribution is symmetric, whatever its shape; as log ratios of a
/// round in random order are when the arms differ by a constant factor.
///
/// # Errors
/// [`NotEstimable`] of so few values that even the extreme ones are not far enough apart: below 6 at α = 0.05. No number of
/// values is enough when one is NaN.
pub fn hodges_lehmann_interval(values: &[f64], alpha: f64) -> Result<[f64; 2], NotEstimable> {
    let have = values.len() as u64;
    let broken = values.iter().any(|value| value.is_nan());
    // 2^-n ≤ α/2, as for the median.
    let need = if broken {
        u64::MAX
    } else {
        Quantile::P50.minimum_samples(alpha)
    };
    let refused = NotEstimable::named("interval of the centre", need, have);
    if have < need {
        return Err(refused);
    }
    let averages = walsh_averages(values);
    let rank = outcomes_within(have, alpha / 2.0);
    let low = at_rank(&averages, rank);
    let high = at_rank(&averages, averages.len() as u64 + 1 - rank);
    low.zip(high).map(|(low, high)| [low, high]).ok_or(refused)
}

/// All (xᵢ + xⱼ)/2, i ≤ j, ascending.
fn walsh_averages(values: &[f64]) -> Vec<f64> {
    let mut averages: Vec<f64> = values
        .iter()
        .enumerate()
        .flat_map(|(index, left)| {
            values[index..]
                .iter()
                .map(move |right| f64::midpoint(*left, *right))
        })
        .collect();
    averages.sort_unstable_by(f64::total_cmp);
    averages
}

/// The median of sorted values. NaN sorts to one of the ends.
fn middle(sorted: &[f64]) -> Option<f64> {
    if sorted.first()?.is_nan() || sorted.last()?.is_nan() {
        return None;
    }
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    if sorted.len() % 2 == 1 {
        Some(upper)
    } else {
        Some(f64::midpoint(sorted[half - 1], upper))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::RngExt;

    use super::*;
    use crate::seed::stream;

    #[test]
    fn centre_of_a_small_sample() {
        // Walsh averages of 1, 2, 6: 1, 1.5, 3.5, 2, 4, 6.
        assert_eq!(hodges_lehmann(&[6.0, 1.0, 2.0]), Some(2.75));
        assert_eq!(median(&[3.0, 1.0, 2.0, 10.0]), Some(2.5));
        assert_eq!((median(&[]), hodges_lehmann(&[])), (None, None));
        for nan in [f64::NAN, -f64::NAN] {
            assert_eq!(median(&[1.0, nan, 2.0]), None);
            assert_eq!(hodges_lehmann(&[1.0, nan, 2.0]), None);
        }
    }

    #[test]
    fn interval_of_a_small_sample() {
        // Six values: only T = 0 has a probability of at most 0.025, so the interval is the whole range.
        let values = [0.3, -0.1, 0.2, 0.5, 0.4, 0.1];
        assert_eq!(hodges_lehmann_interval(&values, 0.05), Ok([-0.1, 0.5]));
        let refused = hodges_lehmann_interval(&values[1..], 0.05).unwrap_err();
        assert_eq!((refused.need(), refused.have()), (6, 5));
        let broken = hodges_lehmann_interval(&[f64::NAN; 9], 0.05).unwrap_err();
        assert_eq!(broken.need(), u64::MAX);
        assert!(hodges_lehmann_interval(&values, 0.0).is_err());
    }

    /// It misses the centre as often as it may, of a distribution that is symmetric and not normal.
    #[test]
    fn the_interval_holds_the_centre() {
        let mut rng = stream(2, "test", 0);
        let (mut missed, trials) = (0, 2_000);
        for _ in 0..trials {
            let cauchy = |share: f64| 1.0 + (std::f64::consts::PI * (share - 0.5)).tan();
            let values: Vec<f64> = (0..12).map(|_| cauchy(rng.random())).collect();
            let [low, high] = hodges_lehmann_interval(&values, 0.05).unwrap();
            missed += i32::from(low > 1.0 || high < 1.0);
        }
        // Exactly 2·P(T ≤ 13) = 0.0425 for twelve values; the standard error is 0.0045.
        let share = f64::from(missed) / f64::from(trials);
        assert!((share - 0.0425).abs() < 0.014, "{share}");
    }

    proptest! {
        #[test]
        fn it_moves_with_the_data(values in prop::collection::vec(-5.0_f64..5.0, 1..30), by in -3.0_f64..3.0) {
            let moved: Vec<f64> = values.iter().map(|value| value + by).collect();
            let distance = hodges_lehmann(&moved).unwrap() - hodges_lehmann(&values).unwrap();
            prop_assert!((distance - by).abs() < 1e-9);
        }

        #[test]
        fn one_wild_round_does_not_carry_it(values in prop::collection::vec(-1.0_f64..1.0, 9..30)) {
            let mut wild = values;
            wild.push(1e9);
            prop_assert!(hodges_lehmann(&wild).unwrap() <= 1.0);
        }

        #[test]
        fn the_interval_holds_its_own_centre(values in prop::collection::vec(-1.0_f64..1.0, 6..30), alpha in 0.04_f64..0.5) {
            let [low, high] = hodges_lehmann_interval(&values, alpha).unwrap();
            let centre = hodges_lehmann(&values).unwrap();
            prop_assert!(low <= centre && centre <= high);
        }
    }
}
