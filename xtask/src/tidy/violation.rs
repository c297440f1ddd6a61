//! One broken rule, at one place, with what to do about it.

use std::fmt;

/// A rule broken at one place. Ordered by place, so that output does not depend on the order of rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Violation {
    /// The file, relative to the root of the workspace.
    pub(super) path: String,
    /// The line, counted from 1.
    pub(super) line: usize,
    /// The name of the rule.
    pub(super) rule: &'static str,
    /// What to do.
    pub(super) advice: String,
    /// What it means for the run.
    pub(super) level: Level,
}

/// Whether a violation ends the run as a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// The run fails.
    Fails,
    /// It is said, and nothing else.
    Warns,
}

impl Violation {
    /// A violation that fails the run.
    pub(super) fn new(
        path: &str,
        line: usize,
        rule: &'static str,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            path: path.to_owned(),
            line,
            rule,
            advice: advice.into(),
            level: Level::Fails,
        }
    }

    /// The same as a warning.
    pub(super) fn into_warning(self) -> Self {
        Self {
            level: Level::Warns,
            ..self
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}: {}",
            self.path, self.line, self.rule, self.advice
        )
    }
}
