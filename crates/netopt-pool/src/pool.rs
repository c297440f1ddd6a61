//! The pool itself: the places of all keys, and the way from a key to a guard.

use std::fmt;
use std::hash::Hash;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool::managed::Manager;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use crate::config::Config;
use crate::error::Error;
use crate::guard::{Guard, Origin};
use crate::place::{Idle, Place};
use crate::roster::{Roster, Standing};
use crate::stats::{Counts, Held, Stats};

/// Keys kept at the most, unless more are in use at once, by a connection on loan or by a caller who waits. Beyond, a new
/// key takes the place of one that only has idle connections, and they are closed.
const MOST_KEYS: usize = 4096;

/// A pool of connections for many destinations `K`. Cloning shares it.
pub struct Pool<K, M: Manager> {
    inner: Arc<Inner<K, M>>,
}

struct Inner<K, M: Manager> {
    config: Config,
    make: Box<dyn Fn(&K) -> M + Send + Sync>,
    places: Mutex<Roster<K, Place<M>>>,
    counts: Arc<Counts>,
}

impl<K, M> Pool<K, M>
where
    K: Eq + Hash + Clone,
    M: Manager,
{
    /// A pool that opens connections to a key by the manager that `make` makes for it.
    #[must_use]
    pub fn new(config: Config, make: impl Fn(&K) -> M + Send + Sync + 'static) -> Self {
        let places = Mutex::new(Roster::new(MOST_KEYS));
        Self {
            inner: Arc::new(Inner {
                config,
                make: Box::new(make),
                places,
                counts: Arc::default(),
            }),
        }
    }

    /// A connection to `key`: the newest idle one that is still good, or a new one.
    ///
    /// Cancel safe: a caller who gives up leaves the queue, or drops the connection that was being opened.
    ///
    /// # Errors
    /// When no place came free within the configured wait, or a new connection could not be opened.
    pub async fn get(&self, key: &K) -> Result<Guard<M>, Error<M::Error>> {
        self.get_with(key, async |manager: &M| manager.create().await)
            .await
    }

    /// As [`Pool::get`], but a new connection is opened by `open`: for a caller who wants to watch.
    ///
    /// # Errors
    /// As [`Pool::get`].
    pub async fn get_with(
        &self,
        key: &K,
        open: impl AsyncFnOnce(&M) -> Result<M::Type, M::Error>,
    ) -> Result<Guard<M>, Error<M::Error>> {
        let place = self.place(key);
        let permit = self.wait_for(&place).await?;
        let waited_until = Instant::now();
        while let Some(mut idle) = place.pop(self.inner.config.idle, waited_until) {
            let good = place
                .manager
                .recycle(&mut idle.connection, &idle.metrics)
                .await;
            if good.is_ok() {
                idle.metrics.recycle_count += 1;
                place.counts.reused.fetch_add(1, Ordering::Relaxed);
                return Ok(Guard::new(
                    idle,
                    Origin::Reused,
                    waited_until,
                    place,
                    permit,
                ));
            }
            place.counts.disconnected.fetch_add(1, Ordering::Relaxed);
        }
        let connecting = Held::one(&self.inner.counts.connecting);
        let opened = open(&place.manager).await;
        drop(connecting);
        match opened {
            Ok(connection) => {
                place.counts.opened.fetch_add(1, Ordering::Relaxed);
                let idle = Idle::new(connection, Instant::now());
                Ok(Guard::new(
                    idle,
                    Origin::Opened,
                    waited_until,
                    place,
                    permit,
                ))
            }
            Err(error) => {
                place.counts.failed.fetch_add(1, Ordering::Relaxed);
                Err(Error::open(error))
            }
        }
    }

    /// A snapshot over all keys.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.inner.counts.snapshot()
    }

    /// Closes all idle connections. Those on loan close when they come back only if their guards say so.
    pub fn close_idle(&self) {
        let places = self
            .inner
            .places
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let all: Vec<Arc<Place<M>>> = places.values().map(Arc::clone).collect();
        drop(places);
        for place in all {
            drop(place.take_old(Duration::ZERO, Instant::now()));
        }
    }

    async fn wait_for(&self, place: &Place<M>) -> Result<OwnedSemaphorePermit, Error<M::Error>> {
        let _waiting = Held::one(&self.inner.counts.waiting);
        let wait = self.inner.config.wait;
        let bound = self
            .inner
            .config
            .per_key
            .map_or(u32::MAX, std::num::NonZero::get);
        let permit = timeout(wait, Arc::clone(&place.permits).acquire_owned()).await;
        // The semaphore is never closed, so the only failure is time.
        permit
            .ok()
            .and_then(Result::ok)
            .ok_or_else(|| Error::full(bound, wait))
    }

    /// The places of `key`. A new key closes what was idle for too long at a few others, which may not be asked for again.
    fn place(&self, key: &K) -> Arc<Place<M>> {
        let mut places = self
            .inner
            .places
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get(key) {
            return place;
        }
        let permits = self
            .inner
            .config
            .per_key
            .map_or(Semaphore::MAX_PERMITS, |bound| bound.get() as usize);
        let place = Arc::new(Place::new(
            (self.inner.make)(key),
            permits,
            self.inner.config.reuse,
            Arc::clone(&self.inner.counts),
        ));
        let now = Instant::now();
        let mut old = Vec::new();
        let forgotten = places.insert(key.clone(), Arc::clone(&place), |other| {
            old.extend(other.take_old(self.inner.config.idle, now));
            if other.is_empty() {
                Standing::Gone
            } else {
                Standing::Idle
            }
        });
        drop(places);
        // Only now: how long a connection takes to close, and what it asks for, the pool does not know.
        drop((old, forgotten));
        place
    }
}

impl<K, M: Manager> Clone for Pool<K, M> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<K, M: Manager> fmt::Debug for Pool<K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("stats", &self.inner.counts.snapshot())
            .finish_non_exhaustive()
    }
}
