//! When a line is dead: by the clock, not by chance.
//!
//! An outage holds from its first nanosecond to the one before its end, and takes what arrives in that time. What it
//! leaves alone: packets that came before, which are on their way.

use std::time::Duration;

use super::Outages;

impl Outages {
    /// Whether the line is dead at `at`, counted from the start of the path.
    #[must_use]
    pub fn hold_at(&self, at: Duration) -> bool {
        let Some(since) = at.checked_sub(self.first) else {
            return false;
        };
        let into = self.every.map_or(since.as_nanos(), |every| {
            since.as_nanos().checked_rem(every.as_nanos()).unwrap_or(0)
        });
        into < self.lasts.as_nanos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: Duration = Duration::from_millis(1);
    const NS: Duration = Duration::from_nanos(1);

    #[test]
    fn only_once_is_only_once() {
        let once = Outages {
            first: MS * 5,
            lasts: MS * 2,
            every: None,
        };
        assert!(!once.hold_at(MS * 5 - NS));
        assert!(once.hold_at(MS * 5));
        assert!(once.hold_at(MS * 7 - NS));
        assert!(!once.hold_at(MS * 7));
        assert!(!once.hold_at(MS * 100_000));
    }

    proptest! {
        #[test]
        fn they_hold_exactly_within_one_of_the_stretches(
            first in 0u32..50, lasts in 1u32..20, gap in 1u32..20, at in 0u32..500,
        ) {
            let every = lasts + gap;
            let outages = Outages { first: MS * first, lasts: MS * lasts, every: Some(MS * every) };
            let within = (0..500).any(|n| (first + n * every..first + n * every + lasts).contains(&at));
            prop_assert_eq!(outages.hold_at(MS * at), within);
        }
    }
}
