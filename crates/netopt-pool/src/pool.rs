//! The pool itself: the places of all keys, and the way from a key to a guard.

use std::fmt;
use std::future::poll_fn;
use std::hash::Hash;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, ready};

use deadpool::managed::Manager;
use tokio::runtime::Handle;
use tokio::task::coop;

use crate::asking::{Asking, Found};
use crate::config::Config;
use crate::error::{Error, Kind};
use crate::guard::Guard;
use crate::keeper;
use crate::partition::Partition;
use crate::place::{Place, Tasks};
use crate::roster::Roster;
use crate::shared::Shared;
use crate::stats::{CloseReason, Stats};
use crate::worker::worker;

mod control;
mod keys;

use keys::Home;

/// Groups of workers at the most: beyond, what a group costs each key outweighs what it saves.
const MOST_GROUPS: usize = 16;
/// Groups of workers of a pool that was made outside of a runtime.
const SOME_GROUPS: usize = 4;

/// A pool of connections for many destinations `K`. Cloning shares it.
pub struct Pool<K, M: Manager> {
    inner: Arc<Inner<K, M>>,
}

/// A caller in line.
type Queue<'a, M> =
    Pin<Box<dyn Future<Output = Result<Guard<M>, Error<<M as Manager>::Error>>> + Send + 'a>>;

struct Inner<K, M: Manager> {
    shared: Arc<Shared>,
    make: Box<dyn Fn(&K) -> M + Send + Sync>,
    partitions: Box<[Partition<K, Place<M>>]>,
    homes: Mutex<Roster<K, Home<M>>>,
    closed: AtomicBool,
    tasks: Tasks<M>,
}

