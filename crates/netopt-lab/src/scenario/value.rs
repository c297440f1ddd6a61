//! Single values of a scenario file, each with what a message says was expected.
//!
//! Quantities are strings with a unit, as on the command line. What it leaves alone: which key may hold what.

use std::ops::RangeInclusive;
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes, PerSecond, Ratio, parse_duration};
use toml::de::DeValue;

/// Calls a second that one machine can make and answer.
const HIGHEST_RATE: f64 = 10_000.0;
const LOWEST_RATE: f64 = 0.1;

/// What a time looks like.
pub(super) const TIME: &str = "a time such as \"250us\", \"80ms\" or \"1.5s\"";
/// What an amount of data looks like.
pub(super) const SIZE: &str = "an amount of data such as \"200B\", \"12kB\" or \"64KiB\"";
/// What a share looks like.
pub(super) const SHARE: &str = "a share from 0 to 1, such as \"2%\" or 0.02";
/// What a switch looks like.
pub(super) const SWITCH: &str = "true or false";
/// What a rate of calls looks like.
pub(super) const PER_SECOND: &str = "calls a second from 0.1 to 10000, such as 60 or \"60/s\"";
/// What text looks like.
pub(super) const TEXT: &str = "text in quotes";

/// On or off.
pub(super) fn switch(value: &DeValue<'_>) -> Option<bool> {
    value.as_bool()
}

/// A time up to `longest`.
pub(super) fn time(value: &DeValue<'_>, longest: Duration) -> Option<Duration> {
    parse_duration(value.as_str()?)
        .ok()
        .filter(|time| *time <= longest)
}

/// A time above zero up to `longest`.
pub(super) fn stretch(value: &DeValue<'_>, longest: Duration) -> Option<Duration> {
    time(value, longest).filter(|time| !time.is_zero())
}

/// A rate of data above zero.
pub(super) fn bit_rate(value: &DeValue<'_>) -> Option<BitRate> {
    value.as_str()?.parse().ok()
}

/// An amount of data up to `most`.
pub(super) fn size(value: &DeValue<'_>, most: Bytes) -> Option<Bytes> {
    let size: Bytes = value.as_str()?.parse().ok()?;
    (size <= most).then_some(size)
}

/// A share: text with or without a per cent sign, or a bare number.
pub(super) fn share(value: &DeValue<'_>) -> Option<Ratio> {
    value
        .as_str()
        .map_or_else(|| Ratio::new(number(value)?), |text| text.parse().ok())
}

/// A finite number.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    let text = match value {
        DeValue::Integer(integer) => {
            return integer_of(integer.as_str(), integer.radix()).map(|number| {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "counts and rates, far below 2^53"
                )]
                let number = number as f64;
                number
            });
        }
        DeValue::Float(float) => float.as_str(),
        _ => return None,
    };
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A whole number within `bounds`.
pub(super) fn count(value: &DeValue<'_>, bounds: RangeInclusive<u64>) -> Option<u64> {
    let integer = value.as_integer()?;
    let number = integer_of(integer.as_str(), integer.radix())?;
    bounds.contains(&number).then_some(number)
}

fn integer_of(digits: &str, radix: u32) -> Option<u64> {
    u64::from_str_radix(digits, radix).ok()
}

/// Calls that one machine can make and answer in a second: a bare number, or text that ends in `/s`.
pub(super) fn per_second(value: &DeValue<'_>) -> Option<PerSecond> {
    let number = value.as_str().map_or_else(
        || number(value),
        |text| text.trim().trim_end_matches("/s").trim().parse().ok(),
    )?;
    PerSecond::new(number).filter(|_| (LOWEST_RATE..=HIGHEST_RATE).contains(&number))
}

/// A list whose items all are what `read` understands; at most `most`.
pub(super) fn list<T>(
    value: &DeValue<'_>,
    most: usize,
    read: impl Fn(&DeValue<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let items = value.as_array()?;
    if items.iter().count() > most {
        return None;
    }
    items.iter().map(|item| read(item.get_ref())).collect()
}
