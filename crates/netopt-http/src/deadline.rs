//! When a call must be over, and which bound says so.

use std::time::Duration;

use http::Extensions;
use tokio::time::Instant;

/// Stands for a bound that no clock can hold.
const FOREVER: Duration = Duration::from_secs(365 * 86_400);

/// When a call must be over; in the extensions of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// The moment.
    pub at: Instant,
    /// The bound that it comes from, for messages.
    pub bound: Duration,
}

impl Deadline {
    /// That of something that began then and may take so long. A bound that no clock can hold is a year.
    #[must_use]
    pub fn within(begun: Instant, bound: Duration) -> Self {
        let at = begun.checked_add(bound).unwrap_or(begun + FOREVER);
        Self { at, bound }
    }

    /// That of the call that a request belongs to, if it has one.
    #[must_use]
    pub fn of(extensions: &Extensions) -> Option<Self> {
        extensions.get().copied()
    }

    /// The earlier one of two.
    #[must_use]
    pub fn tighter(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.at < self.at => other,
            _ => self,
        }
    }

    /// How much time is left at `now`; zero when it has passed.
    #[must_use]
    pub fn left(&self, now: Instant) -> Duration {
        self.at.saturating_duration_since(now)
    }
}

/// When the head of the answer must be here: the deadline of one attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeadBy(pub(crate) Deadline);

impl HeadBy {
    pub(crate) fn of(extensions: &Extensions) -> Option<Deadline> {
        extensions.get::<Self>().map(|by| by.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_tighter_one_is_the_earlier_of_both(a in 0u64..1000, b in 0u64..1000, now in 0u64..1000) {
            let start = Instant::now();
            let [a, b, now] = [a, b, now].map(Duration::from_millis);
            let both = Deadline::within(start, a).tighter(Some(Deadline::within(start, b)));
            prop_assert_eq!(both.bound, a.min(b));
            prop_assert_eq!(both.left(start + now), a.min(b).saturating_sub(now));
        }
    }

    #[test]
    fn a_bound_beyond_all_clocks_is_a_year() {
        let start = Instant::now();
        let deadline = Deadline::within(start, Duration::MAX);
        assert_eq!(deadline.left(start), FOREVER);
        assert_eq!(deadline.tighter(None), deadline);
    }
}
