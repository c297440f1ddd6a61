//! Everything that is wrong at once, each with its place.
//!
//! Who writes a path by hand wants to hear of all slips, not of one a run. What it leaves alone: finding them.

use std::fmt::{self, Display};

/// Slips that are told; of more it is said how many.
const MOST_TOLD: usize = 20;

/// All that is wrong with a path or with a text about one; at least one thing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Violations {
    told: Vec<Violation>,
    more: usize,
}

/// One value that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    place: String,
    problem: String,
}

impl Violation {
    /// Where: a field such as `up.queue.limit`, or a line such as `line 3`.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The value, its bound and what to do.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

impl Violations {
    /// Each of them, the first twenty.
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.told.iter()
    }

    pub(super) fn add(&mut self, place: impl Display, problem: impl Display) {
        if self.told.len() == MOST_TOLD {
            self.more += 1;
            return;
        }
        self.told.push(Violation {
            place: place.to_string(),
            problem: problem.to_string(),
        });
    }

    /// `done`, unless something is wrong.
    pub(super) fn none_or<T>(self, done: T) -> Result<T, Self> {
        if self.told.is_empty() {
            Ok(done)
        } else {
            Err(self)
        }
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = std::slice::Iter<'a, Violation>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, violation) in self.told.iter().enumerate() {
            let separator = if number == 0 { "" } else { "; " };
            write!(f, "{separator}{violation}")?;
        }
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}
