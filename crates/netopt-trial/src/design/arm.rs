//! Which arm of a trial is meant.
//!
//! The baseline and its copy are variants of their own, so that no code can drop them by an index that is off by one. What an
//! arm does differently is not known here.

use std::fmt;

/// The name of the baseline's copy in plans and reports.
pub const TWIN: &str = "A′";

/// An arm of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ArmId {
    /// A: what is in use today.
    Baseline,
    /// A′: a second, independent copy of the baseline. What it differs by is noise.
    Twin,
    /// B1, B2, …: a candidate, numbered from 0.
    Candidate(u16),
}

impl ArmId {
    /// A dense number: 0 for the baseline, 1 for its copy, then the candidates.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Baseline => 0,
            Self::Twin => 1,
            Self::Candidate(number) => 2 + number as usize,
        }
    }
}

/// `A`, `A′`, `B1`, `B2`, …
impl fmt::Display for ArmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Baseline => f.write_str("A"),
            Self::Twin => f.write_str(TWIN),
            Self::Candidate(number) => write!(f, "B{}", u32::from(*number) + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_are_numbered_densely_and_named_from_one() {
        let arms = [ArmId::Baseline, ArmId::Twin, ArmId::Candidate(0)];
        assert_eq!(arms.map(ArmId::index), [0, 1, 2]);
        assert_eq!(arms.map(|arm| arm.to_string()), ["A", "A′", "B1"]);
    }
}
