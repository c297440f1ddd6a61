//! The places of one key: how many connections it may have, and those that are idle.
//!
//! Who waits and what is opened, the pool knows; who has a connection, its guard.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool::managed::{Manager, Metrics};
use netopt_core::change::Switch;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::stats::Counts;

/// The places of one key.
pub(crate) struct Place<M: Manager> {
    pub(crate) manager: M,
    pub(crate) permits: Arc<Semaphore>,
    idle: Mutex<Vec<Idle<M::Type>>>,
    pub(crate) reuse: Switch,
    pub(crate) counts: Arc<Counts>,
}

/// A connection with its history.
pub(crate) struct Idle<T> {
    pub(crate) connection: T,
    pub(crate) metrics: Metrics,
    since: Instant,
}

impl<T> Idle<T> {
    /// A connection that was just opened.
    pub(crate) fn new(connection: T, now: Instant) -> Self {
        Self {
            connection,
            metrics: Metrics::default(),
            since: now,
        }
    }
}

impl<M: Manager> Place<M> {
    /// A key without connections, of which it may have `permits`.
    pub(crate) fn new(manager: M, permits: usize, reuse: Switch, counts: Arc<Counts>) -> Self {
        Self {
            manager,
            permits: Arc::new(Semaphore::new(permits)),
            idle: Mutex::new(Vec::new()),
            reuse,
            counts,
        }
    }

    /// The newest idle connection. When even that was idle for longer than `most`, all are closed.
    pub(crate) fn pop(&self, most: Duration, now: Instant) -> Option<Idle<M::Type>> {
        let mut all = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let old = split_old(&mut all, most, now);
        let newest = all.pop();
        drop(all);
        self.counts.close_idle(old.len() as u64);
        let taken = u64::from(newest.is_some());
        self.counts.idle.fetch_sub(taken, Ordering::Relaxed);
        newest
    }

    /// The connections that were idle for `most` or longer, counted as closed: dropping them is left to the caller, who
    /// may hold a lock.
    pub(crate) fn take_old(&self, most: Duration, now: Instant) -> Vec<Idle<M::Type>> {
        let mut all = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let old = split_old(&mut all, most, now);
        drop(all);
        self.counts.close_idle(old.len() as u64);
        old
    }

    /// Puts a connection back that was on loan.
    pub(crate) fn put(&self, mut idle: Idle<M::Type>, now: Instant) {
        idle.since = now;
        let mut all = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        self.counts.idle.fetch_add(1, Ordering::Relaxed);
        all.push(idle);
    }

    /// True when no connection is idle.
    pub(crate) fn is_empty(&self) -> bool {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
    }
}

fn split_old<T>(all: &mut Vec<Idle<T>>, most: Duration, now: Instant) -> Vec<Idle<T>> {
    let is_old = |idle: &mut Idle<T>| now.saturating_duration_since(idle.since) >= most;
    all.extract_if(.., is_old).collect()
}

impl<M: Manager> Drop for Place<M> {
    fn drop(&mut self) {
        let all = self.idle.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.counts.close_idle(all.len() as u64);
    }
}