impl<K, M> Pool<K, M>
where
    K: Eq + Hash + Clone + Send + Sync,
    M: Manager + 'static,
    M::Error: Send,
{
    /// A pool that opens connections to a key by the manager that `make` makes for it.
    ///
    /// Made within a runtime it keeps the idle connections of that runtime's workers apart, up to 16 of them.
    ///
    /// # Panics
    /// Never: 16 is a `u32`.
    #[must_use]
    pub fn new(config: Config, make: impl Fn(&K) -> M + Send + Sync + 'static) -> Self {
        let workers = Handle::try_current().map_or(SOME_GROUPS, |at| at.metrics().num_workers());
        let groups = workers.clamp(1, MOST_GROUPS).next_power_of_two();
        let shared = Shared::new(config, u32::try_from(groups).expect("16 at the most"));
        Self {
            inner: Arc::new(Inner {
                shared: Arc::new(shared),
                make: Box::new(make),
                partitions: (0..groups).map(|_| Partition::new()).collect(),
                homes: Mutex::new(Roster::new(keys::MOST_KEYS)),
                closed: AtomicBool::new(false),
                tasks: Tasks {
                    keep: keeper::begin,
                    time: keeper::time,
                    want: keys::want,
                },
            }),
        }
    }

    /// A connection to `key`: an idle one that is still good, or the first one that comes back or is opened.
    ///
    /// Cancel safe: a caller who gives up leaves the line. A connection that was being opened for it goes to the next caller
    /// or lies idle; it is opened by a task of its own, so this is to be called within a runtime.
    ///
    /// # Errors
    /// When no place came free within the configured wait, a step took longer than configured, a new connection could not
    /// be opened, or the pool is closed.
    #[expect(
        clippy::manual_async_fn,
        reason = "an async function copies its arguments on the first poll, which is a tenth of a loan"
    )]
    pub fn get<'a>(
        &'a self,
        key: &'a K,
    ) -> impl Future<Output = Result<Guard<M>, Error<M::Error>>> + Send + use<'a, K, M> {
        async move {
            breathe().await;
            while let Some(mut guard) = self.pick(key) {
                match guard.check().await {
                    Ok(()) => {
                        guard.begin_hit(None);
                        return Ok(guard);
                    }
                    Err(reason) => guard.reject(reason),
                }
            }
            self.queue(key).await
        }
    }

    /// As [`Pool::get`], but a new connection is opened by `open`, for a caller who wants to watch: it gets that one, and
    /// none that comes back meanwhile.
    ///
    /// Cancel safe: a caller who gives up leaves the line, or drops the connection that was being opened.
    ///
    /// # Errors
    /// As [`Pool::get`].
    pub async fn get_with(
        &self,
        key: &K,
        open: impl AsyncFnOnce(&M) -> Result<M::Type, M::Error>,
    ) -> Result<Guard<M>, Error<M::Error>> {
        breathe().await;
        while let Some(mut guard) = self.pick(key) {
            match guard.check().await {
                Ok(()) => {
                    guard.begin_hit(None);
                    return Ok(guard);
                }
                Err(reason) => guard.reject(reason),
            }
        }
        // Boxed, so that the way of those who find something stays small.
        Box::pin(self.watch(key, open)).await
    }

    async fn watch(
        &self,
        key: &K,
        open: impl AsyncFnOnce(&M) -> Result<M::Type, M::Error>,
    ) -> Result<Guard<M>, Error<M::Error>> {
        let shared = &self.inner.shared;
        let asking = Asking::now(shared);
        let (place, spot) = loop {
            let place = self.place(key);
            match asking.find(&place).await {
                Ok(Found::Lent(guard)) => return Ok(guard),
                Ok(Found::Spot(spot)) => break (place, spot),
                // The key was forgotten meanwhile, and is known anew.
                Err(Kind::Closed) if !self.is_closed() => {}
                Err(kind) => return Err(kind.into()),
            }
        };
        let bound = asking.left(shared.config.phases.create, shared.clock.now());
        let opening = pin!(open(&place.manager));
        let lent = spot.open(opening, bound).await?;
        Ok(asking.lend(&place, lent))
    }

    /// The way of those who find nothing, kept apart so that the way of those who do stays small.
    #[cold]
    #[inline(never)]
    fn queue<'a>(&'a self, key: &'a K) -> Queue<'a, M> {
        Box::pin(self.race(key))
    }

    async fn race(&self, key: &K) -> Result<Guard<M>, Error<M::Error>> {
        let asking = Asking::now(&self.inner.shared);
        loop {
            let place = self.place(key);
            match asking.race(&place).await {
                Err(Kind::Closed) if !self.is_closed() => {}
                ended => return ended.map_err(Error::from),
            }
        }
    }

    /// An idle connection that nobody looked at yet, if this worker knows the key and nobody waits.
    #[inline]
    fn pick(&self, key: &K) -> Option<Guard<M>> {
        self.partition().with(key, |place| {
            let lent = place.engine.hit(worker())?;
            Some(Guard::new(Arc::clone(place), lent))
        })
    }

    fn partition(&self) -> &Partition<K, Place<M>> {
        let all = &self.inner.partitions;
        &all[worker() as usize & (all.len() - 1)]
    }
}

/// Gives way once in a while: who finds something each time would otherwise never let others have their turn.
#[inline]
fn breathe() -> impl Future<Output = ()> {
    poll_fn(|cx| {
        ready!(coop::poll_proceed(cx)).made_progress();
        Poll::Ready(())
    })
}

impl<K, M: Manager> Pool<K, M> {
    /// Whether the pool was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.inner.closed.load(Ordering::SeqCst)
    }

    /// A snapshot over all keys. It looks at every connection, so it is for reports, not for each call.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.inner.stats()
    }
}

impl<K, M: Manager> Inner<K, M> {
    fn homes(&self) -> MutexGuard<'_, Roster<K, Home<M>>> {
        self.homes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn places(&self) -> Vec<Arc<Place<M>>> {
        self.homes()
            .every()
            .map(|home| Arc::clone(&home.0))
            .collect()
    }

    fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        self.shared.gone.add_to(&mut stats, 0);
        for place in self.places() {
            place.add_to(&mut stats);
        }
        stats
    }

    /// Ends the lending and closes what is idle.
    fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        for place in self.places() {
            place.engine.close();
            drop(place.clear(CloseReason::Cleared));
        }
    }
}

impl<K, M: Manager> Drop for Inner<K, M> {
    fn drop(&mut self) {
        self.close();
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
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
