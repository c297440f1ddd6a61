//! `cargo xtask test`: every test that needs nothing but cargo; with `--real`, those that talk to
//! real servers and clients.
//!
//! With `--models`, every order of steps that the threads of a model can take: those of the pool's engine, by loom.
//!
//! The real ones are a test target of their own behind a feature, not ignored tests: whoever asks for
//! them gets a failure when they cannot run. The last line sums up what cargo printed for each target.

use std::process::Command;

use anyhow::{Result, bail};
use clap::Parser;

use crate::workspace::Workspace;
use crate::{packages, process, reporter};

/// Everything that runs without any program of the system: unit, integration and doc tests. The feature is off for users only.
const OWN: &[&str] = &[
    "test",
    "--workspace",
    "--features",
    "netopt/reqwest",
    "--no-fail-fast",
];

/// Benches are no tests for cargo: this runs each of their loops once, so that they cannot rot.
const BENCHES: &[&str] = &["test", "--package", "netopt-bench", "--benches"];

/// The target of the tests against real servers and clients.
const REAL: &[&str] = &[
    "test",
    "--package",
    "netopt-cli",
    "--features",
    "real",
    "--test",
    "real",
    "--no-fail-fast",
];

/// The target of the tests of the client against servers of others.
const CLIENT: &[&str] = &[
    "test",
    "--package",
    "netopt-http",
    "--features",
    "real",
    "--test",
    "real",
    "--no-fail-fast",
];

/// The models of hand-made synchronisation. Optimised, because they run each test some thousand times.
const MODELS: &[&str] = &[
    "test",
    "--package",
    "netopt-pool",
    "--lib",
    "--release",
    "loom_tests",
];

/// The test of single delivery, at its full length.
const ONCE: &[&str] = &[
    "test",
    "--package",
    "netopt-http",
    "--features",
    "real",
    "--test",
    "it",
    "once::",
];

/// Run the tests: unit, integration, doc, and each bench once
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Run the tests against real servers and clients instead, installing these by apt when missing
    #[arg(long)]
    real: bool,
    /// Run the models of hand-made synchronisation instead
    #[arg(long, conflicts_with = "real")]
    models: bool,
}

/// What a run of tests came to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
}

/// Runs the tests asked for and prints their sum.
///
/// # Errors
/// When a test fails or does not compile, or when a needed program cannot be had.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let mut tally = Tally::default();
    let outcome = if args.real {
        real(workspace, &mut tally)
    } else if args.models {
        models(workspace, &mut tally)
    } else {
        own(workspace, &mut tally)
    };
    tally.report();
    outcome
}

/// Runs the tests that need nothing but cargo, adding to `tally`.
///
/// # Errors
/// When a test fails or does not compile.
pub(crate) fn own(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    let tests = cargo_test(workspace, OWN, tally);
    // After a failure too: one run shows everything that is broken.
    let benches = cargo_test(workspace, BENCHES, tally);
    tests.and(benches)
}

/// Runs the tests against real servers and clients, adding to `tally`.
///
/// # Errors
/// When a program is missing and cannot be installed, a test fails, or there is no test at all.
pub(crate) fn real(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    packages::install_missing()?;
    let before = *tally;
    cargo_test(workspace, REAL, tally)?;
    if *tally == before {
        bail!("the tests against real servers ran nothing: look into crates/netopt-cli/tests/real");
    }
    let before = *tally;
    cargo_test(workspace, CLIENT, tally)?;
    if *tally == before {
        bail!("the client was held against no server: look into crates/netopt-http/tests/real");
    }
    let before = *tally;
    cargo_test(workspace, ONCE, tally)?;
    if *tally == before {
        bail!(
            "the test of single delivery did not run: look into crates/netopt-http/tests/it/once.rs"
        );
    }
    Ok(())
}

/// Runs the models, adding to `tally`. They are a build of their own, which leaves the other one alone.
///
/// # Errors
/// When a model fails or does not compile, or there is none.
pub(crate) fn models(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    let before = *tally;
    let mut command = process::cargo(&workspace.root, MODELS);
    command
        .env("RUSTFLAGS", "--cfg loom")
        .env("CARGO_TARGET_DIR", workspace.root.join("target/models"));
    run_tests(&mut command, MODELS, tally)?;
    if *tally == before {
        bail!("no model ran: look into crates/netopt-pool/src/engine/loom_tests.rs");
    }
    Ok(())
}

fn cargo_test(workspace: &Workspace, arguments: &[&str], tally: &mut Tally) -> Result<()> {
    let mut command = process::cargo(&workspace.root, arguments);
    run_tests(&mut command, arguments, tally)
}

fn run_tests(command: &mut Command, arguments: &[&str], tally: &mut Tally) -> Result<()> {
    let failed_before = tally.failed;
    let success = process::run_reading(command, |line| {
        tally.read(line);
        reporter::line(line);
    })?;
    if success {
        return Ok(());
    }
    // What does not compile, or dies, prints no result; the sum must not read "0 failed" for it.
    if tally.failed == failed_before {
        tally.failed += 1;
    }
    bail!("`cargo {}` failed", arguments.join(" "));
}

impl Tally {
    /// Prints the sum as the last line; ignored tests, which the house does not have, as a remark.
    pub(crate) fn report(&self) {
        if self.ignored > 0 {
            reporter::warning(&format!(
                "{} ignored: a test runs or does not exist",
                self.ignored
            ));
        }
        reporter::line(&format!("\n{} passed, {} failed", self.passed, self.failed));
    }

    /// Adds the numbers of a `test result:` line; any other line changes nothing.
    fn read(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        for part in result.split([';', '.']) {
            let mut words = part.split_whitespace();
            let count = words.next().and_then(|word| word.parse::<u64>().ok());
            match (count, words.next()) {
                (Some(count), Some("passed")) => self.passed += count,
                (Some(count), Some("failed")) => self.failed += count,
                (Some(count), Some("ignored")) => self.ignored += count,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_add_up_and_nothing_else_counts() {
        let mut tally = Tally::default();
        for line in [
            "running 7 tests",
            "test unit::adds ... ok",
            "test result: ok. 6 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 9 filtered out; finished in 1.20s",
            "a test printed: 99 passed; 99 failed",
        ] {
            tally.read(line);
        }
        let expected = Tally {
            passed: 8,
            failed: 3,
            ignored: 1,
        };
        assert_eq!(tally, expected);
    }
}
