//! A connection on loan.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use deadpool::managed::Manager;
use netopt_core::change::Switch;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::place::{Idle, Place};

/// Where a connection on loan came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was opened for this caller.
    Opened,
    /// It was idle.
    Reused,
}

/// A connection on loan. Dropping it gives it back, or closes it after [`Guard::close`].
///
/// The place is given back in every case, so a bad connection cannot leak it.
pub struct Guard<M: Manager> {
    /// `None` only once it was taken or is being dropped.
    idle: Option<Idle<M::Type>>,
    origin: Origin,
    waited_until: Instant,
    after_use: Switch,
    place: Arc<Place<M>>,
    _permit: OwnedSemaphorePermit,
}

impl<M: Manager> Guard<M> {
    pub(crate) fn new(
        idle: Idle<M::Type>,
        origin: Origin,
        waited_until: Instant,
        place: Arc<Place<M>>,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        place.counts.connected.fetch_add(1, Ordering::Relaxed);
        let after_use = place.reuse;
        Self {
            idle: Some(idle),
            origin,
            waited_until,
            after_use,
            place,
            _permit: permit,
        }
    }

    /// Whether it was opened for this caller.
    #[must_use]
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// When the wait for a place was over.
    #[must_use]
    pub const fn waited_until(&self) -> Instant {
        self.waited_until
    }

    /// Closes the connection when the guard is dropped, because it is broken or the peer will close it.
    pub fn close(&mut self) {
        self.after_use = Switch::Off;
    }

    /// Takes the connection out of the pool for good; its place comes free.
    ///
    /// From then on it is in no [`crate::ConnectionState`] and not bounded by the pool: it is only counted as taken.
    ///
    /// # Panics
    /// Never: a guard holds its connection until this call.
    #[must_use]
    pub fn take(mut self) -> M::Type {
        let idle = self.idle.take();
        self.place.counts.taken.fetch_add(1, Ordering::Relaxed);
        idle.expect("a guard holds its connection until it is dropped")
            .connection
    }
}

impl<M: Manager> Deref for Guard<M> {
    type Target = M::Type;
    fn deref(&self) -> &M::Type {
        &self
            .idle
            .as_ref()
            .expect("a guard holds its connection until it is dropped")
            .connection
    }
}

impl<M: Manager> DerefMut for Guard<M> {
    fn deref_mut(&mut self) -> &mut M::Type {
        &mut self
            .idle
            .as_mut()
            .expect("a guard holds its connection until it is dropped")
            .connection
    }
}

impl<M: Manager> Drop for Guard<M> {
    fn drop(&mut self) {
        let counts = &self.place.counts;
        counts.connected.fetch_sub(1, Ordering::Relaxed);
        let Some(idle) = self.idle.take() else { return };
        if self.after_use.is_on() {
            self.place.put(idle, Instant::now());
        } else {
            counts.disconnected.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl<M: Manager> fmt::Debug for Guard<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
