//! How results look: reports for people, documents for programs, progress while work goes on.
//!
//! Everything here turns finished facts into text. Nothing here is asked by a measurement, so the screen cannot change a
//! run.

mod json;
#[cfg(target_os = "linux")]
pub(crate) mod lab;
#[cfg(target_os = "linux")]
pub(crate) mod lab_json;
pub(crate) mod model;
pub(crate) mod model_json;
mod paint;
pub(crate) mod plot;
pub(crate) mod probe;
pub(crate) mod probe_json;
mod progress;
mod report;
mod scenario;
mod scenario_json;
mod sitting;
pub(crate) mod sockets;
pub(crate) mod sockets_json;
pub(crate) mod transfer;
pub(crate) mod transfer_json;
mod wrap;

use std::fmt;
use std::io::{self, Write as _};

use crate::exit::Fault;
pub(crate) use json::document;
pub(crate) use paint::Paint;
pub(crate) use progress::Bar;
pub(crate) use report::report;
pub(crate) use scenario::report as scenario_report;
pub(crate) use scenario_json::document as scenario_document;
pub(crate) use sitting::Sitting;
pub(crate) use wrap::{labelled, wrapped};

/// Says something to the person at the terminal, on stderr.
pub(crate) fn note(line: impl fmt::Display) {
    // Nobody is left to be told when stderr is gone.
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// Prints a result on stdout. A reader that went away, as `head` does, is not an error.
///
/// # Errors
/// When it cannot be written, as on a full disk.
pub(crate) fn result(text: &str) -> Result<(), Fault> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Fault::internal(format!(
            "the result cannot be written: {error}"
        ))),
        _ => Ok(()),
    }
}
