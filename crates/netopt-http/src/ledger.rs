//! What became of a call on its way through the layers: the attempts that were made for it, and what each layer did.
//!
//! Who wants to know puts a [`Ledger`] into the extensions of the request. The client enters each attempt when it is
//! over; layers note what they do. Without one nothing is kept. A layer that makes requests of its own hands the extensions
//! on, so that these attempts count, too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Extensions;
use netopt_core::exchange::Exchange;
use netopt_core::journey::Journey;
use netopt_core::outcome::Outcome;
use netopt_core::phase::{Phase, Timeline};
use tokio::time::Instant;

/// Attempts that are kept of one call; more are made only by a layer that has no bound.
const MOST_KEPT: usize = 64;

/// The record of one call through all layers. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    attempts: Vec<(AttemptId, Instant, Exchange)>,
    begun: u64,
    journey: Journey,
}

/// Which attempt an answer is of; in the extensions of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AttemptId(u64);

/// An attempt that is to be entered into a ledger when it is over.
#[derive(Debug)]
pub(crate) struct Entry {
    ledger: Ledger,
    pub(crate) id: AttemptId,
}

impl Entry {
    pub(crate) fn begin(ledger: Ledger) -> Self {
        let mut entries = ledger.entries();
        entries.begun += 1;
        let id = AttemptId(entries.begun);
        drop(entries);
        Self { ledger, id }
    }

    /// The attempt, which began then, is over.
    pub(crate) fn enter(self, begun: Instant, exchange: Exchange) {
        let mut entries = self.ledger.entries();
        if entries.attempts.len() < MOST_KEPT {
            entries.attempts.push((self.id, begun, exchange));
        }
    }
}

impl Ledger {
    /// The ledger of a call, if somebody wants to know.
    #[must_use]
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }

    /// Lets a layer note what it does.
    pub fn note(&self, what: impl FnOnce(&mut Journey)) {
        what(&mut self.entries().journey);
    }

    /// What the layers have done so far.
    #[must_use]
    pub fn journey(&self) -> Journey {
        self.entries().journey
    }

    /// The attempts that are over, in the order in which they ended.
    #[must_use]
    pub fn attempts(&self) -> Vec<Exchange> {
        let entries = self.entries();
        entries
            .attempts
            .iter()
            .map(|(_, _, exchange)| exchange.clone())
            .collect()
    }

    /// The call as its caller saw it, who asked at `asked`: the attempt that was `used`, or else the last one, from when it
    /// was asked for, with the outcome that the caller got. A call that needed no attempt only waited.
    pub(crate) fn settle(
        &self,
        asked: Instant,
        used: Option<AttemptId>,
        outcome: Outcome,
    ) -> Exchange {
        let mut entries = self.entries();
        let place = used
            .and_then(|used| entries.attempts.iter().position(|(id, ..)| *id == used))
            .or_else(|| entries.attempts.len().checked_sub(1));
        // An answer out of a cache, or that of another call, is of no attempt of this one.
        let place = place.filter(|_| used.is_some() || matches!(outcome, Outcome::Failed(_)));
        let mut exchange = match place {
            Some(place) => {
                let (_, begun, exchange) = entries.attempts.swap_remove(place);
                let timeline = exchange
                    .timeline
                    .asked_for(begun.saturating_duration_since(asked));
                // Its reader gets an error, but it was we who had enough.
                let cut = exchange.answer.as_ref().is_some_and(|answer| answer.cut);
                Exchange {
                    timeline,
                    outcome: if cut { exchange.outcome } else { outcome },
                    ..exchange
                }
            }
            None => Exchange::bare(Timeline::new(), outcome),
        };
        let end = asked.elapsed();
        if exchange.timeline.end() == Duration::ZERO {
            exchange.timeline.mark(Phase::Queue, Duration::ZERO, end);
        }
        exchange.journey = entries.journey;
        // The one that was used is out of the list.
        let others = entries.attempts.iter().map(|(.., other)| other);
        exchange.journey.broken_after = others
            .filter(|other| other.broke())
            .filter_map(Exchange::idle)
            .min();
        exchange
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
