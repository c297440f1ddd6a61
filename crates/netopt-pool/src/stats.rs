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

/// Why a pool closed a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// It was idle for too long.
    Idle,
    /// It lived for too long.
    Lifetime,
    /// The server said that it would close it by now.
    Hint,
    /// Servers were seen to close connections that were idle for as long.
    Learnt,
    /// It was found dead when it was to be used.
    Dead,
    /// Whoever had it said so, or the pool does not use connections twice.
    Caller,
    /// There was no room for it: the pool was made smaller, or another key needed its place.
    Room,
    /// Somebody had idle connections closed, or the key was forgotten or the pool closed.
    Cleared,
}

/// How many reasons there are.
const REASONS: usize = 8;

impl CloseReason {
    /// All reasons.
    pub const ALL: [Self; REASONS] = [
        Self::Idle,
        Self::Lifetime,
        Self::Hint,
        Self::Learnt,
        Self::Dead,
        Self::Caller,
        Self::Room,
        Self::Cleared,
    ];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Lifetime => "lifetime",
            Self::Hint => "hint",
            Self::Learnt => "learnt",
            Self::Dead => "dead",
            Self::Caller => "caller",
            Self::Room => "room",
            Self::Cleared => "cleared",
        }
    }
}

/// A snapshot of a pool, over all keys.
///
/// Numbers of connections that change hands while it is taken may be off by these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Open and waiting for a call.
    pub idle: u64,
    /// Being opened.
    pub connecting: u64,
    /// Carrying a call.
    pub connected: u64,
    /// Closed since the pool began, for any reason.
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
    /// Callers who had to wait for a place since the pool began.
    pub waited: u64,
    /// Keys that the pool knows.
    pub keys: u64,
    /// Closed since the pool began, by reason: [`Stats::closed`].
    pub closed: Closed,
}

/// Closed connections by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Closed([u64; REASONS]);

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

    /// How many connections were closed for that reason since the pool began.
    #[must_use]
    pub const fn closed(&self, reason: CloseReason) -> u64 {
        self.closed.0[reason as usize]
    }

    /// Connections open or being opened.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.idle + self.connecting + self.connected
    }
}

/// The running counts of a key, or of keys that are gone. None of them is touched by a loan of an idle connection.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) connecting: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) opened: AtomicU64,
    /// Loans of connections that were not hit but waited for.
    pub(crate) handed: AtomicU64,
    /// Hits that were no reuse: the connection was not lent then, or never before.
    pub(crate) rejected: AtomicU64,
    pub(crate) taken: AtomicU64,
    pub(crate) waited: AtomicU64,
    pub(crate) closed: [AtomicU64; REASONS],
}

impl Counts {
    /// One more of these.
    pub(crate) fn one(count: &AtomicU64) {
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// One more connection was closed.
    pub(crate) fn close(&self, reason: CloseReason) {
        Self::one(&self.closed[reason as usize]);
    }

    /// Adds what these counts and the engine's `hits` say about the past to a snapshot.
    pub(crate) fn add_to(&self, stats: &mut Stats, hits: u64) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        stats.failed += read(&self.failed);
        stats.opened += read(&self.opened);
        stats.reused += (hits + read(&self.handed)).saturating_sub(read(&self.rejected));
        stats.taken += read(&self.taken);
        stats.waited += read(&self.waited);
        for (sum, count) in stats.closed.0.iter_mut().zip(&self.closed) {
            *sum += read(count);
            stats.disconnected += read(count);
        }
    }

    /// Takes over what the counts of a key that is gone say about the past.
    pub(crate) fn inherit(&self, gone: &Self, hits: u64) {
        let add = |to: &AtomicU64, from: &AtomicU64| {
            to.fetch_add(from.load(Ordering::Relaxed), Ordering::Relaxed);
        };
        add(&self.failed, &gone.failed);
        add(&self.opened, &gone.opened);
        add(&self.handed, &gone.handed);
        add(&self.rejected, &gone.rejected);
        add(&self.taken, &gone.taken);
        add(&self.waited, &gone.waited);
        self.handed.fetch_add(hits, Ordering::Relaxed);
        for (to, from) in self.closed.iter().zip(&gone.closed) {
            add(to, from);
        }
    }
}
