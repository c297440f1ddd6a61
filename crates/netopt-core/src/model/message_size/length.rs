//! A real amount of data: sizes before they are rounded to bytes.

use std::fmt;
use std::ops::{Add, Div, Mul};
use std::time::Duration;

use crate::unit::{BitRate, Bytes};

/// An amount of data that need not be a whole byte: finite, zero or more.
///
/// Formulas for the best size are written for real numbers; [`Self::bytes`] rounds the answer.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Length(f64);

impl Length {
    /// So many bits; `None` unless the number is finite and not negative.
    #[must_use]
    pub fn from_bits(bits: f64) -> Option<Self> {
        (bits.is_finite() && bits >= 0.0).then_some(Self(bits))
    }

    /// So many bytes; `None` unless the number is finite and not negative.
    #[must_use]
    pub fn from_bytes(bytes: f64) -> Option<Self> {
        Self::from_bits(bytes * 8.0)
    }

    /// The number of bits.
    #[must_use]
    pub const fn bits(self) -> f64 {
        self.0
    }

    /// The nearest whole number of bytes.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates"
    )]
    pub fn bytes(self) -> Bytes {
        Bytes::new((self.0 / 8.0).round() as u64)
    }
}

impl From<Bytes> for Length {
    fn from(bytes: Bytes) -> Self {
        Self(bytes.bits())
    }
}

/// The sum, at most the largest finite number of bits.
impl Add for Length {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self((self.0 + other.0).min(f64::MAX))
    }
}

/// So many times the length, at most the largest finite number of bits.
impl Mul<u64> for Length {
    type Output = Self;
    #[expect(
        clippy::cast_precision_loss,
        reason = "above 2^53 the rounding is below one part in 10^15"
    )]
    fn mul(self, times: u64) -> Self {
        Self((self.0 * times as f64).min(f64::MAX))
    }
}

/// The time to put this length on a line of that rate (serialisation), at most 10⁹ s.
impl Div<BitRate> for Length {
    type Output = Duration;
    fn div(self, rate: BitRate) -> Duration {
        Duration::from_secs_f64((self.0 / rate.bps()).min(1e9))
    }
}

/// In bits below 10 kB, where fractions of a byte show; as [`Bytes`] above.
impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 8e4 {
            write!(f, "{:.1} bit", self.0)
        } else {
            self.bytes().fmt(f)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_and_bytes_agree() {
        let length = Length::from_bytes(8.49).unwrap();
        assert_eq!(length.bytes(), Bytes::new(8));
        assert_eq!(length.to_string(), "67.9 bit");
        assert_eq!(Length::from_bits(12_000.0), Some(Bytes::new(1500).into()));
        assert_eq!(Length::from(Bytes::new(64_000)).to_string(), "64.0 kB");
    }

    #[test]
    fn a_length_is_a_finite_amount() {
        assert_eq!(Length::from_bits(-1.0), None);
        assert_eq!(Length::from_bits(f64::NAN), None);
        assert_eq!(Length::from_bytes(f64::MAX), None);
        let largest = Length::from_bits(f64::MAX).unwrap();
        assert!((largest + largest).bits().is_finite());
        assert!((largest * u64::MAX).bits().is_finite());
        assert_eq!(
            largest / BitRate::from_bps(1.0).unwrap(),
            Duration::from_secs(1_000_000_000)
        );
    }
}
