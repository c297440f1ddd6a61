//! What is known about HTTP/2 with one destination: the connections that are shared, and who opens the next one.
//!
//! One connection is opened at a time, by a caller who needs it or beside the calls; whoever needs one meanwhile waits for
//! what comes out. A connection leaves when its peer closes it or says so (GOAWAY), when it was idle for too long or is
//! too old: no new call is given a share then, and it closes with the last call on it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use netopt_core::outcome::Failure;
use netopt_core::phase::Phase;
use netopt_pool::{LIFETIME_SPREAD, Standing};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::client::share::{Share, Shared};
use crate::error::Error;

mod keeper;
mod queue;
mod spread;

pub(crate) use queue::{Head, Queue};
pub(crate) use spread::Load;
use spread::{Choice, choose};

/// After a connection beside the others could not be opened none is tried for so long: the calls do without it.
const GROWTH_PAUSE: Duration = Duration::from_secs(1);

/// The bounds of the shared connections to a destination.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// How many there are at the most.
    pub(crate) most: u32,
    /// How long one may be idle.
    pub(crate) idle: Duration,
    /// How old one may become, by a tenth less or more.
    pub(crate) lifetime: Option<Duration>,
}

/// What is known about sharing with one destination.
#[derive(Default)]
pub(crate) struct Sharing {
    /// Whoever has it may open a connection.
    pub(crate) turn: tokio::sync::Mutex<()>,
    /// Those who wait because all connections are full.
    pub(crate) queue: Arc<Queue>,
    state: Mutex<State>,
    speaks_http1: AtomicBool,
    failed: Mutex<Option<(Instant, Failure)>>,
}

#[derive(Default)]
struct State {
    open: Vec<Arc<Shared>>,
    growing: bool,
    /// When the next connection may be opened beside the others.
    grows_from: Option<Instant>,
    keeper: Option<AbortHandle>,
}

/// What a call is to do.
pub(crate) enum Pick {
    /// It has a share.
    Join(Share),
    /// It has a share, and whoever asked opens another connection beside.
    JoinAndGrow(Share, Growth),
    /// It waits for its turn to open one.
    Open,
    /// It waits in line.
    Wait,
}

/// The leave to open one connection beside the others; nobody else has it until it is dropped.
pub(crate) struct Growth(Arc<Sharing>);

impl Sharing {
    pub(crate) fn speaks_http1(&self) -> bool {
        self.speaks_http1.load(Ordering::Relaxed)
    }

    pub(crate) fn note_http1(&self) {
        self.speaks_http1.store(true, Ordering::Relaxed);
    }

    /// What a call does. One that is at the head of the line has nobody before it.
    pub(crate) fn pick(
        self: &Arc<Self>,
        terms: &Terms,
        head: Option<&Head<'_>>,
        now: Instant,
    ) -> Pick {
        if head.is_none() && self.queue.is_used() {
            return Pick::Wait;
        }
        let mut state = lock(&self.state);
        state.sweep(terms, now);
        let may_grow = !state.growing && !state.is_resting(now);
        match choose(state.open.iter().map(|shared| shared.load()), terms.most) {
            Choice::Open if may_grow || state.open.is_empty() => Pick::Open,
            Choice::Open | Choice::Wait => Pick::Wait,
            Choice::Grow(place) if may_grow => {
                state.growing = true;
                let share = Share::of(&state.open[place]);
                Pick::JoinAndGrow(share, Growth(Arc::clone(self)))
            }
            Choice::Grow(place) | Choice::Join(place) => Pick::Join(Share::of(&state.open[place])),
        }
    }

    /// Shares one more connection; the caller has the first share.
    pub(crate) fn add(self: &Arc<Self>, shared: Shared, terms: &Terms) -> Share {
        let shared = Arc::new(shared);
        let share = Share::of(&shared);
        let mut state = lock(&self.state);
        state.open.push(shared);
        let is_kept = state.keeper.as_ref().is_some_and(|at| !at.is_finished());
        if !is_kept {
            state.keeper = Some(keeper::begin(self, *terms));
        }
        drop(state);
        self.queue.free();
        share
    }

    /// Whether there is a connection to share.
    pub(crate) fn is_open(&self) -> bool {
        !lock(&self.state).open.is_empty()
    }

    /// Whether to keep it when others need the room.
    pub(crate) fn standing(&self) -> Standing {
        let state = lock(&self.state);
        let mut open = state.open.iter();
        if state.growing || open.clone().any(|shared| shared.in_flight() > 0) {
            Standing::Busy
        } else if self.speaks_http1() || open.any(|shared| !shared.is_closed()) {
            Standing::Idle
        } else {
            Standing::Gone
        }
    }

    /// Why the connection was not opened that a caller has been waiting for since then.
    pub(crate) fn failure_since(&self, asked: Instant) -> Option<Failure> {
        let failed = lock(&self.failed);
        let since = failed.as_ref().filter(|(at, _)| *at >= asked);
        since.map(|(_, failure)| failure.clone())
    }

    /// Those who wait for the connection fail with the one who opens it: each after the other would take as often as
    /// long, and ask a peer that is down as often.
    pub(crate) fn note_failure(&self, error: &Error, now: Instant) {
        lock(&self.state).grows_from = now.checked_add(GROWTH_PAUSE);
        if error.phase() != Phase::Queue {
            *lock(&self.failed) = Some((now, error.failure().clone()));
        }
    }

    /// Closes what is too old. False when nothing is left.
    fn keep(&self, terms: &Terms, now: Instant) -> bool {
        let mut state = lock(&self.state);
        state.sweep(terms, now);
        if state.open.is_empty() {
            state.keeper = None;
        }
        !state.open.is_empty()
    }
}

impl State {
    /// Lets those go that no new call may have.
    fn sweep(&mut self, terms: &Terms, now: Instant) {
        self.open.retain(|shared| shared.is_good(terms.idle, now));
    }

    /// Whether no more connections are opened for now, because one could not be.
    fn is_resting(&self, now: Instant) -> bool {
        self.grows_from.is_some_and(|from| now < from)
    }
}

impl Terms {
    /// How old one connection may become. `chance`, from 0 to 1, spreads it.
    pub(crate) fn lifetime(&self, chance: f64) -> Option<Duration> {
        let spread = 1.0 - LIFETIME_SPREAD + 2.0 * LIFETIME_SPREAD * chance;
        self.lifetime.map(|most| most.mul_f64(spread))
    }
}

impl Growth {
    pub(crate) fn sharing(&self) -> &Arc<Sharing> {
        &self.0
    }
}

impl Drop for Growth {
    fn drop(&mut self) {
        lock(&self.0.state).growing = false;
    }
}

impl Drop for Sharing {
    fn drop(&mut self) {
        if let Some(keeper) = lock(&self.state).keeper.take() {
            keeper.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
