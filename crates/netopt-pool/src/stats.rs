//! What a pool is doing and has done.

use std::sync::atomic::{AtomicU64, Ordering};

/// The states of a connection that the seed names, as a pool sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectionState {
    /// Open and waiting for a call.
    Idle,
    /// Being opened.
    Connecting,
    /// Carrying a call.
    Connected,
    /// Closed in order.
    Disconnected,
    /// Could not be opened.
    Error,
}

/// A snapshot of a pool, over all keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Open and waiting for a call.
    pub idle: u64,
    /// Being opened.
    pub connecting: u64,
    /// Carrying a call.
    pub connected: u64,
    /// Closed since the pool began: idle too long, found dead, or given up by the caller.
    pub disconnected: u64,
    /// Failed to open since the pool began.
    pub failed: u64,
    /// Callers who wait for a place.
    pub waiting: u64,
    /// Opened since the pool began.
    pub opened: u64,
    /// Handed out again since the pool began.
    pub reused: u64,
    /// Taken out of the pool for good since it began, by [`crate::Guard::take`]: in no [`ConnectionState`], because the
    /// pool does not know how they end. Whatever else was opened is idle, connected or disconnected.
    pub taken: u64,
}

impl Stats {
    /// How many connections are, or since the pool began have been, in that state.
    #[must_use]
    pub const fn count(&self, state: ConnectionState) -> u64 {
        match state {
            ConnectionState::Idle => self.idle,
            ConnectionState::Connecting => self.connecting,
            ConnectionState::Connected => self.connected,
            ConnectionState::Disconnected => self.disconnected,
            ConnectionState::Error => self.failed,
        }
    }
}

/// The running counts. A count that is taken is given back by dropping the [`Held`].
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) idle: AtomicU64,
    pub(crate) connecting: AtomicU64,
    pub(crate) connected: AtomicU64,
    pub(crate) disconnected: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) waiting: AtomicU64,
    pub(crate) opened: AtomicU64,
    pub(crate) reused: AtomicU64,
    pub(crate) taken: AtomicU64,
}

impl Counts {
    /// So many idle connections are closed.
    pub(crate) fn close_idle(&self, closed: u64) {
        self.idle.fetch_sub(closed, Ordering::Relaxed);
        self.disconnected.fetch_add(closed, Ordering::Relaxed);
    }

    pub(crate) fn snapshot(&self) -> Stats {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Stats {
            idle: read(&self.idle),
            connecting: read(&self.connecting),
            connected: read(&self.connected),
            disconnected: read(&self.disconnected),
            failed: read(&self.failed),
            waiting: read(&self.waiting),
            opened: read(&self.opened),
            reused: read(&self.reused),
            taken: read(&self.taken),
        }
    }
}

/// Counts one for as long as it lives, also through cancellation.
#[derive(Debug)]
pub(crate) struct Held<'a>(&'a AtomicU64);

impl<'a> Held<'a> {
    pub(crate) fn one(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
