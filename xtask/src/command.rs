//! The command line of the workshop: which word starts which file.

use anyhow::{Context as _, Result};
use clap::Parser;

use crate::workspace::Workspace;
use crate::{bench, ci, picture, scenarios, test, tidy};

/// The workshop of netopt.
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
pub(crate) enum Command {
    /// Run the whole gate: check, test, test --real, scenarios --quick
    Ci,
    /// Run fmt, clippy, tidy and doc, the part of the gate that executes no test
    Check,
    /// Check the rules of the house that neither rustc nor clippy knows
    Tidy,
    Test(test::Args),
    Bench(bench::Args),
    Picture(picture::Args),
    Scenarios(scenarios::Args),
}

impl Command {
    /// Does what was asked for, in the workspace around the current directory.
    ///
    /// # Errors
    /// Those of the command, or that there is no workspace here.
    pub(crate) fn run(self) -> Result<()> {
        let here = std::env::current_dir().context("finding the current directory")?;
        let workspace = Workspace::load(&here)?;
        match self {
            Self::Ci => ci::run(&workspace),
            Self::Check => ci::check(&workspace),
            Self::Tidy => tidy::run(&workspace),
            Self::Test(args) => test::run(&workspace, &args),
            Self::Bench(args) => bench::run(&workspace, &args),
            Self::Picture(args) => picture::run(&workspace, &args),
            Self::Scenarios(args) => scenarios::run(&workspace, &args),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Command::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_does() {
        for command in Command::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
        }
    }
}
