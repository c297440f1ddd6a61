//! Rates: bits per second, and events per second.

use std::fmt;
use std::ops::Mul;
use std::str::FromStr;
use std::time::Duration;

use super::{Bytes, UnitError, split_number};

/// A rate of data in bits per second: finite and above zero.
///
/// An unknown rate is `Option::None`, never zero.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct BitRate(f64);

impl BitRate {
    /// A rate of `bps` bits per second; `None` unless it is finite and above zero.
    #[must_use]
    pub fn from_bps(bps: f64) -> Option<Self> {
        (bps.is_finite() && bps > 0.0).then_some(Self(bps))
    }

    /// Bits per second.
    #[must_use]
    pub const fn bps(self) -> f64 {
        self.0
    }

    /// How many pieces of `each` bytes this rate carries per second; `None` for empty pieces.
    #[must_use]
    pub fn in_pieces_of(self, each: Bytes) -> Option<PerSecond> {
        PerSecond::new(self.0 / each.bits())
    }
}

/// The data that a line of this rate carries in that time: the bandwidth-delay product when the time is a round trip.
impl Mul<Duration> for BitRate {
    type Output = Bytes;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates"
    )]
    fn mul(self, time: Duration) -> Bytes {
        Bytes::new((self.0 * time.as_secs_f64() / 8.0).round() as u64)
    }
}

impl fmt::Display for BitRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scale, unit) = match self.0 {
            r if r < 1e3 => (1.0, "bit/s"),
            r if r < 1e6 => (1e3, "kbit/s"),
            r if r < 1e9 => (1e6, "Mbit/s"),
            _ => (1e9, "Gbit/s"),
        };
        write!(f, "{:.1} {unit}", self.0 / scale)
    }
}

/// Reads `20mbit`, `1gbit`, `500kbit`, `9600bit`, with or without `/s` or `ps`.
impl FromStr for BitRate {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || UnitError::new(text, "a rate such as 500kbit, 20mbit or 1gbit");
        let (number, unit) = split_number(text).ok_or_else(error)?;
        let scale = match unit.trim_end_matches("/s").trim_end_matches("ps") {
            "bit" => 1.0,
            "kbit" => 1e3,
            "mbit" => 1e6,
            "gbit" => 1e9,
            "b" | "kb" | "mb" | "gb" | "kib" | "mib" | "gib" => {
                return Err(UnitError::new(
                    text,
                    "a rate such as 20mbit: rates are in bits, eight times the bytes",
                ));
            }
            _ => return Err(error()),
        };
        Self::from_bps(number * scale).ok_or_else(error)
    }
}

/// Events per second: finite, zero or more.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct PerSecond(f64);

impl PerSecond {
    /// `None` unless `rate` is finite and not negative.
    #[must_use]
    pub fn new(rate: f64) -> Option<Self> {
        (rate.is_finite() && rate >= 0.0).then_some(Self(rate))
    }

    /// `count` events in `time`; `None` for an instant.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a rate is a measured quantity")]
    pub fn of(count: u64, time: Duration) -> Option<Self> {
        Self::new(count as f64 / time.as_secs_f64())
    }

    /// Events per second.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The rate of data when each event carries `each` bytes; `None` when that is no data at all.
    #[must_use]
    pub fn carrying(self, each: Bytes) -> Option<BitRate> {
        BitRate::from_bps(self.0 * each.bits())
    }

    /// The time between two events when they are evenly spaced; `None` at rate zero.
    #[must_use]
    pub fn interval(self) -> Option<Duration> {
        Duration::try_from_secs_f64(1.0 / self.0).ok()
    }
}

impl fmt::Display for PerSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1}/s", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, bps) in [
            ("20mbit", 20e6),
            ("1 Gbit/s", 1e9),
            ("500kbps", 0.0),
            ("9600bit", 9600.0),
        ] {
            assert_eq!(
                text.parse::<BitRate>().ok(),
                BitRate::from_bps(bps),
                "{text}"
            );
        }
        assert_eq!("20Mbitps".parse::<BitRate>().ok(), BitRate::from_bps(20e6));
        assert!("0mbit".parse::<BitRate>().is_err());
    }

    #[test]
    fn bandwidth_delay_product_of_10_gbit_and_100_ms_is_125_mb() {
        let rate = BitRate::from_bps(10e9).unwrap();
        assert_eq!(rate * Duration::from_millis(100), Bytes::new(125_000_000));
    }

    #[test]
    fn segments_per_second_are_bits_per_second_and_back() {
        let segments = PerSecond::new(1000.0).unwrap();
        let rate = segments.carrying(Bytes::new(1250)).unwrap();
        assert_eq!(Some(rate), BitRate::from_bps(10e6));
        assert_eq!(rate.in_pieces_of(Bytes::new(1250)), Some(segments));
        assert_eq!(rate.in_pieces_of(Bytes::ZERO), None);
        assert_eq!(segments.carrying(Bytes::ZERO), None);
    }

    #[test]
    fn an_unknown_rate_cannot_be_zero() {
        assert_eq!(BitRate::from_bps(0.0), None);
        assert_eq!(BitRate::from_bps(f64::NAN), None);
        assert_eq!(PerSecond::of(5, Duration::ZERO), None);
    }
}
