//! One key: its manager, its connections, and what was learnt of its servers.
//!
//! What becomes of a connection that is opened, given back or closed is decided here; who gets it, the engine decides.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool::managed::{Manager, Metrics};
use netopt_core::change::Switch;
use netopt_core::model::pool::Order;
use tokio::task::AbortHandle;

use crate::age::Ages;
use crate::clock::Tick;
use crate::engine::{Engine, Lent, Passing, Room};
use crate::entry::{Entry, Loan};
use crate::error::Kind;
use crate::learn::{Learning, REMEMBERED};
use crate::shared::{self, Shared};
use crate::sizing::Log;
use crate::stats::{CloseReason, Counts, Stats};
use crate::worker::worker;

/// One key of a pool.
pub(crate) struct Place<M: Manager> {
    pub(crate) manager: M,
    pub(crate) engine: Engine<Entry<M::Type>, Kind<M::Error>>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) counts: Counts,
    pub(crate) log: Log,
    /// Whether a task keeps the idle connections.
    pub(crate) kept: AtomicBool,
    /// That task, to be ended with the key.
    pub(crate) keeper: Mutex<Option<AbortHandle>>,
    /// What is done when a connection comes back for the first time.
    /// Whether a task ends the waits that are over.
    pub(crate) timed: AtomicBool,
    pub(crate) tasks: Tasks<M>,
    learning: Mutex<Learning>,
    /// The bound that was learnt, 0 for none.
    learnt: AtomicU64,
    learnt_until: AtomicU64,
    /// The longest time that a connection was idle and still worked.
    survived: AtomicU64,
}

/// A place as one group of workers holds it, see [`crate::partition`].
pub(crate) type Local<M> = Arc<Arc<Place<M>>>;

/// The tasks of a place: a task may only be begun where its types are known to outlive it.
pub(crate) struct Tasks<M: Manager> {
    /// Keeps what is idle, from the first time that a connection comes back.
    pub(crate) keep: fn(&Arc<Place<M>>),
    /// Ends waits, from the first caller that waits.
    pub(crate) time: fn(&Arc<Place<M>>),
    /// Tells the bound of all keys that a caller waits for a place.
    pub(crate) want: fn(&Arc<Place<M>>),
}

impl<M: Manager> Clone for Tasks<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Manager> Copy for Tasks<M> {}

/// A loan that is shorter costs less than to switch to another task, on the same core.
const QUICK: Duration = Duration::from_micros(5);

impl<M: Manager> Place<M> {
    /// A key without connections.
    pub(crate) fn new(manager: M, shared: Arc<Shared>, tasks: Tasks<M>) -> Self {
        let config = &shared.config;
        let limit = config.per_key.map_or(u32::MAX, std::num::NonZero::get);
        Self {
            manager,
            engine: Engine::new(limit, config.order, shared.groups, shared.total.clone()),
            counts: Counts::default(),
            log: Log::default(),
            kept: AtomicBool::new(false),
            keeper: Mutex::default(),
            timed: AtomicBool::new(false),
            tasks,
            learning: Mutex::default(),
            learnt: AtomicU64::new(0),
            learnt_until: AtomicU64::new(0),
            survived: AtomicU64::new(0),
            shared,
        }
    }

    /// A connection that was just opened, in the place that was kept for it.
    pub(crate) fn enter(&self, room: Room, connection: M::Type) -> Lent<Entry<M::Type>> {
        let shared = &self.shared;
        let lifetime = shared.config.upkeep.lifetime;
        Counts::one(&self.counts.opened);
        shared.told.opened();
        let now = shared.clock.now();
        room.fill(Entry {
            connection,
            metrics: Metrics::default(),
            ages: Ages::opened(now, lifetime, shared.chance()),
            stamped: now,
            loans: 0,
            after_use: Switch::Off,
            timed: None,
            begun: None,
        })
    }

    /// Why a connection may not be used again, if so.
    #[inline]
    pub(crate) fn ends(&self, ages: &Ages, now: Tick) -> Option<CloseReason> {
        let learnt = match self.learnt.load(Ordering::Relaxed) {
            0 => None,
            learnt => (now < self.learnt_until.load(Ordering::Relaxed)).then_some(learnt),
        };
        ages.ends(now, self.shared.idle, learnt)
    }

    /// Whether a bound on the idle time is shorter than the pool's own: then returns are to be told exactly. The keeper reads
    /// the clock eight times within the pool's.
    #[inline]
    pub(crate) fn is_strict(&self, ages: &Ages) -> bool {
        ages.is_hinted() || self.learnt.load(Ordering::Relaxed) != 0
    }

