//! Did every arm get its share of the requests?
//!
//! When the arms of an experiment did not receive the load the design gave them, something between the plan and the wire
//! favours one of them, and its figures are not comparable (sample-ratio mismatch; Fabijan et al., KDD 2019). Equal load is
//! the design; trials that let each arm run as fast as it can must not ask.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// p-value of "all arms were meant to get the same number of requests": chi-square with k - 1 degrees of freedom. `None`
/// of fewer than two arms, or no requests at all.
#[must_use]
pub fn p_value(issued: &[u64]) -> Option<f64> {
    let total: f64 = issued.iter().map(|count| *count as f64).sum();
    if issued.len() < 2 || total <= 0.0 {
        return None;
    }
    let expected = total / issued.len() as f64;
    let statistic: f64 = issued
        .iter()
        .map(|count| (*count as f64 - expected).powi(2) / expected)
        .sum();
    let distribution = ChiSquared::new(issued.len() as f64 - 1.0).ok()?;
    Some(distribution.sf(statistic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_load_is_no_mismatch() {
        assert_eq!(p_value(&[500, 500, 500]), Some(1.0));
        assert_eq!((p_value(&[5]), p_value(&[0, 0])), (None, None));
    }

    #[test]
    fn golden_values_of_chi_square() {
        // One degree of freedom: (460, 540) has statistic 6.4; two: exp(-x/2) exactly.
        let one = p_value(&[460, 540]).unwrap();
        assert!((one - 0.011_412_036_386).abs() < 1e-9, "{one}");
        let two = p_value(&[90, 100, 110]).unwrap();
        assert!((two - (-1.0_f64).exp()).abs() < 1e-9, "{two}");
    }

    #[test]
    fn a_tenth_missing_is_seen() {
        assert!(p_value(&[u64::MAX, u64::MAX]).is_some());
        assert!(p_value(&[3000, 2700]).unwrap() < 0.001);
    }
}
