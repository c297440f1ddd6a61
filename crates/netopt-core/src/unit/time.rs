//! Reading and showing times. The type itself is [`std::time::Duration`].

use std::time::Duration;

use super::{UnitError, split_number};

/// The longest time that a division of units gives, about 32 years. What would take longer comes out as this, so whoever
/// prints such a time has to refuse it.
pub const LONGEST: Duration = Duration::from_secs(1_000_000_000);

/// Reads `80ms`, `1.5s`, `250us`, `2min` or `0`.
///
/// # Errors
/// When the text is no number with one of these units, or lies above 10 days.
pub fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    let error = || UnitError::new(text, "a time such as 250us, 80ms or 1.5s");
    let (number, unit) = split_number(text).ok_or_else(error)?;
    let seconds = match unit.as_str() {
        "ns" => number * 1e-9,
        "us" | "µs" => number * 1e-6,
        "ms" => number * 1e-3,
        "s" => number,
        "min" | "m" => number * 60.0,
        "h" => number * 3600.0,
        "" if number == 0.0 => 0.0,
        _ => return Err(error()),
    };
    if seconds > 864_000.0 {
        return Err(error());
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// The time in milliseconds, for reports and files whose keys end in `_ms`.
#[must_use]
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Three digits and a unit: `250 µs`, `1.50 ms`, `82.0 ms`, `1.20 s`.
#[must_use]
pub fn show_duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s < 1e-3 => format!("{:.0} µs", s * 1e6),
        s if s < 10e-3 => format!("{:.2} ms", s * 1e3),
        s if s < 100e-3 => format!("{:.1} ms", s * 1e3),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 10.0 => format!("{s:.2} s"),
        s => format!("{s:.1} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_shows() {
        for (text, shown) in [
            ("250us", "250 µs"),
            ("80ms", "80.0 ms"),
            ("1.2s", "1.20 s"),
            ("0", "0 µs"),
        ] {
            assert_eq!(show_duration(parse_duration(text).unwrap()), shown);
        }
    }

    #[test]
    fn a_number_without_unit_is_refused() {
        assert_eq!(
            parse_duration("80").unwrap_err().to_string(),
            "\"80\" is not a time such as 250us, 80ms or 1.5s"
        );
        assert!(parse_duration("-1s").is_err());
        assert!(parse_duration("99999h").is_err());
    }
}
