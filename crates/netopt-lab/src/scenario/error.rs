//! What is wrong with a scenario file: every violation with its line, key, value and bound.

use std::fmt;

/// One violation in a scenario file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Line in the file, from 1.
    pub line: usize,
    /// The key, for example `link.rtt` or `origin.2.body`; empty when the text is no TOML.
    pub key: String,
    /// The offending value, the bound and what to do.
    pub problem: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.key.is_empty() { "" } else { ": " };
        write!(
            f,
            "line {}: {}{separator}{}",
            self.line, self.key, self.problem
        )
    }
}

/// All violations in a scenario file, in the order of their lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errors(pub Vec<Error>);

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Errors {}
