//! A connection on loan.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::Manager;
use netopt_core::change::Switch;
use tokio::time::Instant;

use crate::engine::Lent;
use crate::entry::{Entry, Loan};
use crate::opening::Spot;
use crate::place::Local;
use crate::stats::{CloseReason, Counts};

mod check;

/// Where a connection on loan came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Nobody had it before.
    Opened,
    /// It was idle, or somebody else gave it back.
    Reused,
}

/// A connection on loan. Dropping it gives it back, or closes it after [`Guard::close`].
///
/// The place is given back in every case, so a bad connection cannot leak it.
pub struct Guard<M: Manager> {
    /// `None` only once it was taken or is being dropped.
    lent: Option<Lent<Entry<M::Type>>>,
    place: Local<M>,
}

/// Why a guard may look at its connection.
const HELD: &str = "a guard holds its connection until it is dropped";

impl<M: Manager> Guard<M> {
    /// A loan of a connection that nobody looked at yet: until it [begins](Self::begin), dropping it closes the connection.
    #[inline]
    pub(crate) fn new(place: Local<M>, lent: Lent<Entry<M::Type>>) -> Self {
        Self {
            lent: Some(lent),
            place,
        }
    }

    /// The connection is good, and the caller has it. It asked then, or just now.
    #[inline]
    pub(crate) fn begin(&mut self, asked: Option<Instant>) {
        let Self { lent, place } = self;
        if let Some(entry) = lent {
            entry.after_use = place.shared.config.reuse;
            entry.loans += 1;
            if place.shared.times(entry.loans) {
                entry.timed = Some(Loan::begin(asked));
            }
            if place.engine.is_contended() {
                entry.begun = Some(Instant::now());
            }
        }
    }

    /// As [`begin`](Self::begin), of a connection that was hit.
    #[inline]
    pub(crate) fn begin_hit(&mut self, asked: Option<Instant>) {
        self.begin(asked);
        if self.held().loans == 1 {
            // It was opened ahead of its first loan, which is no reuse.
            Counts::one(&self.place.counts.rejected);
        }
    }

    #[inline]
    fn held(&self) -> &Entry<M::Type> {
        self.lent.as_ref().expect(HELD)
    }

    #[inline]
    fn held_mut(&mut self) -> &mut Entry<M::Type> {
        self.lent.as_mut().expect(HELD)
    }

    /// Closes a connection that was hit and whose loan did not begin.
    #[cold]
    pub(crate) fn reject(self, reason: CloseReason) {
        Counts::one(&self.place.counts.rejected);
        drop(self.give_up(reason));
    }

    /// Closes a connection whose loan did not begin, and keeps its place for a new one.
    #[cold]
    pub(crate) fn give_up(mut self, reason: CloseReason) -> Spot<M> {
        let (room, entry) = self.lent.take().expect(HELD).remove();
        self.place.counts.close(reason);
        self.place.shared.told.closed(reason);
        drop(entry);
        Spot::new(Arc::clone(&*self.place), room)
    }

    /// Whether it was opened for this loan.
    ///
    /// # Panics
    /// Never: a guard holds its connection.
    #[must_use]
    pub fn origin(&self) -> Origin {
        if self.held().loans == 1 {
            Origin::Opened
        } else {
            Origin::Reused
        }
    }

    /// How long ago it was opened, to some milliseconds.
    ///
    /// # Panics
    /// Never: a guard holds its connection.
    #[must_use]
    pub fn age(&self) -> Duration {
        let opened = self.held().ages.opened;
        Duration::from_millis(self.place.shared.clock.now().saturating_sub(opened))
    }

    /// Closes the connection when the guard is dropped, because it is broken or the peer will close it.
    ///
    /// # Panics
    /// Never: a guard holds its connection.
    pub fn close(&mut self) {
        self.held_mut().after_use = Switch::Off;
    }

    /// The peer said that it closes this connection when it was idle for so long, as HTTP's `Keep-Alive: timeout` does
    /// (RFC 2068 §19.7.1.1). It is used no longer than that less a [margin](crate::HINT_MARGIN); the pool's own bounds hold too.
    ///
    /// # Panics
    /// Never: a guard holds its connection.
    pub fn expires_within(&mut self, keep: Duration) {
        self.held_mut().ages.hint(keep);
    }

    /// Takes the connection out of the pool for good; its place comes free.
    ///
    /// From then on it is in no [`crate::ConnectionState`] and not bounded by the pool: it is only counted as taken.
    ///
    /// # Panics
    /// Never: a guard holds its connection until this call.
    #[must_use]
    pub fn take(mut self) -> M::Type {
        let (room, entry) = self.lent.take().expect(HELD).remove();
        Counts::one(&self.place.counts.taken);
        self.place.shared.told.taken();
        self.place.engine.vacate(room);
        entry.connection
    }
}

impl<M: Manager> Deref for Guard<M> {
    type Target = M::Type;
    fn deref(&self) -> &M::Type {
        &self.held().connection
    }
}

impl<M: Manager> DerefMut for Guard<M> {
    fn deref_mut(&mut self) -> &mut M::Type {
        &mut self.held_mut().connection
    }
}

impl<M: Manager> Drop for Guard<M> {
    #[inline]
    fn drop(&mut self) {
        let Some(mut lent) = self.lent.take() else {
            return;
        };
        let entry = &mut *lent;
        if let Some(loan) = entry.timed.take() {
            self.place.note(loan);
        }
        if !entry.after_use.is_on() {
            self.place.close(lent, CloseReason::Caller);
            return;
        }
        entry.after_use = Switch::Off;
        let was_first = entry.loans == 1;
        entry.ages.since = if was_first || self.place.is_strict(&entry.ages) {
            self.place.shared.clock.now()
        } else {
            // No later than now: it may be taken for idle a little longer than it was, and that is the safe side.
            self.place.shared.clock.recent()
        };
        self.place.put(lent);
        if was_first {
            (self.place.tasks.keep)(&self.place);
        }
    }
}

impl<M: Manager> fmt::Debug for Guard<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("loans", &self.lent.as_ref().map(|entry| entry.loans))
            .finish_non_exhaustive()
    }
}
