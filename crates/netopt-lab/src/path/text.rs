//! How parts of a path are written, on the command line as in scenario files.
//!
//! ```text
//! queue     200kB                     bytes that may wait
//!           64p                       packets that may wait
//! loss      1%                        each packet for itself
//!           1%x4                      in bursts of four packets in the mean
//! outages   200ms at 5s               once
//!           200ms every 10s           the first after 10 s
//!           200ms every 10s from 3s   the first after 3 s
//! ```
//!
//! Amounts, shares, rates and times are those of [`netopt_core::unit`]. What it leaves alone: whether the values make sense
//! together, which [`super::PathSpec::check`] says, and rate traces, which are files of their own.

use std::fmt;
use std::str::FromStr;

use netopt_core::unit::{Bytes, Ratio, parse_duration};

use super::{Limit, Loss, Outages};

/// A text that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextError {
    text: String,
    expected: &'static str,
}

impl TextError {
    /// `expected` completes the sentence "… is not", and shows an example.
    fn new(text: &str, expected: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            expected,
        }
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not {}", self.text, self.expected)
    }
}

impl std::error::Error for TextError {}

/// Reads `200kB` (bytes) or `64p` (packets).
impl FromStr for Limit {
    type Err = TextError;
    fn from_str(text: &str) -> Result<Self, TextError> {
        let read = match text.trim().strip_suffix('p') {
            Some(packets) => packets.trim_end().parse().ok().map(Self::Packets),
            None => text.parse::<Bytes>().ok().map(Self::Bytes),
        };
        read.ok_or_else(|| TextError::new(text, "a queue limit such as 200kB or 64p"))
    }
}

/// Reads `1%` (each for itself) or `1%x4` (in bursts of four in the mean).
impl FromStr for Loss {
    type Err = TextError;
    fn from_str(text: &str) -> Result<Self, TextError> {
        let error = || TextError::new(text, "a loss such as 1%, or 1%x4 for bursts of 4 packets");
        let (share, length) = match text.split_once('x') {
            Some((share, length)) => (share, Some(length)),
            None => (text, None),
        };
        let share: Ratio = share.parse().map_err(|_| error())?;
        let Some(length) = length else {
            return Ok(Self::Independent(share));
        };
        let mean_length: f64 = length.trim().parse().map_err(|_| error())?;
        if mean_length.is_finite() {
            Ok(Self::Bursts { share, mean_length })
        } else {
            Err(error())
        }
    }
}

/// Reads `200ms at 5s`, `200ms every 10s` or `200ms every 10s from 3s`.
impl FromStr for Outages {
    type Err = TextError;
    fn from_str(text: &str) -> Result<Self, TextError> {
        let error = || {
            TextError::new(
                text,
                "an outage such as \"200ms at 5s\", \"200ms every 10s\" or \"200ms every 10s from 3s\"",
            )
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let (lasts, first, every) = match words[..] {
            [lasts, "at", first] => (lasts, first, None),
            [lasts, "every", every] => (lasts, every, Some(every)),
            [lasts, "every", every, "from", first] => (lasts, first, Some(every)),
            _ => return Err(error()),
        };
        let time = |text| parse_duration(text).map_err(|_| error());
        Ok(Self {
            first: time(first)?,
            lasts: time(lasts)?,
            every: every.map(time).transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn limits_are_bytes_or_packets() {
        for (text, limit) in [
            ("200kB", Limit::Bytes(Bytes::new(200_000))),
            ("64KiB", Limit::Bytes(Bytes::new(65_536))),
            ("64p", Limit::Packets(64)),
            (" 1000 p", Limit::Packets(1000)),
        ] {
            assert_eq!(text.parse(), Ok(limit), "{text}");
        }
        for text in ["", "p", "-1p", "1.5p", "64x", "64 packets"] {
            let told = text.parse::<Limit>().unwrap_err().to_string();
            assert_eq!(
                told,
                format!("{text:?} is not a queue limit such as 200kB or 64p")
            );
        }
    }

    #[test]
    fn losses_are_independent_or_in_bursts() {
        let share = Ratio::new(0.01).unwrap();
        let bursts = |mean_length| Loss::Bursts { share, mean_length };
        for (text, loss) in [
            ("1%", Loss::Independent(share)),
            ("0.01", Loss::Independent(share)),
            ("1%x4", bursts(4.0)),
            ("1 % x 2.5", bursts(2.5)),
        ] {
            assert_eq!(text.parse(), Ok(loss), "{text}");
        }
        for text in ["", "x4", "1%x", "1%xinf", "1%xNaN", "101%", "-1%"] {
            assert!(text.parse::<Loss>().is_err(), "{text}");
        }
        assert_eq!(
            "2%4".parse::<Loss>().unwrap_err().to_string(),
            "\"2%4\" is not a loss such as 1%, or 1%x4 for bursts of 4 packets"
        );
    }

    #[test]
    fn outages_come_once_or_again_and_again() {
        let outages = |first, every| Outages {
            first: MS * first,
            lasts: MS * 200,
            every,
        };
        for (text, expected) in [
            ("200ms at 5s", outages(5000, None)),
            ("200ms every 10s", outages(10_000, Some(MS * 10_000))),
            ("200ms every 10s from 3s", outages(3000, Some(MS * 10_000))),
            ("200ms  every 10s from 0", outages(0, Some(MS * 10_000))),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in [
            "",
            "200ms",
            "200 at 5s",
            "at 5s",
            "200ms every",
            "200ms every 1s from",
        ] {
            assert!(text.parse::<Outages>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_at_all_is_a_panic(text in "[0-9a-z%. ]{0,20}|.{0,20}") {
            let _limit = text.parse::<Limit>();
            let _loss = text.parse::<Loss>();
            let _outages = text.parse::<Outages>();
        }

        #[test]
        fn what_is_written_is_what_is_read(packets: usize, bytes in 0u64..1 << 40, length in 1.0f64..1e6) {
            prop_assert_eq!(format!("{packets}p").parse(), Ok(Limit::Packets(packets)));
            prop_assert_eq!(format!("{bytes}B").parse(), Ok(Limit::Bytes(Bytes::new(bytes))));
            let share = Ratio::new(0.5).unwrap();
            prop_assert_eq!(format!("0.5x{length}").parse(), Ok(Loss::Bursts { share, mean_length: length }));
        }
    }
}
