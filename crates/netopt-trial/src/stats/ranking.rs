//! Ranks: the place of each value among all of them.
//!
//! Checks that must not care how wild the largest values are look at ranks instead. Equal values share the mean of the places
//! they take up together, so that no order is invented where there is none.

/// The rank of each value, from 0, in the order given; `None` when one is NaN.
pub(crate) fn ranks(values: &[f64]) -> Option<Vec<f64>> {
    if values.iter().any(|value| value.is_nan()) {
        return None;
    }
    let mut order: Vec<(f64, usize)> = values
        .iter()
        // Adding zero makes -0 and 0 equal in the total order.
        .map(|value| value + 0.0)
        .zip(0..)
        .collect();
    order.sort_by(|left, right| left.0.total_cmp(&right.0));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for level in order.chunk_by(|left, right| left.0.total_cmp(&right.0).is_eq()) {
        let shared = first as f64 + (level.len() as f64 - 1.0) / 2.0;
        for (_, index) in level {
            ranks[*index] = shared;
        }
        first += level.len();
    }
    Some(ranks)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_values_share_their_places() {
        assert_eq!(ranks(&[3.0, 1.0, 1.0, 2.0]), Some(vec![3.0, 0.5, 0.5, 2.0]));
        assert_eq!(
            ranks(&[0.0, -0.0, f64::INFINITY]),
            Some(vec![0.5, 0.5, 2.0])
        );
        assert_eq!(ranks(&[1.0, f64::NAN]), None);
        assert_eq!(ranks(&[]), Some(vec![]));
    }

    proptest! {
        #[test]
        fn they_add_up(values in prop::collection::vec(0_u8..6, 0..40)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let n = values.len() as f64;
            let sum: f64 = ranks(&values).unwrap().iter().sum();
            prop_assert!((sum - n * (n - 1.0) / 2.0).abs() < 1e-9);
        }
    }
}
