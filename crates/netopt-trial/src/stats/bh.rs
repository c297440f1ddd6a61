//! Several candidates at a number of rounds fixed in advance: the Benjamini-Hochberg procedure.
//!
//! It bounds the expected share of false discoveries by q, as e-BH does, from p-values instead of e-values. That makes it more
//! powerful and less forgiving: it holds for one look, and for p-values that are independent or positively dependent
//! (Benjamini and Yekutieli 2001). A trial that may stop early asks [`super::ebh`].

/// The adjusted p-values, in the order given: the smallest q at which the candidate is a discovery,
/// min over j ≥ k of p₍ⱼ₎·m/j for the k-th smallest of m (Benjamini and Hochberg 1995). Discoveries at false discovery
/// rate q are those with an adjusted value of at most q. What is not in 0 to 1 is no evidence and counts as 1.
#[must_use]
pub fn adjusted(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = p_values
        .iter()
        .map(|p| if (0.0..=1.0).contains(p) { *p } else { 1.0 })
        .enumerate()
        .collect();
    order.sort_by(|left, right| right.1.total_cmp(&left.1));
    let count = order.len();
    let mut least = 1.0_f64;
    let mut adjusted = vec![1.0; count];
    for (larger, (index, p)) in order.into_iter().enumerate() {
        least = least.min(p * count as f64 / (count - larger) as f64);
        adjusted[index] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::RngExt;
    use statrs::distribution::{ContinuousCDF, Normal};

    use super::*;
    use crate::seed::stream;

    #[test]
    fn four_by_hand() {
        let adjusted = adjusted(&[0.04, 0.01, 0.03, 0.5]);
        let expected = [0.16 / 3.0, 0.04, 0.16 / 3.0, 0.5];
        for (value, expected) in adjusted.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-15, "{adjusted:?}");
        }
    }

    #[test]
    fn what_is_no_p_value_is_no_evidence() {
        assert_eq!(adjusted(&[f64::NAN, -0.1, 1.5]), [1.0; 3]);
        assert!(adjusted(&[]).is_empty());
    }

    /// Twenty tests, of which five are of something: the share of false discoveries stays below q·15/20, not by chance.
    #[test]
    fn the_share_of_false_discoveries_is_bounded() {
        let mut rng = stream(11, "test", 0);
        let (trials, q) = (4_000, 0.1);
        let (mut adjusted_share, mut naive_share) = (0.0, 0.0);
        for _ in 0..trials {
            let p: Vec<f64> = (0..20)
                .map(|test| {
                    let uniform: f64 = rng.random();
                    if test < 5 { uniform.powi(8) } else { uniform }
                })
                .collect();
            let share = |found: Vec<bool>| {
                let wrong = found[5..].iter().filter(|found| **found).count();
                let all = found.iter().filter(|found| **found).count();
                wrong as f64 / all.max(1) as f64 / f64::from(trials)
            };
            adjusted_share += share(adjusted(&p).iter().map(|p| *p <= q).collect());
            naive_share += share(p.iter().map(|p| *p <= q).collect());
        }
        // For independent tests the share is q·15/20 exactly; its standard error here is below 0.003.
        assert!((adjusted_share - 0.075).abs() < 0.009, "{adjusted_share}");
        assert!(naive_share > 0.2, "{naive_share}");
    }

    /// Twenty arms of nothing against one baseline, two-sided: no theorem covers them, and every discovery is false.
    #[test]
    fn arms_that_share_a_baseline_stay_within_the_bound() {
        let normal = Normal::standard();
        let mut rng = stream(12, "test", 0);
        let mut noise = move || normal.inverse_cdf(rng.random_range(1e-12..1.0));
        let trials = 4_000;
        let fooled = (0..trials)
            .filter(|_| {
                let baseline: f64 = noise();
                let p: Vec<f64> = (0..20)
                    .map(|_| (noise() - baseline) / 2.0_f64.sqrt())
                    .map(|z| 2.0 * normal.sf(z.abs()))
                    .collect();
                adjusted(&p).iter().any(|p| *p <= 0.1)
            })
            .count();
        let share = fooled as f64 / f64::from(trials);
        assert!((0.02..=0.1).contains(&share), "{share}");
    }

    proptest! {
        #[test]
        fn never_below_the_p_value_and_in_its_order(p in prop::collection::vec(0.0_f64..=1.0, 1..30)) {
            let adjusted = adjusted(&p);
            for (i, left) in p.iter().enumerate() {
                prop_assert!(*left <= adjusted[i] + 1e-15 && adjusted[i] <= 1.0);
                for (j, right) in p.iter().enumerate() {
                    prop_assert!(left > right || adjusted[i] <= adjusted[j]);
                }
            }
        }
    }
}
