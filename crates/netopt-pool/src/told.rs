//! What a pool tells to a recorder of metrics: whatever happens beside the loan of an idle connection, which tells nothing.

use metrics::{Counter, Gauge};
use netopt_core::names::{Metric, POOL_CLOSES, POOL_OPEN, POOL_OPENS, POOL_WAITS};

use crate::stats::CloseReason;

/// The handles of one pool, taken when it is made.
pub(crate) struct Told {
    opened: Counter,
    failed: Counter,
    closed: [Counter; CloseReason::ALL.len()],
    open: Gauge,
    waited: Counter,
}

impl Told {
    pub(crate) fn new() -> Self {
        Self {
            opened: counter(&POOL_OPENS, "opened"),
            failed: counter(&POOL_OPENS, "failed"),
            closed: CloseReason::ALL.map(|reason| counter(&POOL_CLOSES, reason.name())),
            open: metrics::gauge!(POOL_OPEN.name),
            waited: metrics::counter!(POOL_WAITS.name),
        }
    }

    pub(crate) fn opened(&self) {
        self.opened.increment(1);
        self.open.increment(1);
    }

    pub(crate) fn failed(&self) {
        self.failed.increment(1);
    }

    pub(crate) fn closed(&self, reason: CloseReason) {
        self.closed[reason as usize].increment(1);
        self.open.decrement(1);
    }

    /// Somebody took a connection out of the pool.
    pub(crate) fn taken(&self) {
        self.open.decrement(1);
    }

    pub(crate) fn waited(&self) {
        self.waited.increment(1);
    }
}

fn counter(metric: &Metric, value: &'static str) -> Counter {
    metrics::counter!(metric.name, metric.key_of(value) => value)
}
