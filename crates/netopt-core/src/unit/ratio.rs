//! Shares of a whole.

use std::fmt;
use std::str::FromStr;

use super::{UnitError, split_number};

/// A share from 0 to 1. It prints as a percentage and is never stored as one.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Ratio(f64);

impl Ratio {
    /// Nothing of the whole.
    pub const ZERO: Self = Self(0.0);

    /// `None` unless `value` lies in 0..=1.
    #[must_use]
    pub const fn new(value: f64) -> Option<Self> {
        if value >= 0.0 && value <= 1.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// `part` of `whole`; `None` of nothing, or if the part exceeds the whole.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share is shown with three digits"
    )]
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        if whole == 0 {
            None
        } else {
            Self::new(part as f64 / whole as f64)
        }
    }

    /// The share, 0 to 1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} %", self.0 * 100.0)
    }
}

/// Reads `1%`, `0.5 %` or a plain share such as `0.01`.
impl FromStr for Ratio {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || UnitError::new(text, "a share such as 1% or 0.01");
        let (number, unit) = split_number(text).ok_or_else(error)?;
        match unit.as_str() {
            "%" => Self::new(number / 100.0),
            "" => Self::new(number),
            _ => None,
        }
        .ok_or_else(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_unknown() {
        assert_eq!(Ratio::of(0, 0), None);
        assert_eq!(Ratio::of(1, 4).map(Ratio::get), Some(0.25));
    }

    #[test]
    fn seed_error_rate_of_two_is_impossible() {
        assert_eq!(Ratio::of(6, 3), None);
        assert!("200%".parse::<Ratio>().is_err());
        assert_eq!("1%".parse::<Ratio>().ok(), Ratio::new(0.01));
    }
}
