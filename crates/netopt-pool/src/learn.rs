//! After which idle time servers close connections, learnt from those that they closed.
//!
//! A connection that is found closed was idle for some time, and the server's bound is no longer than that. One that
//! still worked says that the bound is longer. A server that restarts closes connections of every age at once, which says
//! nothing about a bound: so a close counts only above the longest time that a connection survived, several closes within
//! a second are one, and nothing is believed before the third.

use crate::clock::Tick;

/// Closes before one is believed.
const BELIEVED: u32 = 3;
/// Closes within so long have one cause.
const ONE_MOMENT: Tick = 1_000;
/// What was learnt is used for so long after the last close: who never goes beyond a bound never sees it move.
pub(crate) const REMEMBERED: Tick = 600_000;

/// What was seen of the closes of one key.
#[derive(Debug, Default)]
pub(crate) struct Learning {
    closes: u32,
    least: Tick,
    last: Option<Tick>,
    survived: Tick,
}

impl Learning {
    /// A connection was found closed that had been idle for `age`.
    pub(crate) fn closed(&mut self, age: Tick, now: Tick) {
        let since_last = self.last.map(|last| now.saturating_sub(last));
        if since_last.is_none_or(|since| since > REMEMBERED) {
            (self.closes, self.least) = (0, Tick::MAX);
        }
        let is_new = since_last.is_none_or(|since| since > ONE_MOMENT);
        self.last = Some(now);
        if age <= self.survived {
            // Either not by its bound, or the bound is shorter than it was: the second shows by happening again.
            if is_new {
                self.survived /= 2;
            }
            return;
        }
        self.least = self.least.min(age);
        self.closes += u32::from(is_new || self.closes == 0);
    }

    /// A connection worked that had been idle for `age`.
    pub(crate) fn worked(&mut self, age: Tick) {
        self.survived = self.survived.max(age);
    }

    /// The longest idle time that was seen to work and is still believed.
    pub(crate) const fn survived(&self) -> Tick {
        self.survived
    }

    /// The idle time beyond which nothing is to be used: four fifths of the shortest that was closed, and no less than what
    /// was seen to work.
    pub(crate) fn bound(&self) -> Option<Tick> {
        (self.closes >= BELIEVED).then(|| (self.least / 5 * 4).max(self.survived).max(1))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_closes_at_different_times_are_believed() {
        let mut learning = Learning::default();
        learning.worked(2_000);
        for (age, at) in [(6_000, 10_000), (5_500, 20_000)] {
            learning.closed(age, at);
            assert_eq!(learning.bound(), None);
        }
        learning.closed(8_000, 30_000);
        assert_eq!(learning.bound(), Some(4_400));
    }

    #[test]
    fn a_server_that_restarts_teaches_nothing() {
        let mut learning = Learning::default();
        learning.worked(30_000);
        for age in 0..1_000 {
            learning.closed(age * 25, 60_000);
        }
        assert_eq!(learning.bound(), None);
        let mut fresh = Learning::default();
        for age in 1..1_000 {
            fresh.closed(age, 60_000);
        }
        assert_eq!(fresh.bound(), None, "all at once is one close");
    }

    #[test]
    fn a_bound_that_became_shorter_is_learnt_in_the_end() {
        let mut learning = Learning::default();
        learning.worked(40_000);
        for turn in 1..=8 {
            learning.closed(6_000, turn * 10_000);
        }
        assert_eq!(
            learning.bound(),
            Some(5_000),
            "40 s, 20 s and 10 s are forgotten"
        );
    }

    #[test]
    fn old_closes_do_not_add_up() {
        let mut learning = Learning::default();
        for turn in 1..=10 {
            learning.closed(6_000, turn * (REMEMBERED + 1));
        }
        assert_eq!(learning.bound(), None);
    }

    proptest! {
        #[test]
        fn the_bound_is_below_every_close_that_counts_and_above_what_worked(
            worked in 0u64..10_000, ages in prop::collection::vec(1u64..100_000, 3..20))
        {
            let mut learning = Learning::default();
            learning.worked(worked);
            for (turn, age) in ages.iter().enumerate() {
                learning.closed(worked + age, (turn as u64 + 1) * 2_000);
            }
            let least = worked + ages.iter().min().unwrap();
            let bound = learning.bound().unwrap();
            prop_assert!(bound >= worked && bound <= least, "{bound}");
        }
    }
}
