//! What of a plan reqwest could not take, in words for a log.

use std::fmt;

use netopt_core::change::Change;

/// A change that is not in force, or not as a whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Left {
    /// The knob with the value that it should have.
    pub change: Change,
    /// How much of it is missing.
    pub extent: Extent,
    /// Why, and what the builder does instead where it does something.
    pub reason: &'static str,
}

/// How much of a change is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// It is in force, but acts differently from the client in which it was proven.
    Part,
    /// All of it.
    Whole,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.extent {
            Extent::Part => "applied in part",
            Extent::Whole => "not applied",
        };
        let (name, value) = (self.change.name(), self.change.value());
        write!(f, "{name} = {value} is {how}: {}", self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn it_says_knob_value_and_reason() {
        let left = Left {
            change: Change::Lifetime(Some(Duration::from_secs(60))),
            extent: Extent::Whole,
            reason: "because",
        };
        assert_eq!(
            left.to_string(),
            "pool.lifetime = 60.0 s is not applied: because"
        );
    }
}
