//! From the wall clock, by which the kernel stamps, to the clock of the program.
//!
//! Both clocks of Linux are steered alike (`adjtimex` acts on both), so the distance between them changes only when
//! somebody sets the wall clock. A [`Pair`] is one look at both; two pairs that agree make a [`Bridge`].

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Looks at the clocks of which the best is taken: one may be interrupted between its readings.
const LOOKS: usize = 3;

/// Two pairs may differ by this beyond what their slack allows: both clocks are rounded.
const ROUNDING: Duration = Duration::from_micros(1);

/// Time on the wall clock, since 1970.
pub(crate) type Wall = Duration;

/// One look at both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    program: Instant,
    wall: Wall,
    /// By how much one may be off against the other.
    slack: Duration,
}

impl Pair {
    /// Of the wall clock read between two looks at the program's.
    pub(crate) fn new(before: Instant, wall: Wall, after: Instant) -> Self {
        let slack = after.saturating_duration_since(before) / 2;
        Self {
            program: before + slack,
            wall,
            slack,
        }
    }

    /// Looks now.
    #[expect(
        clippy::disallowed_methods,
        reason = "the kernel stamps by the wall clock; a step of it is noticed and makes the stamps unknown"
    )]
    pub(crate) fn now() -> Self {
        let look = || {
            let before = Instant::now();
            let wall = SystemTime::now().duration_since(UNIX_EPOCH);
            Self::new(before, wall.unwrap_or_default(), Instant::now())
        };
        let mut best = look();
        for _ in 1..LOOKS {
            let next = look();
            if next.slack < best.slack {
                best = next;
            }
        }
        best
    }

    /// The time of the look on the program's clock.
    pub(crate) const fn program(&self) -> Instant {
        self.program
    }
}

/// Leads from one clock to the other while nobody sets the wall clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bridge {
    pair: Pair,
}

impl Bridge {
    /// Valid from the first look until the last; `None` when the wall clock was set in between.
    pub(crate) fn between(first: Pair, last: Pair) -> Option<Self> {
        let program = last.program.checked_duration_since(first.program)?;
        let wall = last.wall.checked_sub(first.wall)?;
        let allowed = first.slack + last.slack + ROUNDING;
        let pair = if first.slack <= last.slack {
            first
        } else {
            last
        };
        (program.abs_diff(wall) <= allowed).then_some(Self { pair })
    }

    /// A time of the wall clock on the program's; `None` for one that no clock can hold.
    pub(crate) fn program(&self, wall: Wall) -> Option<Instant> {
        match wall.checked_sub(self.pair.wall) {
            Some(later) => self.pair.program.checked_add(later),
            None => self.pair.program.checked_sub(self.pair.wall - wall),
        }
    }

    /// By how much a converted time may be off.
    pub(crate) const fn uncertainty(&self) -> Duration {
        self.pair.slack
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const YEARS: Duration = Duration::from_secs(1_800_000_000);

    fn pair(base: Instant, nanos: u64, slack: u64, step: i64) -> Pair {
        let at = Duration::from_nanos(nanos);
        let slack = Duration::from_nanos(slack);
        let wall = YEARS + at + slack;
        let wall = Duration::from_nanos(
            u64::try_from(wall.as_nanos())
                .unwrap()
                .wrapping_add_signed(step),
        );
        Pair::new(base + at, wall, base + at + 2 * slack)
    }

    proptest! {
        #[test]
        fn a_time_comes_back_within_the_uncertainty(
            first in 0_u64..1_000, length in 0_u64..10_000_000_000, at in 0_u64..10_000_000_000,
            slack in prop::array::uniform2(0_u64..10_000),
        ) {
            let base = Instant::now();
            let [one, other] = slack;
            let bridge = Bridge::between(
                pair(base, first, one, 0), pair(base, first + length + 2 * one, other, 0),
            ).expect("nobody set the clock");
            let came = bridge.program(YEARS + Duration::from_nanos(at)).unwrap();
            let off = came.duration_since(base).abs_diff(Duration::from_nanos(at));
            prop_assert!(off <= bridge.uncertainty() + Duration::from_nanos(1), "{off:?}");
        }

        #[test]
        fn a_clock_that_is_set_is_noticed(step in 2_000_i64..1_000_000_000_000, back in any::<bool>()) {
            let base = Instant::now();
            let step = if back { -step } else { step };
            let last = pair(base, 5_000_000, 100, step);
            prop_assert!(Bridge::between(pair(base, 0, 100, 0), last).is_none());
        }
    }

    #[test]
    fn the_clocks_of_this_machine_agree_with_themselves() {
        let (first, last) = (Pair::now(), Pair::now());
        let bridge = Bridge::between(first, last).expect("nobody set the clock");
        let again = bridge.program(last.wall).unwrap();
        let off = again.max(last.program) - again.min(last.program);
        assert!(off <= first.slack + last.slack + ROUNDING, "{off:?}");
    }
}
