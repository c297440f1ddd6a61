//! Amounts of data.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div};
use std::str::FromStr;
use std::time::Duration;

use super::{BitRate, LONGEST, UnitError, split_number};

/// An amount of data in bytes (octets).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(u64);

impl Bytes {
    /// No data.
    pub const ZERO: Self = Self(0);

    /// An amount of `count` bytes.
    #[must_use]
    pub const fn new(count: u64) -> Self {
        Self(count)
    }

    /// The number of bytes.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number of bits, as a real number.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "above 2^53 bytes the rounding is below one part in 10^15"
    )]
    pub fn bits(self) -> f64 {
        self.0 as f64 * 8.0
    }

    /// The larger of nothing and the difference.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The mean rate at which this amount went by in `time`; `None` for an instant.
    #[must_use]
    pub fn over(self, time: Duration) -> Option<BitRate> {
        BitRate::from_bps(self.bits() / time.as_secs_f64())
    }
}

impl Add for Bytes {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Bytes {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Bytes {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// The time to put these bytes on a line of that rate (serialisation), at most [`LONGEST`].
impl Div<BitRate> for Bytes {
    type Output = Duration;
    fn div(self, rate: BitRate) -> Duration {
        Duration::from_secs_f64((self.bits() / rate.bps()).min(LONGEST.as_secs_f64()))
    }
}

impl fmt::Display for Bytes {
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0 as f64;
        match self.0 {
            0..1_000 => write!(f, "{} B", self.0),
            1_000..1_000_000 => write!(f, "{:.1} kB", n / 1e3),
            1_000_000..1_000_000_000 => write!(f, "{:.1} MB", n / 1e6),
            _ => write!(f, "{:.1} GB", n / 1e9),
        }
    }
}

/// Reads `200B`, `12kB` (1,000), `64KiB` (1,024), `10MB`, `1MiB`, `10GB`, `1GiB`, or a bare number of bytes.
impl FromStr for Bytes {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || UnitError::new(text, "an amount of data such as 200B, 12kB or 64KiB");
        let (number, unit) = split_number(text).ok_or_else(error)?;
        let scale = match unit.as_str() {
            "" | "b" => 1.0,
            "k" | "kb" => 1e3,
            "kib" => 1024.0,
            "m" | "mb" => 1e6,
            "mib" => 1024.0 * 1024.0,
            "g" | "gb" => 1e9,
            "gib" => 1024.0 * 1024.0 * 1024.0,
            _ => return Err(error()),
        };
        let count = number * scale;
        if count > 1e15 {
            return Err(error());
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 10^15, checked above"
        )]
        Ok(Self(count.round() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_decimal_and_binary_units() {
        for (text, bytes) in [
            ("200B", 200),
            ("12kB", 12_000),
            ("64KiB", 65_536),
            ("1.5MB", 1_500_000),
            ("7", 7),
        ] {
            assert_eq!(text.parse(), Ok(Bytes::new(bytes)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for text in ["", "B", "-1B", "12 parsecs", "1e9", "9999999GB"] {
            assert!(text.parse::<Bytes>().is_err(), "{text}");
        }
    }

    #[test]
    fn seed_theorem_3_1_serialisation_of_one_packet_takes_12_us_not_5_ms() {
        let rate = BitRate::from_bps(1e9).unwrap();
        assert_eq!(Bytes::new(1500) / rate, Duration::from_micros(12));
    }

    proptest! {
        #[test]
        fn bytes_over_time_times_time_are_the_bytes(count in 1u64..1 << 40, ms in 1u64..100_000) {
            let time = Duration::from_millis(ms);
            let back = Bytes::new(count).over(time).unwrap() * time;
            prop_assert!(back.get().abs_diff(count) <= 1 + count / 1_000_000_000);
        }
    }
}
