//! From a key to its place, and what becomes of the keys that nobody asks for again.

use std::hash::Hash;
use std::sync::{Arc, Weak};

use deadpool::managed::Manager;

use super::Pool;
use crate::entry::Entry;
use crate::place::{Local, Place};
use crate::roster::Standing;
use crate::stats::CloseReason;
use crate::total::Member;

/// Keys kept at the most, unless more are in use at once, by a connection on loan or by a caller who waits. Beyond, a new
/// key takes the place of one that only has idle connections, and they are closed.
pub(super) const MOST_KEYS: usize = 4096;

/// A place in the roster. Others may have the place too, so it is not their number that says whether it is in use.
pub(super) struct Home<M: Manager>(pub(super) Arc<Place<M>>);

impl<K, M> Pool<K, M>
where
    K: Eq + Hash + Clone + Send + Sync,
    M: Manager + 'static,
    M::Error: Send,
{
    /// The place of `key`. A new key closes what is too old at a few others, which may not be asked for again.
    pub(super) fn place(&self, key: &K) -> Local<M> {
        let partition = self.partition();
        let lends = |place: &Local<M>| (!place.engine.is_closed()).then(|| Arc::clone(place));
        if let Some(place) = partition.with(key, lends) {
            return place;
        }
        let place = self.home(key);
        partition.note(key, &place, MOST_KEYS)
    }

    fn home(&self, key: &K) -> Arc<Place<M>> {
        let mut homes = self.inner.homes();
        let known = homes.get(key).filter(|home| !home.0.engine.is_closed());
        if let Some(home) = known {
            return Arc::clone(&home.0);
        }
        let place = Arc::new(Place::new(
            (self.inner.make)(key),
            Arc::clone(&self.inner.shared),
            self.inner.tasks,
        ));
        if self.is_closed() {
            place.engine.close();
        }
        if let Some(total) = &self.inner.shared.total {
            let member: Weak<Place<M>> = Arc::downgrade(&place);
            total.enrol(member);
        }
        let home = Arc::new(Home(Arc::clone(&place)));
        let (mut left, mut closed) = (homes.len(), Vec::new());
        let forgotten = homes.insert(key.clone(), home, |other| {
            let standing = other.0.standing(left, &mut closed);
            left -= usize::from(standing == Standing::Gone);
            standing
        });
        drop(homes);
        forgotten.iter().for_each(|home| home.0.bequeath());
        // Only now: how long it takes to close a connection, and what it asks for, the pool does not know.
        drop((closed, forgotten));
        place
    }
}

impl<M: Manager> Place<M> {
    /// Whether a pool of so many keys is to keep this one. When it is not, it lends no more. What is `closed` is
    /// to be dropped outside of any lock.
    fn standing(&self, keys: usize, closed: &mut Vec<Entry<M::Type>>) -> Standing {
        closed.extend(self.sweep_old());
        if keys >= MOST_KEYS && self.engine.idle() > 0 {
            closed.extend(self.clear(CloseReason::Cleared));
        }
        if self.engine.retire() {
            Standing::Gone
        } else {
            Standing::Busy
        }
    }
}

impl<M> Member for Place<M>
where
    M: Manager,
    M::Error: Send,
{
    fn spare(&self) -> bool {
        Self::spare(self)
    }

    fn grant(&self) {
        self.engine.grant();
    }
}

/// A caller waits for a place, of which there may be some at other keys.
pub(super) fn want<M>(place: &Arc<Place<M>>)
where
    M: Manager + 'static,
    M::Error: Send,
{
    if let Some(total) = &place.shared.total {
        let member: Weak<Place<M>> = Arc::downgrade(place);
        total.want(member);
    }
}
