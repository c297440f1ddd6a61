//! The calls of a trace: when each wanted a connection, and for how long it held one.

use std::time::Duration;

use crate::model::queueing::Erlangs;
use crate::unit::{PerSecond, Ratio};

/// The most calls that a trace keeps: the first million. One that is thinned out at random instead would have the right
/// hold times and a fraction of the load.
pub const MOST_CALLS: usize = 1_000_000;

/// One call of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// When it asked for a connection, since any moment before the first call.
    pub arrival: Duration,
    /// How long it held the connection: from the checkout until the next call could have it, without connecting.
    pub hold: Duration,
}

impl Call {
    /// A call from a file of seconds; `None` if either is negative, not a number, or beyond [`Duration`].
    #[must_use]
    pub fn from_seconds(arrival: f64, hold: f64) -> Option<Self> {
        Some(Self {
            arrival: Duration::try_from_secs_f64(arrival).ok()?,
            hold: Duration::try_from_secs_f64(hold).ok()?,
        })
    }
}

/// Calls in order of arrival: at least one, at most [`MOST_CALLS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    calls: Vec<Call>,
    left_out: usize,
}

impl Trace {
    /// The calls in any order: they are sorted by arrival, and those that arrive together keep their order. `None` of no
    /// calls. Those beyond the first [`MOST_CALLS`] are left out, and [`left_out`](Self::left_out) says how many.
    #[must_use]
    pub fn new(mut calls: Vec<Call>) -> Option<Self> {
        if calls.is_empty() {
            return None;
        }
        calls.sort_by_key(|call| call.arrival);
        let left_out = calls.len().saturating_sub(MOST_CALLS);
        calls.truncate(MOST_CALLS);
        Some(Self { calls, left_out })
    }

    /// The calls in order of arrival.
    #[must_use]
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// Calls that were too many.
    #[must_use]
    pub const fn left_out(&self) -> usize {
        self.left_out
    }

    /// From the first arrival to the last.
    #[must_use]
    pub fn span(&self) -> Duration {
        match (self.calls.first(), self.calls.last()) {
            (Some(first), Some(last)) => last.arrival.saturating_sub(first.arrival),
            _ => Duration::ZERO,
        }
    }

    /// Gaps between arrivals over the span; `None` if all came at once.
    #[must_use]
    pub fn arrivals(&self) -> Option<PerSecond> {
        PerSecond::of(self.calls.len().saturating_sub(1) as u64, self.span())
    }

    /// The mean hold time.
    #[must_use]
    pub fn mean_hold(&self) -> Duration {
        let sum: f64 = self.calls.iter().map(|call| call.hold.as_secs_f64()).sum();
        Duration::try_from_secs_f64(sum / self.calls.len() as f64).unwrap_or(Duration::MAX)
    }

    /// The offered load, for the formulas; `None` if all came at once.
    #[must_use]
    pub fn offered_load(&self) -> Option<Erlangs> {
        Some(Erlangs::of(self.arrivals()?, self.mean_hold()))
    }

    /// How many calls lie above the `quantile` by nearest rank: n - ⌈qn⌉, and at least one lies at it.
    pub(super) fn calls_above(&self, quantile: Ratio) -> usize {
        self.calls.len() - rank(quantile, self.calls.len())
    }
}

/// The nearest rank, ⌈qn⌉ and at least 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count"
)]
pub(super) fn rank(quantile: Ratio, count: usize) -> usize {
    ((quantile.get() * count as f64).ceil() as usize).clamp(1, count)
}
