//! Units of single numbers, for people and for programs.
//!
//! Inside, times are seconds, data bytes, rates bits per second, shares 0 to 1; only here do they become `80 ms` or a key
//! that ends in `_ms`.

/// Digits that are shown: enough to check against a published table.
const DIGITS: i32 = 4;
/// Above this, neighbouring whole numbers are the same real number.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Seconds inside, milliseconds in documents.
    Time,
    /// Bytes.
    Data,
    /// Bits per second.
    Rate,
    /// A share of a whole: 0 to 1 inside and in documents, per cent for people.
    Share,
    /// Full-sized segments.
    Segments,
    /// Events per second.
    PerSecond,
    /// A pure number, or a count of what its name says.
    Number,
}

impl Unit {
    /// What a key in a document ends in.
    #[must_use]
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Time => "_ms",
            Self::Data => "_bytes",
            Self::Rate => "_bps",
            Self::Share => "_ratio",
            Self::Segments => "_segments",
            Self::PerSecond => "_per_s",
            Self::Number => "",
        }
    }

    /// The value in the unit of [`Unit::suffix`]; `None` when it is not finite.
    #[must_use]
    pub(crate) fn exported(self, value: f64) -> Option<f64> {
        let value = if self == Self::Time {
            value * 1e3
        } else {
            value
        };
        value.is_finite().then_some(value)
    }

    /// The value with its unit, four digits at the most.
    #[must_use]
    pub(crate) fn show(self, value: f64) -> String {
        if !value.is_finite() {
            return "unlimited".to_owned();
        }
        match self {
            Self::Time => scaled(value, TIMES),
            // A segment or a header is known to the byte.
            Self::Data if value < 10_000.0 => format!("{}\u{a0}B", digits(value)),
            Self::Data => scaled(value, AMOUNTS),
            Self::Rate => scaled(value, RATES),
            Self::Share => format!("{}\u{a0}%", digits(value * 100.0)),
            Self::Segments => format!("{}\u{a0}segments", digits(value)),
            Self::PerSecond => format!("{}/s", digits(value)),
            Self::Number => digits(value),
        }
    }

    /// The value on an axis, where the axis already says what is counted.
    #[must_use]
    pub(crate) fn tick(self, value: f64) -> String {
        match self {
            Self::Segments => digits(value),
            Self::Data => scaled(value, AMOUNTS),
            // Round seconds are no round hours.
            Self::Time if value >= 1.0 => format!("{}\u{a0}s", digits(value)),
            unit => unit.show(value),
        }
    }
}

/// The unit without a prefix.
const BASE: f64 = 1.0;

type Steps = &'static [(f64, &'static str)];
const TIMES: Steps = &[
    (86_400.0, "days"),
    (3_600.0, "h"),
    (BASE, "s"),
    (1e-3, "ms"),
    (1e-6, "µs"),
    (1e-9, "ns"),
];
const AMOUNTS: Steps = &[
    (1e15, "PB"),
    (1e12, "TB"),
    (1e9, "GB"),
    (1e6, "MB"),
    (1e3, "kB"),
    (BASE, "B"),
];
const RATES: Steps = &[
    (1e12, "Tbit/s"),
    (1e9, "Gbit/s"),
    (1e6, "Mbit/s"),
    (1e3, "kbit/s"),
    (BASE, "bit/s"),
];

fn scaled(value: f64, steps: Steps) -> String {
    let fits = |step: &&(f64, &str)| rounded(value.abs() / step.0) >= 1.0;
    let step = if value == 0.0 {
        // Nothing is nothing of the unit without a prefix, which is the largest not above one.
        steps.iter().find(|step| step.0 <= BASE)
    } else {
        steps.iter().find(fits).or_else(|| steps.last())
    };
    let (scale, unit) = step.copied().unwrap_or((1.0, ""));
    format!("{}\u{a0}{unit}", digits(value / scale))
}

/// To four significant digits.
fn rounded(value: f64) -> f64 {
    digits(value).parse().unwrap_or(value)
}

/// Four significant digits, whole numbers in full, without zeros that say nothing.
fn digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let size = value.abs();
    if !(1e-6..1e12).contains(&size) {
        let shown = format!("{value:.3e}");
        return match shown.split_once('e') {
            Some((mantissa, power)) => format!("{}e{power}", trimmed(mantissa)),
            None => shown,
        };
    }
    #[expect(clippy::cast_possible_truncation, reason = "a power from -6 to 12")]
    let power = size.log10().floor() as i32;
    let places = usize::try_from(DIGITS - 1 - power).unwrap_or(0);
    trimmed(&format!("{value:.places$}")).to_owned()
}

fn trimmed(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}

/// A number for a document: whole ones without a point, and null for what is none.
#[must_use]
pub(crate) fn exported(unit: Unit, value: Option<f64>) -> serde_json::Value {
    let Some(value) = value.and_then(|value| unit.exported(value)) else {
        return serde_json::Value::Null;
    };
    let is_whole = value.fract() == 0.0 && value.abs() < EXACT;
    if is_whole && matches!(unit, Unit::Data | Unit::Number) {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
        let whole = value as i64;
        return whole.into();
    }
    value.into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Quantity;

    #[test]
    fn four_digits_and_the_unit_that_fits() {
        for (unit, value, shown) in [
            (Unit::Time, 0.08, "80 ms"),
            (Unit::Time, 0.0, "0 s"),
            (Unit::Time, 12e-6, "12 µs"),
            (Unit::Time, 4.2e-10, "0.42 ns"),
            (Unit::Time, 0.99999, "1 s"),
            (Unit::Time, 1.23456, "1.235 s"),
            (Unit::Time, 7_200.0, "2 h"),
            (Unit::Data, 0.0, "0 B"),
            (Unit::Data, 1_460.0, "1460 B"),
            (Unit::Data, 14_600.0, "14.6 kB"),
            (Unit::Data, 1_073_725_440.0, "1.074 GB"),
            (Unit::Rate, 1_430_502.0, "1.431 Mbit/s"),
            (Unit::Rate, 1e11, "100 Gbit/s"),
            (Unit::Share, 1e-4, "0.01 %"),
            (Unit::Share, 1e-9, "1e-7 %"),
            (Unit::Segments, 6_849.3, "6849 segments"),
            (Unit::Number, 1_234_567.0, "1234567"),
            (Unit::Number, f64::INFINITY, "unlimited"),
        ] {
            assert_eq!(unit.show(value).replace('\u{a0}', " "), shown);
        }
    }

    #[test]
    fn keys_end_in_their_unit_and_unknown_is_null() {
        let wait = Quantity::time("wait", "wait", Duration::from_micros(1_500));
        assert_eq!(wait.key(), "wait_ms");
        assert_eq!(exported(Unit::Time, Some(0.0015)), 1.5);
        assert_eq!(exported(Unit::Data, Some(14_600.0)), 14_600);
        for value in [None, Some(f64::NAN), Some(f64::INFINITY)] {
            assert!(exported(Unit::Rate, value).is_null());
        }
    }
}
