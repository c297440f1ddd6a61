//! Replay of a measured trace through a pool of c connections: the exact waits, handshakes and reuse for these calls.
//!
//! The formulas assume Poisson arrivals and know only the mean of the hold times. A trace has the bursts and the tail
//! that were measured: with the same load of 10 and twelve connections the p99 of the wait is 0.9 hold times when all are
//! equal and more than 4 when some are long. So a formula gives the start and replay the answer.
//!
//! Calls wait in order of arrival. A free connection that is still alive is used, in LIFO or FIFO order; else one is
//! opened if there is room, and its connect time is spent on the place; else the call waits for the place that comes
//! back first. Left alone: clients that give up, calls that would not have come had the first been quicker (a closed
//! loop), and pools that race a new connection against one that comes back.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::unit::Ratio;

use super::Order;

mod forecast;
mod queue;
mod trace;

pub use forecast::Forecast;
pub use trace::{Call, MOST_CALLS, Trace};

/// What a pool does with its connections, apart from their number.
///
/// The default keeps them for ever in LIFO order, and connects in no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Habits {
    /// Which idle connection is taken.
    pub order: Order,
    /// How long the client keeps an idle connection; for ever if `None`.
    pub idle_timeout: Option<Duration>,
    /// How long the server keeps an idle connection; for ever if `None`. The shorter of the two decides.
    pub server_keep_alive: Option<Duration>,
    /// The time that a new connection takes before its first call: names, TCP and TLS.
    pub connect: Duration,
}

/// What becomes of these calls with at most `size` connections; without a bound if it is `None`, and then nobody waits.
///
/// O(n log c) for n calls.
#[must_use]
pub fn replay(trace: &Trace, size: Option<NonZeroU32>, habits: &Habits) -> Forecast {
    let mut forecast = Forecast::of(trace);
    queue::serve(trace, size, habits, |served| forecast.count(served));
    forecast.close();
    forecast
}

/// A size with which a share `quantile` of these calls waits no longer than `within`, found by bisection; what it answers
/// always meets the target.
///
/// It is the smallest such size when connecting takes no time: then one more connection delays no call. When it does
/// take time, more connections may mean more handshakes, and a smaller size that the bisection does not try may do too.
/// O(n log n) for n calls.
#[must_use]
pub fn size_for(trace: &Trace, habits: &Habits, quantile: Ratio, within: Duration) -> NonZeroU32 {
    let may_wait_longer = trace.calls_above(quantile);
    let meets = |size| {
        let mut late = 0;
        queue::serve(trace, Some(size), habits, |served| {
            late += usize::from(served.wait() > within);
        });
        late <= may_wait_longer
    };
    // With as many connections as are ever held at once without a bound, nobody waits.
    let (mut low, mut high) = (NonZeroU32::MIN, replay(trace, None, habits).peak());
    while low < high {
        let middle = low.midpoint(high);
        if meets(middle) {
            high = middle;
        } else {
            low = middle.saturating_add(1);
        }
    }
    high
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod law_tests;
