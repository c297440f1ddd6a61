//! How the answer of a formula is shown: as a table, as a document, and as a picture where it is a curve.

use std::path::PathBuf;

use clap::Args;

use super::super::OutputArgs;
use crate::model::Formula;

/// How a curve is drawn.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct DrawArgs {
    /// Draw the curve in the terminal
    #[arg(long, conflicts_with = "json")]
    pub(crate) plot: bool,
    /// Draw the curve into this file, as SVG
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

/// A formula, and how its answer is shown.
#[derive(Debug, Args)]
pub(crate) struct Plain<F: Args> {
    #[command(flatten)]
    formula: F,
    #[command(flatten)]
    output: OutputArgs,
}

/// A formula whose answer is a curve, and how it is shown.
#[derive(Debug, Args)]
pub(crate) struct Drawn<F: Args> {
    #[command(flatten)]
    formula: F,
    #[command(flatten)]
    draw: DrawArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// What every verb of `netopt model` knows.
pub(crate) trait Asked {
    /// The formula with its arguments.
    fn formula(&self) -> &dyn Formula;
    /// How its answer is shown.
    fn output(&self) -> OutputArgs;
    /// How its curve is drawn, if it has one.
    fn draw(&self) -> Option<&DrawArgs>;
}

impl<F: Args + Formula> Asked for Plain<F> {
    fn formula(&self) -> &dyn Formula {
        &self.formula
    }

    fn output(&self) -> OutputArgs {
        self.output
    }

    fn draw(&self) -> Option<&DrawArgs> {
        None
    }
}

impl<F: Args + Formula> Asked for Drawn<F> {
    fn formula(&self) -> &dyn Formula {
        &self.formula
    }

    fn output(&self) -> OutputArgs {
        self.output
    }

    fn draw(&self) -> Option<&DrawArgs> {
        Some(&self.draw)
    }
}
