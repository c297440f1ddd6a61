//! How results are shown.

use clap::{Args, ValueEnum};

/// How results are shown.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Print one JSON document instead of the report
    #[arg(long)]
    pub(crate) json: bool,
    /// Use colours: auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE
    #[arg(long, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub(crate) color: When,
}

/// When to do something that depends on the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// If stdout is a terminal
    Auto,
    /// In any case
    Always,
    /// In no case
    Never,
}
