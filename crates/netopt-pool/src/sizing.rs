//! How large a pool should be, from what it did itself: its own calls, replayed through pools of other sizes.
//!
//! The pool writes down when each call asked for a connection and for how long it held it. The replay of
//! [`netopt_core::model::pool::replay`] says what waits, handshakes and connections these calls would have had.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use netopt_core::model::pool::replay::{self, Call, Forecast, Habits, MOST_CALLS, Trace};
use netopt_core::unit::Ratio;
use tokio::time::Instant;

/// The calls of one key, while somebody wants to know them.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Option<Calls>>);

#[derive(Debug)]
struct Calls {
    begun: Instant,
    calls: Vec<Call>,
}

impl Log {
    /// Writes calls down from now on, beginning anew.
    pub(crate) fn begin(&self) {
        *self.calls() = Some(Calls {
            begun: Instant::now(),
            calls: Vec::new(),
        });
    }

    /// Stops, and gives what was written down.
    pub(crate) fn end(&self) -> Option<Trace> {
        self.calls().take().and_then(|log| Trace::new(log.calls))
    }

    /// A call is over; one that asked before the log began is left out.
    pub(crate) fn add(&self, asked: Instant, hold: Duration) {
        if let Some(log) = &mut *self.calls()
            && log.calls.len() < MOST_CALLS
            && let Some(arrival) = asked.checked_duration_since(log.begun)
        {
            log.calls.push(Call { arrival, hold });
        }
    }

    fn calls(&self) -> std::sync::MutexGuard<'_, Option<Calls>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A size for a pool, and what these calls would have had with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Connections of the key.
    pub size: NonZeroU32,
    /// With the bound that the pool has; without a bound if that is unlimited.
    pub now: Forecast,
    /// With [`Advice::size`].
    pub then: Forecast,
}

impl Advice {
    /// The size with which a share `quantile` of the calls of `trace` waits no longer than `within`, in a pool that has the
    /// bound `now` and those `habits`. It is found by bisection, see [`replay::size_for`].
    #[must_use]
    pub fn of(
        trace: &Trace,
        now: Option<NonZeroU32>,
        habits: &Habits,
        (quantile, within): (Ratio, Duration),
    ) -> Self {
        let size = replay::size_for(trace, habits, quantile, within);
        Self {
            size,
            now: replay::replay(trace, now, habits),
            then: replay::replay(trace, Some(size), habits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_calls_at_once_need_three_connections_not_to_wait() {
        let call = |arrival, hold| Call::from_seconds(arrival, hold).unwrap();
        let calls = (0..30).flat_map(|second| [call(2.0 * f64::from(second), 0.5); 3]);
        let trace = Trace::new(calls.collect()).unwrap();
        let target = (Ratio::new(1.0).unwrap(), Duration::ZERO);
        let advice = Advice::of(&trace, NonZeroU32::new(1), &Habits::default(), target);
        assert_eq!(advice.size.get(), 3);
        assert_eq!(advice.then.longest_wait(), Duration::ZERO);
        assert_eq!(advice.now.longest_wait(), Duration::from_secs(1));
    }
}
