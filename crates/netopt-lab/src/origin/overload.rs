//! A server at its capacity: each request costs it a share of a second, and refusing one costs as much as answering it.
//!
//! That is how an outage feeds on its own retries (Bronson and others, "Metastable Failures in Distributed Systems", `HotOS`
//! 2021): what is refused is asked for again, and being asked is what the server has no time for. It is reckoned and not
//! worked, so that no processor of the lab is needed for it. What it leaves alone: queues of workers, which
//! [`ServiceSpec::workers`](super::ServiceSpec::workers) has.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use netopt_core::unit::PerSecond;
use tokio::time::Instant;

/// No server falls further behind than this many times its patience: what is beyond has been given up by whoever sent it.
const MOST_BEHIND: u32 = 2;

/// What a server can do in a second, and how far it may fall behind before it refuses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overload {
    /// Requests a second that it can take, refused ones included; above zero.
    pub rate: PerSecond,
    /// From this much work ahead on it refuses. Never more than twice of it is ahead.
    pub patience: Duration,
}

/// It refuses from so much work ahead on, when nothing is said: longer than a hiccup, shorter than anybody waits.
pub const DEFAULT_PATIENCE: Duration = Duration::from_millis(50);

impl Overload {
    /// So many requests a second, with the default patience: [`DEFAULT_PATIENCE`].
    #[must_use]
    pub const fn beyond(rate: PerSecond) -> Self {
        Self {
            rate,
            patience: DEFAULT_PATIENCE,
        }
    }
}

/// The work that is ahead of a server.
#[derive(Debug)]
pub(super) struct Ahead {
    overload: Overload,
    state: Mutex<(Instant, Duration)>,
}

impl Ahead {
    /// Nothing is ahead at `now`.
    pub(super) fn new(overload: Overload, now: Instant) -> Self {
        Self {
            overload,
            state: Mutex::new((now, Duration::ZERO)),
        }
    }

    /// A request comes at `now`: whether it is taken. It adds to the work in either case.
    pub(super) fn take(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, ahead) = *state;
        let left = ahead.saturating_sub(now.saturating_duration_since(last));
        let each = self.overload.rate.interval().unwrap_or_default();
        let most = self.overload.patience.saturating_mul(MOST_BEHIND);
        *state = (now.max(last), left.saturating_add(each).min(most));
        left <= self.overload.patience
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(50);

    fn ahead(rate: f64, now: Instant) -> Ahead {
        let rate = PerSecond::new(rate).unwrap();
        Ahead::new(
            Overload {
                rate,
                patience: PATIENCE,
            },
            now,
        )
    }

    /// How many of `count` requests at this rate are taken.
    fn taken(server: &Ahead, start: Instant, rate: f64, count: u32) -> u32 {
        let each = Duration::from_secs_f64(1.0 / rate);
        (0..count)
            .map(|index| u32::from(server.take(start + each * index)))
            .sum()
    }

    #[test]
    fn beyond_its_rate_it_ends_up_refusing_everybody_and_below_it_recovers() {
        let start = Instant::now();
        let server = ahead(100.0, start);
        let few = taken(&server, start, 130.0, 1_300);
        assert!(few > 10 && few < 60, "{few}");
        let later = start + Duration::from_secs(10);
        // A fifth of the time is free: the 50 ms too much are gone in a quarter of a second, 20 requests.
        let most = taken(&server, later, 80.0, 400);
        assert!(most >= 378, "{most}");
    }

    proptest! {
        #[test]
        fn nobody_is_refused_below_its_rate(rate in 2.0f64..500.0, share in 0.1f64..=1.0) {
            let start = Instant::now();
            prop_assert_eq!(taken(&ahead(rate, start), start, rate * share, 500), 500);
        }

        #[test]
        fn a_pause_of_twice_its_patience_makes_it_new(rate in 50.0f64..500.0, many in 1u32..2_000) {
            let start = Instant::now();
            let server = ahead(rate, start);
            for _ in 0..many {
                server.take(start);
            }
            let later = start + PATIENCE * MOST_BEHIND;
            prop_assert!(server.take(later));
        }
    }
}
