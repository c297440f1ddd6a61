//! Several candidates at once: the e-BH procedure.
//!
//! With ten candidates and α = 5 % each, a trial of nothing finds something every second time. e-BH bounds the expected
//! share of false discoveries by q under any dependence between the arms, which all share one baseline (Wang and
//! Ramdas 2022, arXiv 2009.02824). It is meant to be evaluated once, at the end of screening, on e-values that were each
//! stopped without looking ahead; on running maxima it does not hold (arXiv 2501.19360).

/// ln of the e-value from which on an arm counts as a discovery at false discovery rate `q` in (0, 1), given ln of the
/// e-values of all m candidates: m / (q·k*), k* = max{k : e₍ₖ₎ ≥ m / (q·k)}. When no arm reaches it, m / q; of no
/// candidates, as of one. NaN is no evidence.
#[must_use]
pub fn ln_threshold(ln_e_values: &[f64], q: f64) -> f64 {
    let mut sorted: Vec<f64> = ln_e_values
        .iter()
        .map(|ln_e| {
            if ln_e.is_nan() {
                f64::NEG_INFINITY
            } else {
                *ln_e
            }
        })
        .collect();
    sorted.sort_by(|left, right| right.total_cmp(left));
    let arms = sorted.len().max(1) as f64;
    let bar = |k: usize| (arms / (q * k as f64)).ln();
    (1..=sorted.len())
        .rev()
        .find(|&k| sorted[k - 1] >= bar(k))
        .map_or_else(|| bar(1), bar)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn discoveries(e_values: &[f64], q: f64) -> Vec<bool> {
        let ln: Vec<f64> = e_values.iter().map(|e| e.ln()).collect();
        let bar = ln_threshold(&ln, q);
        ln.into_iter().map(|value| value >= bar).collect()
    }

    #[test]
    fn one_candidate_needs_one_over_q() {
        assert_eq!(discoveries(&[10.1], 0.1), [true]);
        assert_eq!(discoveries(&[9.9], 0.1), [false]);
    }

    #[test]
    fn a_second_discovery_lowers_the_bar_for_both() {
        // m / q = 30 for the first alone, 15 for two together.
        assert_eq!(discoveries(&[29.0, 1.0, 1.0], 0.1), [false; 3]);
        assert_eq!(discoveries(&[29.0, 16.0, 1.0], 0.1), [true, true, false]);
        assert_eq!(discoveries(&[31.0, 14.0, 1.0], 0.1), [true, false, false]);
    }

    #[test]
    fn what_is_no_number_lowers_no_bar() {
        // Were NaN a discovery, two of three would make the bar 15.
        assert_eq!(discoveries(&[f64::NAN, 20.0, 1.0], 0.1), [false; 3]);
        assert!((ln_threshold(&[], 0.1) - 10.0_f64.ln()).abs() < 1e-12);
    }

    proptest! {
        /// The discoveries are exactly the k* largest: nothing else may pass the bar.
        #[test]
        fn the_bar_is_consistent(ln in prop::collection::vec(-5.0_f64..12.0, 1..20), q in 0.01_f64..0.5) {
            let bar = ln_threshold(&ln, q);
            let passed = ln.iter().filter(|value| **value >= bar).count();
            let expected = (ln.len() as f64 / (q * passed.max(1) as f64)).ln();
            prop_assert!((bar - expected).abs() < 1e-9);
        }

        #[test]
        fn never_easier_than_a_single_test(ln in prop::collection::vec(-5.0_f64..12.0, 1..20), q in 0.01_f64..0.5) {
            prop_assert!(ln_threshold(&ln, q) >= -q.ln() - 1e-12);
        }
    }
}
