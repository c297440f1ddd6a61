//! `cargo xtask ci` and `cargo xtask check`: the gate, step by step, each under a heading and timed.
//!
//! Cheap steps come first and the first failure ends the run. `check` is the part that executes no
//! test; `.ci/run` calls it, then the three test commands and the quick scenarios, which together are what `ci` does.

use std::process::Command;
#[expect(
    clippy::disallowed_types,
    reason = "there is no runtime here whose clock a test could pause"
)]
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::test::Tally;
use crate::workspace::Workspace;
use crate::{process, reporter, scenarios, test, tidy};

/// The whole gate.
///
/// # Errors
/// At the first step that fails.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    check(workspace)?;
    let mut tally = Tally::default();
    let outcome = step("test", || test::own(workspace, &mut tally))
        .and_then(|()| step("test --models", || test::models(workspace, &mut tally)))
        .and_then(|()| step("test --real", || test::real(workspace, &mut tally)))
        .and_then(|()| {
            step("scenarios --quick", || {
                scenarios::run(workspace, &scenarios::Args::quick())
            })
        });
    tally.report();
    outcome
}

/// The steps that execute no test.
///
/// # Errors
/// At the first step that fails.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    step("fmt", || process::run(&mut fmt(workspace)))?;
    step("clippy", || process::run(&mut clippy(workspace)))?;
    step("tidy", || tidy::run(workspace))?;
    step("doc", || doc(workspace))
}

fn fmt(workspace: &Workspace) -> Command {
    process::cargo(&workspace.root, &["fmt", "--all", "--", "--check"])
}

/// With all features, so that targets behind one, such as the tests against real servers, are linted.
fn clippy(workspace: &Workspace) -> Command {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ];
    process::cargo(&workspace.root, &arguments)
}

/// Binaries and libraries one after the other: the binary and the facade are both called `netopt`, and in one
/// run the one would overwrite the other while it is written. The facade comes last and stays.
fn doc(workspace: &Workspace) -> Result<()> {
    for targets in ["--bins", "--lib"] {
        let arguments = ["doc", "--workspace", targets, "--all-features", "--no-deps"];
        let mut command = process::cargo(&workspace.root, &arguments);
        process::run(command.env("RUSTDOCFLAGS", "-D warnings"))?;
    }
    Ok(())
}

#[expect(
    clippy::disallowed_types,
    reason = "there is no runtime here whose clock a test could pause"
)]
fn step(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    reporter::heading(name);
    let start = Instant::now();
    let outcome = work().with_context(|| format!("step `{name}`"));
    reporter::timing(name, start.elapsed());
    outcome
}
