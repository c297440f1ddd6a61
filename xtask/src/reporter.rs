//! The one file of the workshop that prints, so that its output has one shape.
//!
//! Results go to standard output, remarks to standard error. It decides nothing.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the workshop talks to a terminal, and only here"
)]

use std::time::Duration;

/// Prints the title of a step, set off from the output of the programs it runs.
pub(crate) fn heading(step: &str) {
    println!("\n==> {step}");
}

/// Prints how long a step took.
pub(crate) fn timing(step: &str, took: Duration) {
    println!("    {step}: {:.1} s", took.as_secs_f64());
}

/// Prints one line of a result.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Prints a remark that fails nothing.
pub(crate) fn warning(text: &str) {
    eprintln!("warning: {text}");
}

/// Prints why the run failed: what was being done, then each cause.
pub(crate) fn error(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}
