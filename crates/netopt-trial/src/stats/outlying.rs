//! Rounds far from the others: flagged, never deleted.
//!
//! A round that stands out is worth a look: a backup ran, a route changed. It stays in every figure, because for a tail
//! latency the outliers are the signal, and because leaving out what does not fit is how wrong results are made.

use super::centre::median;

/// Distance from the median, in robust standard deviations, beyond which a round is flagged. Ten is far beyond what a heavy
/// tail does by itself: a flag means that something happened.
pub const FAR: f64 = 10.0;

/// MAD of a normal distribution with standard deviation 1 is 1/1.4826: this makes it estimate the standard deviation.
const MAD_TO_SIGMA: f64 = 1.482_602_218_505_602;

/// The distance of each value from the median in robust standard deviations, (x - median) / (1.4826·MAD): the modified
/// z-score of Iglewicz and Hoaglin 1993, §3. `None` when there is no scale to measure by: of fewer than three values, when
/// half of them are equal, or when one is NaN.
#[must_use]
pub fn modified_z(values: &[f64]) -> Option<Vec<f64>> {
    if values.len() < 3 {
        return None;
    }
    let centre = median(values)?;
    let distances: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    let scale = MAD_TO_SIGMA * median(&distances)?;
    (scale > 0.0 && scale.is_finite()).then(|| {
        values
            .iter()
            .map(|value| (value - centre) / scale)
            .collect()
    })
}

/// The positions of the values further than [`FAR`] from the median; empty when nothing can be said.
#[must_use]
pub fn flagged(values: &[f64]) -> Vec<usize> {
    let scores = modified_z(values).unwrap_or_default();
    let far = scores.iter().enumerate().filter(|(_, z)| z.abs() > FAR);
    far.map(|(index, _)| index).collect()
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Normal};

    use super::*;

    #[test]
    fn scores_of_five() {
        // Median 3, distances 2 1 0 1 97, MAD 1.
        let scores = modified_z(&[1.0, 2.0, 3.0, 4.0, 100.0]).unwrap();
        assert!((scores[0] + 2.0 / 1.482_602_218_505_602).abs() < 1e-15);
        assert_eq!(flagged(&[1.0, 2.0, 3.0, 4.0, 100.0]), [4]);
    }

    #[test]
    fn the_factor_is_that_of_the_normal_distribution() {
        let quartile = Normal::standard().inverse_cdf(0.75);
        assert!((MAD_TO_SIGMA * quartile - 1.0).abs() < 1e-12);
    }

    #[test]
    fn no_scale_no_flag() {
        assert_eq!(modified_z(&[1.0, 1.0, 1.0, 9.0]), None);
        assert_eq!(modified_z(&[1.0, 2.0]), None);
        assert_eq!(modified_z(&[1.0, f64::NAN, 2.0, 3.0]), None);
        assert!(flagged(&[]).is_empty());
        assert_eq!(flagged(&[1.0, 2.0, -90.0, 3.0, 4.0]), [2]);
    }
}
