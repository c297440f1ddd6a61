//! A measured trace from a file: a line for each call, when it asked for a connection and for how long it held one.

use std::fs;
use std::path::Path;
use std::time::Duration;

use netopt_core::model::pool::replay::{Call, MOST_CALLS, Trace};
use netopt_core::unit::parse_duration;

use crate::exit::Fault;
use crate::surroundings;

/// A file of a million calls has a few tens of bytes for each.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Bad lines that are named; the others are counted.
const NAMED: usize = 10;

/// The calls of the file.
///
/// # Errors
/// A usage fault with file, line and value for each line that is no call, or when there is none.
pub(super) fn read(file: &Path) -> Result<Trace, Fault> {
    let name = file.display();
    let size = surroundings::size(file)?;
    if size > LARGEST {
        return Err(Fault::usage(format!(
            "cannot read {name}: {size} bytes are more than {LARGEST}; give a part of the trace"
        )));
    }
    let text = fs::read_to_string(file)
        .map_err(|error| Fault::usage(format!("cannot read {name}: {error}")))?;
    let mut calls = Vec::new();
    let mut wrong = Vec::new();
    for (number, line) in (1_usize..).zip(text.lines()) {
        match call(line, number) {
            Ok(call) => calls.extend(call),
            Err(why) => wrong.push(format!("{name}:{number}: {why}")),
        }
    }
    if !wrong.is_empty() {
        let more = wrong.len().saturating_sub(NAMED);
        wrong.truncate(NAMED);
        if more > 0 {
            wrong.push(format!("{name}: and {more} more lines that are no call"));
        }
        return Err(Fault::usage(wrong.join("\nnetopt: ")));
    }
    if calls.len() > MOST_CALLS {
        return Err(Fault::usage(format!(
            "{name}: {} calls are more than {MOST_CALLS}; give a part of the trace",
            calls.len()
        )));
    }
    Trace::new(calls).ok_or_else(|| {
        Fault::usage(format!(
            "{name}: no call in it; each line has an arrival and a hold, such as 12.5 80ms"
        ))
    })
}

/// The call of a line; a comment, an empty line and the heading of a table have none.
fn call(line: &str, number: usize) -> Result<Option<Call>, String> {
    let line = line.split('#').next().unwrap_or_default().trim();
    if line.is_empty() {
        return Ok(None);
    }
    let fields: Vec<&str> = line
        .split([',', ';', ' ', '\t'])
        .filter(|field| !field.is_empty())
        .collect();
    let [arrival, hold] = fields.as_slice() else {
        return Err(format!(
            "{} values where there must be two: arrival and hold, such as 12.5 80ms",
            fields.len()
        ));
    };
    let is_heading = |field: &str| field.starts_with(|c: char| c.is_ascii_alphabetic());
    if number == 1 && arrival.eq_ignore_ascii_case("arrival") && is_heading(hold) {
        return Ok(None);
    }
    Ok(Some(Call {
        arrival: time("arrival", arrival)?,
        hold: time("hold", hold)?,
    }))
}

/// Seconds, or a time with its unit.
fn time(name: &str, text: &str) -> Result<Duration, String> {
    let read = match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => parse_duration(text).ok(),
    };
    read.ok_or_else(|| {
        format!("{name} \"{text}\" is not a time from 0 up, in seconds or with a unit such as 80ms")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_with_and_without_units() {
        for (line, arrival, hold) in [
            ("12.5 0.08", 12.5, 0.08),
            ("12.5,80ms", 12.5, 0.08),
            (" 1e3\t250us # slow", 1_000.0, 250e-6),
            ("0; 0", 0.0, 0.0),
        ] {
            let call = call(line, 2).unwrap().unwrap();
            assert_eq!(call.arrival, Duration::from_secs_f64(arrival), "{line}");
            assert_eq!(call.hold, Duration::from_secs_f64(hold), "{line}");
        }
        for line in ["", "# arrival hold", "   "] {
            assert!(call(line, 2).unwrap().is_none(), "{line}");
        }
        assert!(call("arrival,hold", 1).unwrap().is_none());
    }

    #[test]
    fn what_is_no_call_is_refused_with_its_value() {
        for (line, part) in [
            ("1", "1 values"),
            ("1 2 3", "3 values"),
            ("1 -2", "hold \"-2\""),
            ("nan 2", "arrival \"nan\""),
            ("1 inf", "hold \"inf\""),
            ("1 2parsec", "hold \"2parsec\""),
            ("1e300 1", "arrival \"1e300\""),
            ("arrival,hold", "arrival \"arrival\""),
        ] {
            let error = call(line, 2).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
