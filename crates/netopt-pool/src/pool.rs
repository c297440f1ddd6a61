//! The pool itself: places, idle connections, and the way from a key to a guard.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool::managed::{Manager, Metrics};
use netopt_core::change::Switch;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use crate::config::Config;
use crate::error::Error;
use crate::guard::{Guard, Origin};
use crate::stats::{Counts, Held, Stats};

/// Keys kept at the most. Beyond, keys without any connection are forgotten.
const MOST_KEYS: usize = 4096;

/// A pool of connections for many destinations `K`. Cloning shares it.
pub struct Pool<K, M: Manager> {
    inner: Arc<Inner<K, M>>,
}

struct Inner<K, M: Manager> {
    config: Config,
    make: Box<dyn Fn(&K) -> M + Send + Sync>,
    places: Mutex<HashMap<K, Arc<Place<M>>>>,
    counts: Arc<Counts>,
}

/// The places of one key.
pub(crate) struct Place<M: Manager> {
    manager: M,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Idle<M::Type>>>,
    pub(crate) reuse: Switch,
    pub(crate) counts: Arc<Counts>,
}

/// A connection with its history.
pub(crate) struct Idle<T> {
    pub(crate) connection: T,
    metrics: Metrics,
    since: Instant,
}

impl<K, M> Pool<K, M>
where
    K: Eq + Hash + Clone,
    M: Manager,
{
    /// A pool that opens connections to a key by the manager that `make` makes for it.
    #[must_use]
    pub fn new(config: Config, make: impl Fn(&K) -> M + Send + Sync + 'static) -> Self {
        let places = Mutex::new(HashMap::new());
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
                let idle = Idle {
                    connection,
                    metrics: Metrics::default(),
                    since: Instant::now(),
                };
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
            while place.pop(Duration::MAX, Instant::now()).is_some() {
                place.counts.disconnected.fetch_add(1, Ordering::Relaxed);
            }
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

    fn place(&self, key: &K) -> Arc<Place<M>> {
        let mut places = self
            .inner
            .places
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get(key) {
            return Arc::clone(place);
        }
        if places.len() >= MOST_KEYS {
            places.retain(|_, place| Arc::strong_count(place) > 1 || !place.is_empty());
        }
        let permits = self
            .inner
            .config
            .per_key
            .map_or(Semaphore::MAX_PERMITS, |bound| bound.get() as usize);
        let place = Arc::new(Place {
            manager: (self.inner.make)(key),
            permits: Arc::new(Semaphore::new(permits)),
            idle: Mutex::new(Vec::new()),
            reuse: self.inner.config.reuse,
            counts: Arc::clone(&self.inner.counts),
        });
        places.insert(key.clone(), Arc::clone(&place));
        place
    }
}

impl<M: Manager> Place<M> {
    /// The newest idle connection. When even that was idle for longer than `most`, all are closed.
    fn pop(&self, most: Duration, now: Instant) -> Option<Idle<M::Type>> {
        let mut all = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.len();
        all.retain(|idle| now.saturating_duration_since(idle.since) < most);
        let closed = (before - all.len()) as u64;
        let newest = all.pop();
        drop(all);
        self.counts
            .disconnected
            .fetch_add(closed, Ordering::Relaxed);
        self.counts
            .idle
            .fetch_sub(closed + u64::from(newest.is_some()), Ordering::Relaxed);
        newest
    }

    pub(crate) fn put(&self, mut idle: Idle<M::Type>, now: Instant) {
        idle.since = now;
        let mut all = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        self.counts.idle.fetch_add(1, Ordering::Relaxed);
        all.push(idle);
    }

    fn is_empty(&self) -> bool {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
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
