//! `cargo xtask picture`: what `netopt optimize` prints, as a picture of a terminal for the README.
//!
//! The picture is made from a real run of the release binary, so it cannot promise what the program does
//! not print. Standard output only: progress goes to standard error and is not part of a result.

mod ansi;
mod colour;
mod svg;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use clap::Parser;

use crate::workspace::Workspace;
use crate::{process, reporter};

/// Where the picture goes unless told otherwise.
const DEFAULT_PICTURE: &str = "docs/optimize.svg";

/// The width of the terminal, in cells: what a README shows without shrinking the letters.
const COLUMNS: usize = 100;

/// The command whose output is shown.
const SHOWN: &[&str] = &["netopt", "optimize"];

/// Draw docs/optimize.svg from a run of the release binary, or from saved output
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Saved output, with its escape sequences, instead of a run
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Where the picture goes [default: docs/optimize.svg]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// Draws the picture.
///
/// # Errors
/// When the program does not build or prints nothing, or a file cannot be read or written.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let output = match &args.from {
        Some(file) => {
            fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?
        }
        None => capture(&workspace.root)?,
    };
    let picture = svg::draw(&ansi::parse(&output), COLUMNS, &SHOWN.join(" "));
    let to = args
        .to
        .clone()
        .unwrap_or_else(|| workspace.root.join(DEFAULT_PICTURE));
    fs::write(&to, picture).with_context(|| format!("writing {}", to.display()))?;
    reporter::line(&format!("drew {}", to.display()));
    Ok(())
}

/// Builds the release binary and returns what it prints when told that it has a coloured terminal.
fn capture(root: &Path) -> Result<String> {
    let build = [
        "run",
        "--quiet",
        "--release",
        "--package",
        "netopt-cli",
        "--",
    ];
    let mut command = process::cargo(root, &build);
    command
        .args(&SHOWN[1..])
        .env("CLICOLOR_FORCE", "1")
        .env("COLUMNS", COLUMNS.to_string())
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = command.output().context("starting cargo")?;
    if !output.status.success() {
        bail!("`{}` ended with {}", SHOWN.join(" "), output.status);
    }
    if output.stdout.trim_ascii().is_empty() {
        bail!("`{}` printed nothing to draw", SHOWN.join(" "));
    }
    String::from_utf8(output.stdout).context("the output is not text")
}
