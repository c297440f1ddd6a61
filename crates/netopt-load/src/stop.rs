//! When a run ends.
//!
//! By number of calls, by time, or by whichever comes first. A rule without either would never end, so it cannot be
//! made. Calls in flight when the rule strikes are not cut off here: how long they are awaited is
//! [`crate::driver::Load::drain`].

use std::time::Duration;

/// A stop rule: at least one of count and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    count: Option<u64>,
    time: Option<Duration>,
}

/// A stop rule that would never end a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a run needs an end: a number of calls, a time, or both")]
#[non_exhaustive]
pub struct Endless;

impl Stop {
    /// Ends after `count` calls or after `time`, whichever is first.
    ///
    /// # Errors
    /// [`Endless`] when neither is given.
    pub const fn new(count: Option<u64>, time: Option<Duration>) -> Result<Self, Endless> {
        if count.is_none() && time.is_none() {
            return Err(Endless);
        }
        Ok(Self { count, time })
    }

    /// Ends after `count` calls; zero makes none.
    #[must_use]
    pub const fn after_calls(count: u64) -> Self {
        Self {
            count: Some(count),
            time: None,
        }
    }

    /// Begins no call later than `time` after the start.
    #[must_use]
    pub const fn after(time: Duration) -> Self {
        Self {
            count: None,
            time: Some(time),
        }
    }

    /// The most calls, if there is a bound.
    #[must_use]
    pub const fn count(self) -> Option<u64> {
        self.count
    }

    /// The time after which no call begins, if there is one.
    #[must_use]
    pub const fn time(self) -> Option<Duration> {
        self.time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_without_an_end_cannot_be_made() {
        assert_eq!(Stop::new(None, None), Err(Endless));
        assert_eq!(Stop::new(Some(3), None), Ok(Stop::after_calls(3)));
        let second = Duration::from_secs(1);
        assert_eq!(Stop::new(None, Some(second)), Ok(Stop::after(second)));
    }
}
