//! A percentile as a knob has it: `p95`.

use std::fmt;
use std::str::FromStr;

use crate::unit::Ratio;

/// A whole percentile from p50 to p99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percentile(u8);

/// The text is no percentile from p50 to p99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of p50 to p99")]
pub struct PercentileError;

impl Percentile {
    /// `None` unless `percent` is from 50 to 99.
    #[must_use]
    pub const fn new(percent: u8) -> Option<Self> {
        if percent >= 50 && percent <= 99 {
            Some(Self(percent))
        } else {
            None
        }
    }

    /// The number: 95 of p95.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The share of values below it.
    #[must_use]
    pub fn share(self) -> Ratio {
        Ratio::of(u64::from(self.0), 100).unwrap_or(Ratio::ZERO)
    }
}

impl fmt::Display for Percentile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}", self.0)
    }
}

impl FromStr for Percentile {
    type Err = PercentileError;
    fn from_str(text: &str) -> Result<Self, PercentileError> {
        let percent = text.strip_prefix('p').and_then(|rest| rest.parse().ok());
        percent.and_then(Self::new).ok_or(PercentileError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_percentiles_of_the_upper_half() {
        let ninety_five: Percentile = "p95".parse().unwrap();
        assert_eq!(
            (ninety_five.to_string(), ninety_five.share().get()),
            ("p95".into(), 0.95)
        );
        for bad in ["p49", "p100", "p-1", "p", "95", "p99.9", ""] {
            assert_eq!(bad.parse::<Percentile>(), Err(PercentileError), "{bad}");
        }
    }
}
