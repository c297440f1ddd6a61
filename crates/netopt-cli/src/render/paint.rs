//! Colours and width, decided once from arguments, environment and terminal.

use std::env;
use std::io::IsTerminal as _;

use crate::args::{OutputArgs, When};

/// Reports are laid out for at most this many columns; wider lines are hard to read.
const WIDEST: usize = 110;
/// And for at least this many: half a phone's screen. A narrower terminal wraps.
const NARROWEST: usize = 30;
/// Where output does not go to a terminal.
const ELSEWHERE: usize = 100;

/// Paints text, or leaves it alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    colors: When,
    width: usize,
}

impl Paint {
    /// By `--color`, `NO_COLOR`, `CLICOLOR_FORCE`, `COLUMNS` and whether stdout is a terminal.
    #[must_use]
    pub(crate) fn detect(args: OutputArgs) -> Self {
        let set =
            |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
        let colors = match args.color {
            When::Auto if set("NO_COLOR") => When::Never,
            When::Auto if set("CLICOLOR_FORCE") || std::io::stdout().is_terminal() => When::Always,
            When::Auto => When::Never,
            chosen => chosen,
        };
        let columns = env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok());
        let terminal = || {
            console::Term::stdout()
                .size_checked()
                .map(|(_, columns)| usize::from(columns))
        };
        let width = columns
            .or_else(terminal)
            .unwrap_or(ELSEWHERE)
            .clamp(NARROWEST, WIDEST);
        Self { colors, width }
    }

    /// For tests and files: no colours, that many columns.
    #[cfg(test)]
    pub(crate) const fn plain(width: usize) -> Self {
        Self {
            colors: When::Never,
            width,
        }
    }

    /// Columns to lay out for, 30 to 110.
    #[must_use]
    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    /// Headings and results.
    #[must_use]
    pub(crate) fn bold(&self, text: &str) -> String {
        self.sgr("1", text)
    }

    /// What can be skipped.
    #[must_use]
    pub(crate) fn dim(&self, text: &str) -> String {
        self.sgr("2", text)
    }

    /// Good news.
    #[must_use]
    pub(crate) fn green(&self, text: &str) -> String {
        self.sgr("32", text)
    }

    /// Worth a look.
    #[must_use]
    pub(crate) fn yellow(&self, text: &str) -> String {
        self.sgr("33", text)
    }

    /// Bad news.
    #[must_use]
    pub(crate) fn red(&self, text: &str) -> String {
        self.sgr("31", text)
    }

    /// Names: targets, files, changes.
    #[must_use]
    pub(crate) fn cyan(&self, text: &str) -> String {
        self.sgr("36", text)
    }

    /// The colour of the series with that number; they come round again after six.
    #[must_use]
    pub(crate) fn series(&self, number: usize, text: &str) -> String {
        const CODES: [&str; 6] = ["36", "33", "35", "32", "34", "31"];
        self.sgr(CODES[number % CODES.len()], text)
    }

    /// Whether there are colours to tell things apart by.
    #[must_use]
    pub(crate) fn is_coloured(&self) -> bool {
        self.colors == When::Always
    }

    fn sgr(self, code: &str, text: &str) -> String {
        if self.colors == When::Always {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
