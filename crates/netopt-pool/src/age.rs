//! How old a connection is, how long it was idle, and whether it may still be used.
//!
//! Four bounds end a connection before its next use, and the earliest one counts: it was idle for too long, it lived for
//! too long, the server said that it would close it by now, or servers were seen to close those that were idle for as long.
//! Nothing here reads a clock or draws at random.

use std::time::Duration;

use crate::clock::{Tick, millis};
use crate::stats::CloseReason;

/// No bound.
const NEVER: Tick = Tick::MAX;

/// A server closes an idle connection when its own clock says so, and its word is in whole seconds: a request sent in the
/// last second may cross the close on its way. Of a hint below two seconds half is left.
pub const HINT_MARGIN: Duration = Duration::from_secs(1);

/// Lifetimes are spread by a tenth to either side, so that connections opened together are not all closed together.
pub const LIFETIME_SPREAD: f64 = 0.1;

/// The history of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ages {
    pub(crate) opened: Tick,
    /// When it was last given back.
    pub(crate) since: Tick,
    dies: Tick,
    keep: Tick,
}

impl Ages {
    /// A connection that was opened now. `chance`, from 0 to 1, spreads its lifetime.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "milliseconds of a lifetime"
    )]
    pub(crate) fn opened(now: Tick, lifetime: Option<Duration>, chance: f64) -> Self {
        let dies = lifetime.map_or(NEVER, |lifetime| {
            let spread = 1.0 - LIFETIME_SPREAD + 2.0 * LIFETIME_SPREAD * chance;
            now.saturating_add((millis(lifetime) as f64 * spread).round() as Tick)
        });
        Self {
            opened: now,
            since: now,
            dies,
            keep: NEVER,
        }
    }

    /// The server closes it when it was idle for so long.
    pub(crate) fn hint(&mut self, keep: Duration) {
        let margin = HINT_MARGIN.min(keep / 2);
        self.keep = millis(keep - margin);
    }

    /// Whether the server said when it will close it.
    #[inline]
    pub(crate) const fn is_hinted(&self) -> bool {
        self.keep != NEVER
    }

    /// How long it was idle.
    #[inline]
    pub(crate) const fn idle(&self, now: Tick) -> Tick {
        now.saturating_sub(self.since)
    }

    /// Why it may not be used again, if so. `idle` is the pool's bound, `learnt` the one that servers taught.
    #[inline]
    pub(crate) const fn ends(
        &self,
        now: Tick,
        idle: Tick,
        learnt: Option<Tick>,
    ) -> Option<CloseReason> {
        let age = self.idle(now);
        if now >= self.dies {
            return Some(CloseReason::Lifetime);
        }
        if age >= idle {
            return Some(CloseReason::Idle);
        }
        if age >= self.keep {
            return Some(CloseReason::Hint);
        }
        match learnt {
            Some(learnt) if age >= learnt => Some(CloseReason::Learnt),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hint_leaves_a_margin_and_never_nothing() {
        for (hint, last) in [(5_000, 3_999), (2_000, 999), (1_000, 499), (100, 49)] {
            let mut ages = Ages::opened(0, None, 0.5);
            ages.hint(Duration::from_millis(hint));
            assert_eq!(ages.ends(last, NEVER, None), None, "{hint}");
            let ends = ages.ends(last + 1, NEVER, None);
            assert_eq!(ends, Some(CloseReason::Hint), "{hint}");
        }
    }

    proptest! {
        #[test]
        fn a_lifetime_ends_within_a_tenth(lifetime in 1u64..100_000_000, chance in 0.0..=1f64, opened in 0u64..1_000_000) {
            let ages = Ages::opened(opened, Some(Duration::from_millis(lifetime)), chance);
            let tenth = lifetime / 10 + 1;
            prop_assert_eq!(ages.ends(opened + lifetime + tenth, NEVER, None), Some(CloseReason::Lifetime));
            if lifetime > 2 * tenth {
                prop_assert_eq!(ages.ends(opened + lifetime - tenth - 1, NEVER, None), None);
            }
        }

        #[test]
        fn the_earliest_bound_counts(idle in 1u64..1_000, learnt in 1u64..1_000, age in 0u64..2_000, since in 0u64..1_000) {
            let mut ages = Ages::opened(0, None, 0.0);
            ages.since = since;
            let ends = ages.ends(since + age, idle, Some(learnt));
            prop_assert_eq!(ends.is_some(), age >= idle.min(learnt));
        }
    }
}
