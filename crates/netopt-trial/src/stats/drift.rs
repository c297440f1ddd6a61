//! Drift: did the baseline itself move while the trial ran?
//!
//! Random order inside each round keeps drift from favouring an arm, so mild drift costs only precision. A baseline that
//! changed beyond recognition is different: then there is no single thing the candidates were compared with. Drift is
//! flagged, and rounds are never deleted.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::centre::median;
use super::ranking::ranks;

/// Rank correlation with time at or above which the movement counts as steady.
pub const STEADY: f64 = 0.7;
/// p-value of that correlation at or below which it is no accident.
pub const NO_ACCIDENT: f64 = 0.001;
/// Relative movement from the first third of the trial to the last, beyond which a steady drift disqualifies: the baseline
/// is then no longer the one that was asked about.
pub const TOO_FAR: f64 = 0.5;

/// How the baseline moved over the trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// Spearman's rank correlation of the block values with time, -1 to 1.
    pub rho: f64,
    /// Two-sided p-value of `rho` by Student's t with n - 2 degrees of freedom; it assumes independent blocks.
    pub p_value: f64,
    /// ln of (median of the last third / median of the first third).
    pub ln_moved: f64,
}

impl Drift {
    /// From the baseline's block values in order of time. `None` of fewer than six, when all are equal, or when one is not
    /// finite and positive.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let usable = |value: &f64| value.is_finite() && *value > 0.0;
        if values.len() < 6 || !values.iter().all(usable) {
            return None;
        }
        let rho = spearman_with_time(values)?;
        let third = values.len() / 3;
        let first = median(&values[..third])?;
        let last = median(&values[values.len() - third..])?;
        Some(Self {
            rho,
            p_value: p_value(rho, values.len() as f64)?,
            ln_moved: (last / first).ln(),
        })
    }

    /// Whether the movement is steady, no accident and larger than [`TOO_FAR`].
    #[must_use]
    pub fn disqualifies(&self) -> bool {
        self.rho.abs() >= STEADY
            && self.p_value <= NO_ACCIDENT
            && self.ln_moved.abs() >= TOO_FAR.ln_1p()
    }
}

/// Two-sided p-value of a correlation `rho` over `count` pairs.
fn p_value(rho: f64, count: f64) -> Option<f64> {
    let freedom = count - 2.0;
    let rest = 1.0 - rho * rho;
    if rest <= 0.0 {
        return Some(0.0);
    }
    let statistic = rho.abs() * (freedom / rest).sqrt();
    let student = StudentsT::new(0.0, 1.0, freedom).ok()?;
    Some(2.0 * student.sf(statistic))
}

/// Pearson's correlation of ranks with positions; `None` when either does not vary.
fn spearman_with_time(values: &[f64]) -> Option<f64> {
    let ranks = ranks(values)?;
    let centre = (values.len() as f64 - 1.0) / 2.0;
    let (mut both, mut own, mut time) = (0.0, 0.0, 0.0);
    for (position, rank) in ranks.iter().enumerate() {
        let (x, y) = (position as f64 - centre, rank - centre);
        both += x * y;
        time += x * x;
        own += y * y;
    }
    (own > 0.0 && time > 0.0).then(|| both / (own * time).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_value_of_spearman() {
        // Ranks 1 0 3 2 5 4 against time: rho = 1 - 6·6/(6·35).
        let drift = Drift::of(&[2.0, 1.0, 4.0, 3.0, 6.0, 5.0]).unwrap();
        assert!((drift.rho - (1.0 - 36.0 / 210.0)).abs() < 1e-12);
        // t = rho·√(4/(1-rho²)) on 4 degrees of freedom, whose distribution has a closed form.
        let t = drift.rho * (4.0 / (1.0 - drift.rho * drift.rho)).sqrt();
        let s = t / (4.0 + t * t).sqrt();
        let p = 1.0 - s * (1.0 + (1.0 - s * s) / 2.0);
        assert!((drift.p_value - p).abs() < 1e-9, "{} {p}", drift.p_value);
    }

    #[test]
    fn a_doubled_baseline_disqualifies_and_ten_percent_does_not() {
        let ramp = |by: f64| -> Vec<f64> {
            (0..20)
                .map(|i| 1.0 + by * f64::from(i) / 19.0 + 0.01 * f64::from(i % 3))
                .collect()
        };
        assert!(Drift::of(&ramp(1.0)).unwrap().disqualifies());
        assert!(!Drift::of(&ramp(0.1)).unwrap().disqualifies());
    }

    #[test]
    fn a_level_or_short_baseline_has_no_drift() {
        assert_eq!(Drift::of(&[1.0; 20]), None);
        assert_eq!(Drift::of(&[1.0, 2.0, 3.0]), None);
        assert_eq!(Drift::of(&[1.0, 2.0, 3.0, 0.0, 4.0, 5.0]), None);
        assert_eq!(Drift::of(&[1.0, 2.0, 3.0, f64::NAN, 4.0, 5.0]), None);
    }
}
