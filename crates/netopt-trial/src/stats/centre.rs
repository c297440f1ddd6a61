//! Centres that one bad round cannot move.
//!
//! Shown beside the estimate, never in place of it: a mean pulled away from the Hodges-Lehmann centre says that a few rounds
//! carry the effect. Nothing here removes outliers; for a tail latency the outliers are the signal.

/// The median; the mean of the middle two of an even number. `None` of nothing.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    if sorted.len() % 2 == 1 {
        Some(upper)
    } else {
        Some(f64::midpoint(sorted[half - 1], upper))
    }
}

/// The Hodges-Lehmann centre: the median of all Walsh averages (xᵢ + xⱼ)/2, i ≤ j (Hodges and Lehmann 1963). It takes
/// n(n+1)/2 averages; `None` of nothing.
#[must_use]
pub fn hodges_lehmann(values: &[f64]) -> Option<f64> {
    let averages: Vec<f64> = values
        .iter()
        .enumerate()
        .flat_map(|(index, left)| {
            values[index..]
                .iter()
                .map(move |right| f64::midpoint(*left, *right))
        })
        .collect();
    median(&averages)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn centre_of_a_small_sample() {
        // Walsh averages of 1, 2, 6: 1, 1.5, 3.5, 2, 4, 6.
        assert_eq!(hodges_lehmann(&[6.0, 1.0, 2.0]), Some(2.75));
        assert_eq!(median(&[3.0, 1.0, 2.0, 10.0]), Some(2.5));
        assert_eq!((median(&[]), hodges_lehmann(&[])), (None, None));
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
    }
}
