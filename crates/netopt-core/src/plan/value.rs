//! The values of a plan file: what each kind of knob may be. `None` is a value that is not allowed.

use std::num::NonZeroU32;
use std::time::Duration;

use toml::de::DeValue;

use crate::change::{CongestionControl, HttpVersion, Percentile, Switch, Window};
use crate::encoding::{Encoding, Encodings};
use crate::unit::{Bytes, Ratio, parse_duration};

/// Addresses are kept, and silence is borne, for a day at the most.
const LONGEST: Duration = Duration::from_secs(86_400);
/// What RFC 9113 §6.9.2 begins with; a smaller window only makes calls slow.
const LEAST_WINDOW: Bytes = Bytes::new(64 * 1024 - 1);
/// The kernel counts buffers in an `int` and doubles what it is asked for, so a little less than this is its own bound.
const MOST_BYTES: Bytes = Bytes::new(1 << 30);

/// The word for no value, or what `read` makes of it.
pub(super) fn or<T>(
    word: &str,
    value: &DeValue<'_>,
    read: impl FnOnce(&DeValue<'_>) -> Option<T>,
) -> Option<Option<T>> {
    if value.as_str() == Some(word) {
        return Some(None);
    }
    read(value).map(Some)
}

pub(super) fn congestion_control(value: &DeValue<'_>) -> Option<CongestionControl> {
    value.as_str()?.parse().ok()
}

pub(super) fn bytes(value: &DeValue<'_>) -> Option<Bytes> {
    let amount: Bytes = value.as_str()?.parse().ok()?;
    (Bytes::ZERO < amount && amount <= MOST_BYTES).then_some(amount)
}

/// A time that the kernel takes in whole ms.
pub(super) fn timeout(value: &DeValue<'_>) -> Option<Duration> {
    let time = duration(value)?;
    let whole = u64::try_from(time.as_millis()).ok()?;
    (whole > 0).then_some(Duration::from_millis(whole))
}

pub(super) fn switch(value: &DeValue<'_>) -> Option<Switch> {
    value.as_bool().map(Switch::from)
}

pub(super) fn duration(value: &DeValue<'_>) -> Option<Duration> {
    parse_duration(value.as_str()?)
        .ok()
        .filter(|time| *time <= LONGEST)
}

/// A whole number up to `most`.
pub(super) fn number(value: &DeValue<'_>, most: u32) -> Option<u32> {
    let integer = value.as_integer()?;
    let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok()?;
    (number <= most).then_some(number)
}

/// A whole number from 1 to `most`.
pub(super) fn positive(value: &DeValue<'_>, most: u32) -> Option<NonZeroU32> {
    number(value, most).and_then(NonZeroU32::new)
}

pub(super) fn share(value: &DeValue<'_>) -> Option<Ratio> {
    value.as_str()?.parse().ok()
}

pub(super) fn percentile(value: &DeValue<'_>) -> Option<Percentile> {
    value.as_str()?.parse().ok()
}

pub(super) fn window(value: &DeValue<'_>) -> Option<Window> {
    let word = value.as_str()?;
    [Window::Default, Window::Adaptive]
        .into_iter()
        .find(|window| window.name() == word)
        .or_else(|| {
            bytes(value)
                .filter(|size| *size >= LEAST_WINDOW)
                .map(Window::Fixed)
        })
}

pub(super) fn version(value: &DeValue<'_>) -> Option<HttpVersion> {
    let name = value.as_str()?;
    [HttpVersion::Auto, HttpVersion::Http1, HttpVersion::Http2]
        .into_iter()
        .find(|version| version.name() == name)
}

pub(super) fn encoding(value: &DeValue<'_>) -> Option<Encoding> {
    value.as_str()?.parse().ok()
}

pub(super) fn encodings(value: &DeValue<'_>) -> Option<Encodings> {
    value
        .as_array()?
        .iter()
        .map(|item| item.get_ref().as_str()?.parse().ok())
        .collect()
}

/// The value as it stands in the file, short.
pub(super) fn show(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items
                .iter()
                .take(8)
                .map(|item| show(item.get_ref()))
                .collect();
            format!("[{}]", items.join(", "))
        }
        other => format!("a {}", other.type_str()),
    }
}
