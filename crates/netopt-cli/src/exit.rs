//! The contract of exit codes, and the one way to fail.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | internal error: a defect of netopt |
//! | 2 | bad usage or a bad file |
//! | 3 | the target is unreachable, or nothing could be measured |
//! | 4 | a gate failed (`--fail-on`) |
//! | 130 | interrupted; what was known was printed |
//!
//! `netopt lab run` ends with the code of the command that it ran.

use std::fmt;
use std::process::ExitCode;

/// How a command ended without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It did what it was asked for.
    Done,
    /// It did, and a gate failed.
    GateFailed,
    /// It did for some targets; the others could not be measured, and that was said.
    PartlyUnmeasured,
    /// Somebody pressed Ctrl-C; what was known was printed.
    Interrupted,
    /// A command that was run on somebody's behalf ended with that code.
    Command(u8),
}

impl End {
    /// The exit code.
    #[must_use]
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::PartlyUnmeasured => 3,
            Self::GateFailed => 4,
            Self::Interrupted => 130,
            Self::Command(code) => code,
        })
    }
}

/// A command that could not do what it was asked for: one clear line, and an exit code.
#[derive(Debug)]
pub(crate) struct Fault {
    code: u8,
    line: String,
}

impl Fault {
    /// A defect of netopt.
    pub(crate) fn internal(line: impl fmt::Display) -> Self {
        Self {
            code: 1,
            line: format!("internal error: {line}"),
        }
    }

    /// Bad usage or a bad file: says the value, the bound and what to do.
    pub(crate) fn usage(line: impl fmt::Display) -> Self {
        Self {
            code: 2,
            line: line.to_string(),
        }
    }

    /// Nothing could be measured.
    pub(crate) fn unmeasured(line: impl fmt::Display) -> Self {
        Self {
            code: 3,
            line: line.to_string(),
        }
    }

    /// The line, without the name of the program.
    #[must_use]
    pub(crate) fn line(&self) -> &str {
        &self.line
    }

    /// The exit code.
    #[must_use]
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "netopt: {}", self.line)
    }
}
