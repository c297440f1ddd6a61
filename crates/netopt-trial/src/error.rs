//! What can be wrong with a design, or with the way a session is driven.
//!
//! A design is checked once and all its faults are told together, because a trial takes minutes and correcting one figure at a
//! time wastes them. Failed requests are not errors here: they are counted in the block.

use std::fmt;

use crate::block::Block;

/// A trial that cannot be set up, or a result that does not belong to it. Retrying the same call cannot help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Design(Vec<Violation>),
    OutOfTurn { got: Block, due: Option<Block> },
    Inconsistent { block: Block, fault: String },
}

/// One figure of a design that is out of bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    field: &'static str,
    given: String,
    bound: String,
}

impl Violation {
    pub(crate) fn new(
        field: &'static str,
        given: impl fmt::Display,
        bound: impl fmt::Display,
    ) -> Self {
        Self {
            field,
            given: given.to_string(),
            bound: bound.to_string(),
        }
    }

    /// The field, as it is named in the printed design.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            given,
            bound,
        } = self;
        write!(f, "{field} is {given}, must be {bound}")
    }
}

impl Error {
    pub(crate) const fn design(violations: Vec<Violation>) -> Self {
        Self {
            kind: Kind::Design(violations),
        }
    }

    pub(crate) const fn out_of_turn(got: Block, due: Option<Block>) -> Self {
        Self {
            kind: Kind::OutOfTurn { got, due },
        }
    }

    pub(crate) const fn inconsistent(block: Block, fault: String) -> Self {
        Self {
            kind: Kind::Inconsistent { block, fault },
        }
    }

    /// Everything wrong with the design; empty when the error is about a block.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        match &self.kind {
            Kind::Design(violations) => violations,
            Kind::OutOfTurn { .. } | Kind::Inconsistent { .. } => &[],
        }
    }

    /// Whether a block was recorded that was not due.
    #[must_use]
    pub const fn is_out_of_turn(&self) -> bool {
        matches!(self.kind, Kind::OutOfTurn { .. })
    }

    /// Whether the figures of a block contradict each other.
    #[must_use]
    pub const fn is_inconsistent(&self) -> bool {
        matches!(self.kind, Kind::Inconsistent { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Design(violations) => {
                f.write_str("invalid trial design: ")?;
                for (index, violation) in violations.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "; " };
                    write!(f, "{separator}{violation}")?;
                }
                Ok(())
            }
            Kind::OutOfTurn { got, due: None } => {
                write!(f, "recording {got}: the trial is finished")
            }
            Kind::OutOfTurn {
                got,
                due: Some(due),
            } => write!(f, "recording {got}: {due} is due"),
            Kind::Inconsistent { block, fault } => write!(f, "recording {block}: {fault}"),
        }
    }
}

impl std::error::Error for Error {}
