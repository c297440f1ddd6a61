//! What is wrong with a file that somebody wrote: every violation with its line, key, value and bound.
//!
//! Plans and scenarios are read by hand-written readers, and both tell their reader's complaints in this form. What it leaves
//! alone: the name of the file, which who opened it adds.

use std::fmt;

/// One violation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Line in the file, from 1.
    pub line: usize,
    /// The key, for example `tcp.nodelay` or `origin.2.body`; empty when the text is no TOML.
    pub key: String,
    /// The offending value, the bound and what to do.
    pub problem: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.key.is_empty() { "" } else { ": " };
        write!(
            f,
            "line {}: {}{separator}{}",
            self.line, self.key, self.problem
        )
    }
}

/// All violations in a file, in the order of their lines; a line each when shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfits(pub Vec<Misfit>);

impl fmt::Display for Misfits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, misfit) in self.0.iter().enumerate() {
            let before = if number > 0 { "\n" } else { "" };
            write!(f, "{before}{misfit}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Misfits {}