    /// Gives a connection to whoever waits, or lays it down.
    #[inline]
    pub(crate) fn put(&self, mut lent: Lent<Entry<M::Type>>) {
        let passing = match lent.begun.take() {
            Some(begun) if begun.elapsed() < QUICK => Passing::Allowed,
            _ => Passing::Never,
        };
        if let Err(lent) = self.engine.give(worker(), lent, passing) {
            self.close(lent, CloseReason::Room);
        }
        if let Some(total) = &self.shared.total
            && total.is_wanted()
        {
            self.spare();
        }
    }

    /// Closes an idle connection because another key needs its place; false if there is none.
    pub(crate) fn spare(&self) -> bool {
        let lent = self.engine.take(worker());
        let found = lent.is_some();
        if let Some(lent) = lent {
            self.close(lent, CloseReason::Room);
        }
        found
    }

    /// Closes a connection. Its place comes free first: how long it takes to close, the pool does not know.
    pub(crate) fn close(&self, lent: Lent<Entry<M::Type>>, reason: CloseReason) {
        drop(self.bury(lent, reason));
    }

    fn bury(&self, lent: Lent<Entry<M::Type>>, reason: CloseReason) -> Entry<M::Type> {
        let (room, entry) = lent.remove();
        self.counts.close(reason);
        self.shared.told.closed(reason);
        self.engine.vacate(room);
        entry
    }

    /// Closes what is idle and for which `ends` gives a reason: it is counted as closed and to be dropped outside of any
    /// lock. What stays keeps its order.
    #[must_use = "dropping is what closes a connection"]
    pub(crate) fn sweep(
        &self,
        mut ends: impl FnMut(&mut Entry<M::Type>) -> Option<CloseReason>,
    ) -> Vec<Entry<M::Type>> {
        let worker = worker();
        // No more than there are now: others give connections back meanwhile.
        let most = self.engine.idle();
        let (mut stay, mut closed) = (Vec::new(), Vec::new());
        for _ in 0..most {
            let Some(mut lent) = self.engine.take(worker) else {
                break;
            };
            match ends(&mut lent) {
                Some(reason) => closed.push(self.bury(lent, reason)),
                None => stay.push(lent),
            }
        }
        match self.shared.config.order {
            Order::Lifo => stay.into_iter().rev().for_each(|lent| self.put(lent)),
            Order::Fifo => stay.into_iter().for_each(|lent| self.put(lent)),
        }
        closed
    }

    /// Closes what is idle and may not be used again.
    #[must_use = "dropping is what closes a connection"]
    pub(crate) fn sweep_old(&self) -> Vec<Entry<M::Type>> {
        let now = self.shared.clock.now();
        self.sweep(|entry| self.ends(&entry.ages, now))
    }

    /// Closes what is idle.
    #[must_use = "dropping is what closes a connection"]
    pub(crate) fn clear(&self, reason: CloseReason) -> Vec<Entry<M::Type>> {
        self.sweep(|_| Some(reason))
    }

    /// A connection that was idle for `age` was found closed.
    pub(crate) fn found_closed(&self, age: Tick, now: Tick) {
        let mut learning = self.learning.lock().unwrap_or_else(PoisonError::into_inner);
        learning.worked(self.survived.load(Ordering::Relaxed));
        learning.closed(age, now);
        self.survived.store(learning.survived(), Ordering::Relaxed);
        if let Some(bound) = learning.bound() {
            self.learnt_until
                .store(now.saturating_add(REMEMBERED), Ordering::Relaxed);
            self.learnt.store(bound, Ordering::Relaxed);
        }
    }

    /// A connection that was idle for `age` worked.
    #[inline]
    pub(crate) fn found_good(&self, age: Tick) {
        if age > self.survived.load(Ordering::Relaxed) {
            self.survived.store(age, Ordering::Relaxed);
        }
    }

    /// Writes down the times of a loan that is over.
    #[cold]
    pub(crate) fn note(&self, loan: Loan) {
        let hold = loan.begun.elapsed();
        shared::record(&self.shared.holds, hold);
        self.log.add(loan.asked, hold);
    }

    /// Hands over what was counted and ends the keeper, because the pool forgets the key. Workers may know the place for a while still.
    pub(crate) fn bequeath(&self) {
        self.shared.gone.inherit(&self.counts, self.engine.hits());
        let keeper = self
            .keeper
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(keeper) = keeper {
            keeper.abort();
        }
    }

    /// Adds what is known of this key to a snapshot.
    pub(crate) fn add_to(&self, stats: &mut Stats) {
        let (idle, size) = (self.engine.idle() as u64, u64::from(self.engine.size()));
        let connecting = self.counts.connecting.load(Ordering::Relaxed);
        stats.idle += idle;
        stats.connecting += connecting;
        stats.connected += size.saturating_sub(idle + connecting);
        stats.waiting += self.engine.waiting();
        stats.keys += 1;
        self.counts.add_to(stats, self.engine.hits());
    }
}
