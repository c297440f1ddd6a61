//! Readers of what formulas take beyond the units: values with bounds, each refused with the value and the bound.

use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::model::queueing::{Erlangs, Variation};
use netopt_core::unit::{Bytes, PerSecond, Ratio, Segments, UnitError, parse_duration};
use netopt_trial::stats::quantile::Quantile;

/// The payload of a segment on an Ethernet path: 1500 bytes less the headers of IPv4 and TCP.
pub(crate) const MSS: &str = "1460B";
/// No path carries larger segments.
const LARGEST_MSS: u64 = 65_535;

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
fn said(error: UnitError) -> String {
    error.to_string()
}

/// A time above zero.
pub(crate) fn above_zero(text: &str) -> Result<Duration, String> {
    let time = parse_duration(text).map_err(said)?;
    if time.is_zero() {
        return Err(format!("\"{text}\" is not a time above 0"));
    }
    Ok(time)
}

/// A segment size from 1 to 65535 bytes.
pub(crate) fn mss(text: &str) -> Result<Bytes, String> {
    let size: Bytes = text.parse().map_err(said)?;
    if (1..=LARGEST_MSS).contains(&size.get()) {
        Ok(size)
    } else {
        Err(format!(
            "\"{text}\" is not a segment size from 1B to {LARGEST_MSS}B"
        ))
    }
}

/// Data above zero.
pub(crate) fn some_data(text: &str) -> Result<Bytes, String> {
    let data: Bytes = text.parse().map_err(said)?;
    if data == Bytes::ZERO {
        return Err(format!("\"{text}\" is not an amount above 0"));
    }
    Ok(data)
}

/// A share above zero, up to the whole.
pub(crate) fn some_share(text: &str) -> Result<Ratio, String> {
    let share: Ratio = text.parse().map_err(said)?;
    if share.get() > 0.0 {
        Ok(share)
    } else {
        Err(format!("\"{text}\" is not a share above 0%, such as 0.1%"))
    }
}

/// A window from 1 to a billion segments.
pub(crate) fn window(text: &str) -> Result<Segments, String> {
    text.trim()
        .parse()
        .ok()
        .filter(|count: &f64| (1.0..=1e9).contains(count))
        .and_then(Segments::new)
        .ok_or_else(|| format!("\"{text}\" is not a number of segments from 1 to 1000000000"))
}

/// A rate of events above zero, such as `200` or `200/s`.
pub(crate) fn events(text: &str) -> Result<PerSecond, String> {
    let error = || format!("\"{text}\" is not a number of events a second above 0, such as 200/s");
    let number: f64 = text
        .trim()
        .trim_end_matches("/s")
        .trim()
        .parse()
        .map_err(|_| error())?;
    PerSecond::new(number)
        .filter(|rate| rate.get() > 0.0)
        .ok_or_else(error)
}

/// A number above zero.
pub(crate) fn positive(text: &str) -> Result<f64, String> {
    text.trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite() && *number > 0.0)
        .ok_or_else(|| format!("\"{text}\" is not a number above 0"))
}

/// A whole number from 1 to `MOST`.
pub(crate) fn count<const MOST: u32>(text: &str) -> Result<NonZeroU32, String> {
    text.trim()
        .parse()
        .ok()
        .filter(|count: &NonZeroU32| count.get() <= MOST)
        .ok_or_else(|| format!("\"{text}\" is not a whole number from 1 to {MOST}"))
}

/// A seed: 32 bits, so that a document holds it as a number and people see all its digits.
pub(crate) fn seed(text: &str) -> Result<u32, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("\"{text}\" is not a whole number from 0 to {}", u32::MAX))
}

/// A count as a real number.
#[expect(clippy::cast_precision_loss, reason = "shown with four digits")]
pub(crate) const fn real(count: u64) -> f64 {
    count as f64
}

/// Servers, connections or packets that a formula is asked about, at the most.
pub(crate) const MANY: u32 = 2_000_000;

/// The largest offered load that is searched for a size: a million calls at once.
pub(crate) const MOST_LOAD: f64 = 1e6;

/// An offered load above zero, up to [`MOST_LOAD`].
pub(crate) fn load(text: &str) -> Result<Erlangs, String> {
    text.trim()
        .parse()
        .ok()
        .filter(|load: &f64| *load > 0.0 && *load <= MOST_LOAD)
        .and_then(Erlangs::new)
        .ok_or_else(|| format!("\"{text}\" is not a load above 0 and up to 1000000"))
}

/// A share above zero and below the whole.
pub(crate) fn inner_share(text: &str) -> Result<Ratio, String> {
    let share: Ratio = text.parse().map_err(said)?;
    if share.get() > 0.0 && share.get() < 1.0 {
        Ok(share)
    } else {
        Err(format!("\"{text}\" is not a share above 0% and below 100%"))
    }
}

/// A squared coefficient of variation: zero or more.
pub(crate) fn variation(text: &str) -> Result<Variation, String> {
    text.trim()
        .parse()
        .ok()
        .and_then(Variation::new)
        .ok_or_else(|| {
            format!("\"{text}\" is not a number from 0 up, such as 1 of exponential times")
        })
}

/// A message above zero, up to a gigabyte: every way to cut it is compared.
pub(crate) fn some_message(text: &str) -> Result<Bytes, String> {
    let data = some_data(text)?;
    if data.get() <= 1_000_000_000 {
        Ok(data)
    } else {
        Err(format!("\"{text}\" is not an amount up to 1GB"))
    }
}

/// A quantile from p0.1 to p99.9 in tenths: `p99`, `99.9%` or `median`.
pub(crate) fn quantile(text: &str) -> Result<Quantile, String> {
    let error = || format!("\"{text}\" is not a quantile from p0.1 to p99.9, such as p99");
    if text == "median" {
        return Ok(Quantile::P50);
    }
    let number = text.trim_start_matches('p').trim_end_matches('%').trim();
    let percent: f64 = number.parse().map_err(|_| error())?;
    let thousandths = (percent * 10.0).round();
    if (thousandths - percent * 10.0).abs() > 1e-9 || !(1.0..=999.0).contains(&thousandths) {
        return Err(error());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number from 1 to 999"
    )]
    Quantile::from_thousandths(thousandths as u32).ok_or_else(error)
}

/// How sure an interval shall be: from a half to 99.99 %.
pub(crate) fn level(text: &str) -> Result<Ratio, String> {
    let level: Ratio = text.parse().map_err(said)?;
    if (0.5..=0.9999).contains(&level.get()) {
        Ok(level)
    } else {
        Err(format!("\"{text}\" is not a level from 50% to 99.99%"))
    }
}

/// A standard deviation of ln(latency), up to 10.
pub(crate) fn spread(text: &str) -> Result<f64, String> {
    positive(text)
        .ok()
        .filter(|spread| *spread <= 10.0)
        .ok_or_else(|| format!("\"{text}\" is not a spread above 0 and up to 10"))
}
