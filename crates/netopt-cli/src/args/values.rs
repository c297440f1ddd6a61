//! Readers of single values, for clap. The quantities read themselves.

use std::num::NonZeroU32;
use std::time::Duration;

use http::{HeaderValue, StatusCode};
use netopt_core::unit::{Bytes, PerSecond, Ratio, UnitError, parse_duration};
use netopt_lab::origin::{Errors, Redirects};
use netopt_tcp::datagram::{HEADER, LARGEST};

/// A time above zero, up to an hour.
pub(crate) fn timeout(text: &str) -> Result<Duration, String> {
    let time = parse_duration(text).map_err(|error| error.to_string())?;
    let bounds = Duration::from_millis(1)..=Duration::from_secs(3600);
    if bounds.contains(&time) {
        Ok(time)
    } else {
        Err(format!("\"{text}\" is not within 1ms and 1h"))
    }
}

/// A payload that has room for its number and fits into a datagram.
pub(crate) fn payload(text: &str) -> Result<Bytes, String> {
    let size: Bytes = text.parse().map_err(|error: UnitError| error.to_string())?;
    if (SMALLEST..=LARGEST).contains(&size) {
        Ok(size)
    } else {
        Err(format!(
            "\"{text}\" is not within {} B and {} B",
            SMALLEST.get(),
            LARGEST.get()
        ))
    }
}

/// What tells one payload from all others.
const SMALLEST: Bytes = Bytes::new(HEADER as u64);

/// A rate of calls above zero, up to 10,000 a second.
pub(crate) fn rate(text: &str) -> Result<PerSecond, String> {
    let number: f64 = text
        .trim_end_matches("/s")
        .trim()
        .parse()
        .map_err(|_| not_a_rate(text))?;
    PerSecond::new(number)
        .filter(|rate| (0.1..=10_000.0).contains(&rate.get()))
        .ok_or_else(|| not_a_rate(text))
}

fn not_a_rate(text: &str) -> String {
    format!("\"{text}\" is not a number of calls a second from 0.1 to 10000")
}

/// A number of samples or calls, from 1 to a million.
pub(crate) fn count(text: &str) -> Result<NonZeroU32, String> {
    text.parse()
        .ok()
        .filter(|count: &NonZeroU32| count.get() <= 1_000_000)
        .ok_or_else(|| format!("\"{text}\" is not a whole number from 1 to 1000000"))
}

/// The most calls in all: fewer than the measurement and the survey need would tell nothing.
pub(crate) fn calls(text: &str) -> Result<NonZeroU32, String> {
    count(text)
        .ok()
        .filter(|calls| calls.get() >= LEAST_CALLS)
        .ok_or_else(|| format!("\"{text}\" is not a whole number from {LEAST_CALLS} to 1000000"))
}

/// A quarter for the measurement, 28 for the survey, and room.
const LEAST_CALLS: u32 = 80;

/// The size of an upload, above zero.
pub(crate) fn upload(text: &str) -> Result<Bytes, String> {
    text.parse()
        .ok()
        .filter(|size| (Bytes::new(1)..=LARGEST_UPLOAD).contains(size))
        .ok_or_else(|| format!("\"{text}\" is not an amount of data from 1B to {LARGEST_UPLOAD}"))
}

/// A larger one belongs to another tool.
const LARGEST_UPLOAD: Bytes = Bytes::new(64 * 1024 * 1024);

/// A share of answers that are errors, with their status: `1%` or `1%:500`.
pub(crate) fn errors(text: &str) -> Result<Errors, String> {
    let (share, status) = text.split_once(':').unwrap_or((text, DEFAULT_ERROR));
    let share: Ratio = share
        .parse()
        .map_err(|error: UnitError| error.to_string())?;
    let status = status
        .parse()
        .ok()
        .filter(|status: &StatusCode| status.is_client_error() || status.is_server_error())
        .ok_or_else(|| format!("\"{status}\" is not a status from 400 to 599"))?;
    Ok(Errors { share, status })
}

/// What an overloaded server answers.
const DEFAULT_ERROR: &str = "503";

/// Redirects before an answer, with their status: `2` or `2:301`. The lab knows the bounds.
pub(crate) fn redirects(text: &str) -> Result<Redirects, String> {
    let (hops, status) = text.split_once(':').unwrap_or((text, USUAL_REDIRECT));
    let hops = hops
        .trim()
        .parse()
        .map_err(|_| format!("\"{hops}\" is not a number of redirects"))?;
    let status = status
        .parse()
        .ok()
        .filter(StatusCode::is_redirection)
        .ok_or_else(|| format!("\"{status}\" is not a status from 300 to 399"))?;
    Ok(Redirects { hops, status })
}

/// For now, not for good.
const USUAL_REDIRECT: &str = "302";

/// What can stand in a header.
pub(crate) fn header(text: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(text).map_err(|_| format!("{text:?} cannot stand in a header"))
}
