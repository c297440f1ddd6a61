//! What can be done to a pool besides borrowing: warm it, resize it, clear it, close it, and ask what it measured.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use deadpool::managed::Manager;
use netopt_core::histogram::LatencyHistogram;
use netopt_core::model::pool::replay::Trace;

use super::Pool;
use crate::keeper;
use crate::shared;
use crate::stats::CloseReason;

impl<K, M> Pool<K, M>
where
    K: Eq + Hash + Clone + Send + Sync,
    M: Manager + 'static,
    M::Error: Send,
{
    /// Begins to open so many connections to `key` that `idle` of them will be idle, if its bounds allow that many. They are
    /// opened by tasks, so it is to be called within a runtime. One that cannot be opened is counted as failed.
    pub fn warm(&self, key: &K, idle: u32) {
        keeper::warm(&self.place(key), idle);
    }

    /// Takes in a connection to `key` that somebody else opened, as if it had been opened here: it goes to whoever waits, or lies
    /// idle. It is for one whose caller gave up while [`Pool::get_with`] was opening it.
    ///
    /// # Errors
    /// The connection, when the key has no place for it or the pool is closed.
    pub fn adopt(&self, key: &K, connection: M::Type) -> Result<(), M::Type> {
        let place = self.place(key);
        let Ok(room) = place.engine.reserve() else {
            return Err(connection);
        };
        let lent = place.enter(room, connection);
        place.put(lent);
        (place.tasks.keep)(&place);
        Ok(())
    }

    /// Bounds the connections of `key` from now on, 65,535 at the most; idle ones that are too many are closed at once,
    /// those on loan when they come back. It holds for as long as the pool knows the key, see [`crate::Roster`].
    pub fn resize(&self, key: &K, per_key: NonZeroU32) {
        let place = self.place(key);
        place.engine.resize(per_key.get());
        drop(place.sweep(|_| place.engine.is_crowded().then_some(CloseReason::Room)));
    }

    /// Writes down when each call to `key` asks for a connection and for how long it holds it, up to
    /// [a million](netopt_core::model::pool::replay::MOST_CALLS). Meanwhile every loan of the pool reads an exact clock.
    pub fn begin_trace(&self, key: &K) {
        self.place(key).log.begin();
        self.inner.shared.time_all();
    }

    /// Stops writing down, and gives the calls to `key` that ended since it began; `None` of no calls. What they say about the
    /// size of the pool, [`crate::Advice`] tells.
    #[must_use]
    pub fn end_trace(&self, key: &K) -> Option<Trace> {
        self.inner.shared.time_some();
        self.place(key).log.end()
    }
}

impl<K, M: Manager> Pool<K, M> {
    /// Closes the idle connections for which `keep` says no. It is asked with how long the connection was idle.
    pub fn retain(&self, mut keep: impl FnMut(&M::Type, Duration) -> bool) {
        let now = self.inner.shared.clock.now();
        for place in self.inner.places() {
            drop(place.sweep(|entry| {
                let idle = Duration::from_millis(entry.ages.idle(now));
                (!keep(&entry.connection, idle)).then_some(CloseReason::Cleared)
            }));
        }
    }

    /// Closes all idle connections. Those on loan close when they come back only if their guards say so.
    pub fn close_idle(&self) {
        for place in self.inner.places() {
            drop(place.clear(CloseReason::Cleared));
        }
    }

    /// Closes the pool: idle connections at once, those on loan when they come back. Who waits or asks is told so.
    pub fn close(&self) {
        self.inner.close();
    }

    /// How long those waited who had to wait for a place: one in eight of them.
    #[must_use]
    pub fn waits(&self) -> LatencyHistogram {
        shared::copy(&self.inner.shared.waits)
    }

    /// How long connections were on loan: of one loan in 256, or of all while a trace is written.
    #[must_use]
    pub fn holds(&self) -> LatencyHistogram {
        shared::copy(&self.inner.shared.holds)
    }
}
