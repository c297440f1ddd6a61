//! The task that keeps the idle connections of one key: it closes those that are too old and opens those that are missing.
//!
//! It begins when a connection comes back for the first time and ends when the key has none left, so a key that is not
//! used has no task. Nothing depends on its being in time: a connection that is too old is not lent in any case.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use deadpool::managed::Manager;
use tokio::runtime::Handle;
use tokio::time::sleep;

use crate::opening::{self, Spot};
use crate::place::Place;

/// Rounds in the shortest bound on an idle connection: none is kept for longer than that and an eighth.
const ROUNDS: u32 = 8;
/// A round costs some microseconds.
const SHORTEST: Duration = Duration::from_millis(10);
/// Long against the cost of a round, short against the patience of who looks at the statistics.
const LONGEST: Duration = Duration::from_secs(5);
/// Missing connections are opened within so long.
const WITH_SPARES: Duration = Duration::from_secs(1);

/// Sees to the idle connections of a key from now on.
pub(crate) fn begin<M>(place: &Arc<Place<M>>)
where
    M: Manager + 'static,
    M::Error: Send,
{
    let Ok(runtime) = Handle::try_current() else {
        // Dropped outside of any runtime; the next first return tries again.
        return;
    };
    top_up(place);
    let Some(mut post) = Post::take(place, |place| &place.kept) else {
        return;
    };
    let period = period(place);
    let keeper = runtime.spawn(async move {
        loop {
            sleep(period).await;
            let Some(place) = post.place.upgrade() else {
                return;
            };
            if place.engine.is_closed() {
                return;
            }
            drop(place.sweep_old());
            top_up(&place);
            if post.leaves(&place, |place| place.engine.size() > 0) {
                return;
            }
        }
    });
    *place.keeper.lock().unwrap_or_else(PoisonError::into_inner) = Some(keeper.abort_handle());
}

/// Opens connections ahead of the calls, as many as are missing and have room.
pub(crate) fn top_up<M>(place: &Arc<Place<M>>)
where
    M: Manager + 'static,
    M::Error: Send,
{
    let config = &place.shared.config;
    if config.upkeep.min_idle > 0 && config.reuse.is_on() {
        warm(place, config.upkeep.min_idle);
    }
}

/// Opens so many connections that `idle` are idle or being opened, if there is room for them.
pub(crate) fn warm<M>(place: &Arc<Place<M>>, idle: u32)
where
    M: Manager + 'static,
    M::Error: Send,
{
    let ready = place.engine.idle() as u64 + place.counts.connecting.load(Ordering::Relaxed);
    for _ in ready..u64::from(idle) {
        let Ok(room) = place.engine.reserve() else {
            return;
        };
        opening::spawn(Spot::new(Arc::clone(place), room), None);
    }
}

/// Ends the waits at a key that are over, from now on until nobody waits.
pub(crate) fn time<M>(place: &Arc<Place<M>>)
where
    M: Manager + 'static,
    M::Error: Send,
{
    let Some(mut post) = Post::take(place, |place| &place.timed) else {
        return;
    };
    tokio::spawn(async move {
        loop {
            let Some(place) = post.place.upgrade() else {
                return;
            };
            let now = place.shared.clock.now();
            let next = place.engine.expire(now);
            if next.is_none() && post.leaves(&place, |place| place.engine.is_contended()) {
                return;
            }
            drop(place);
            let until = next.map_or(0, |next| next.saturating_sub(now));
            sleep(Duration::from_millis(until.max(1))).await;
        }
    });
}

fn period<M: Manager>(place: &Place<M>) -> Duration {
    let config = &place.shared.config;
    let shortest = config
        .upkeep
        .lifetime
        .map_or(config.idle, |most| most.min(config.idle));
    let longest = if config.upkeep.min_idle > 0 {
        WITH_SPARES
    } else {
        LONGEST
    };
    (shortest / ROUNDS).clamp(SHORTEST, longest)
}

/// The post of a task, which one at a time has. It comes free when the task ends, also when that is with its runtime.
struct Post<M: Manager> {
    place: Weak<Place<M>>,
    flag: fn(&Place<M>) -> &AtomicBool,
    held: Held,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Yes,
    No,
}

impl<M: Manager> Post<M> {
    /// Takes the post if nobody has it.
    fn take(place: &Arc<Place<M>>, flag: fn(&Place<M>) -> &AtomicBool) -> Option<Self> {
        let taken = flag(place).load(Ordering::Relaxed) || flag(place).swap(true, Ordering::SeqCst);
        (!taken).then(|| Self {
            place: Arc::downgrade(place),
            flag,
            held: Held::Yes,
        })
    }

    /// Gives the post up, unless there is something to do: who brought it may have seen the post taken still.
    fn leaves(&mut self, place: &Place<M>, busy: impl Fn(&Place<M>) -> bool) -> bool {
        if busy(place) {
            return false;
        }
        let flag = (self.flag)(place);
        flag.store(false, Ordering::SeqCst);
        if busy(place) && !flag.swap(true, Ordering::SeqCst) {
            return false;
        }
        self.held = Held::No;
        true
    }
}

impl<M: Manager> Drop for Post<M> {
    fn drop(&mut self) {
        if self.held == Held::Yes
            && let Some(place) = self.place.upgrade()
        {
            (self.flag)(&place).store(false, Ordering::SeqCst);
        }
    }
}
