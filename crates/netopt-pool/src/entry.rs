//! A connection and what is known of it.

use std::time::Duration;

use deadpool::managed::Metrics;
use netopt_core::change::Switch;
use tokio::time::Instant;

use crate::age::Ages;
use crate::clock::Tick;

/// A connection with its history.
pub(crate) struct Entry<T> {
    pub(crate) connection: T,
    pub(crate) metrics: Metrics,
    pub(crate) ages: Ages,
    /// When the metrics were last told of a return.
    pub(crate) stamped: Tick,
    /// Whether it is used again after this loan.
    pub(crate) after_use: Switch,
    /// Loans so far.
    pub(crate) loans: u64,
    /// The times of the loan, if that is timed.
    pub(crate) timed: Option<Loan>,
    /// When the loan began, if somebody waited by then.
    pub(crate) begun: Option<Instant>,
}

impl<T> Entry<T> {
    /// Tells the metrics when it was last given back, to a tenth of a second: managers ask for it in seconds, and the sum
    /// costs as much as a read of the clock.
    #[inline]
    pub(crate) fn stamp(&mut self) {
        const OFTEN: Tick = 100;
        if self.ages.since.saturating_sub(self.stamped) >= OFTEN {
            self.stamped = self.ages.since;
            let age = Duration::from_millis(self.ages.since.saturating_sub(self.ages.opened));
            self.metrics.recycled = self.metrics.created.checked_add(age);
        }
    }
}

/// The times of a loan that is timed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loan {
    pub(crate) asked: Instant,
    pub(crate) begun: Instant,
}

impl Loan {
    /// A loan that begins now, to whoever asked then or just now.
    #[cold]
    pub(crate) fn begin(asked: Option<Instant>) -> Self {
        let begun = Instant::now();
        Self {
            asked: asked.unwrap_or(begun),
            begun,
        }
    }
}
