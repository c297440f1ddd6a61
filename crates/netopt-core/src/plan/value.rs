//! The values of a plan file: what each kind of knob may be. `None` is a value that is not allowed.

use std::num::NonZeroU32;
use std::time::Duration;

use toml::de::DeValue;

use crate::change::{CongestionControl, HttpVersion, SYSTEM, Switch};
use crate::encoding::Encodings;
use crate::unit::{Bytes, parse_duration};

/// Addresses are kept, and silence is borne, for a day at the most.
const LONGEST: Duration = Duration::from_secs(86_400);
/// More connections to one destination than this are a mistake.
const MOST_CONNECTIONS: u32 = 65_535;
/// The kernel counts buffers in an `int` and doubles what it is asked for, so a little less than this is its own bound.
const MOST_BYTES: Bytes = Bytes::new(1 << 30);

/// Left to the system, or what `read` makes of it.
pub(super) fn system_or<T>(
    value: &DeValue<'_>,
    read: impl FnOnce(&DeValue<'_>) -> Option<T>,
) -> Option<Option<T>> {
    if value.as_str() == Some(SYSTEM) {
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

pub(super) fn limit(value: &DeValue<'_>) -> Option<Option<NonZeroU32>> {
    if value.as_str() == Some("unlimited") {
        return Some(None);
    }
    let integer = value.as_integer()?;
    let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok()?;
    NonZeroU32::new(number)
        .filter(|limit| limit.get() <= MOST_CONNECTIONS)
        .map(Some)
}

pub(super) fn version(value: &DeValue<'_>) -> Option<HttpVersion> {
    let name = value.as_str()?;
    [HttpVersion::Auto, HttpVersion::Http1, HttpVersion::Http2]
        .into_iter()
        .find(|version| version.name() == name)
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
