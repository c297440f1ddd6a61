//! Quantities with their dimension in the type.
//!
//! The document this project grew from derives the unit √s for a message size and does not notice. Here bytes, bit
//! rates, ratios and times are different types, and only the products that mean something exist: `Bytes / BitRate`
//! is a time, `BitRate * Duration` is bytes, and anything else does not compile.
//!
//! ```compile_fail
//! use netopt_core::unit::{BitRate, Bytes};
//! // A time is not the root of bytes over a rate, and a rate is not added to bytes.
//! let wrong = Bytes::new(1500) + BitRate::from_bps(1e9).unwrap();
//! ```
//!
//! Times are [`std::time::Duration`]. What this module leaves alone: calendars, money, and pretty printing beyond
//! one short human form.

mod bytes;
mod error;
mod rate;
mod ratio;
mod segments;
mod time;

pub use bytes::Bytes;
pub use error::UnitError;
pub use rate::{BitRate, PerSecond};
pub use ratio::Ratio;
pub use segments::Segments;
pub use time::{LONGEST, millis, parse_duration, show_duration};

/// Splits `"20 mbit"` into the number 20 and the unit in lower case.
fn split_number(text: &str) -> Option<(f64, String)> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().ok()?;
    Some((number, unit.trim().to_ascii_lowercase()))
}
