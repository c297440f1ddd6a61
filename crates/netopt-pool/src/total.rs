//! The bound on the connections of all keys together.
//!
//! It is looked at when a connection is opened or closed, never when an idle one is lent. When it is reached, a key that
//! needs a place has an idle connection of another key closed; when none is idle it stands in line, and the next
//! connection that no caller of its own key waits for is closed for it. So a key whose callers wait keeps its places.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, Weak};

/// A key, as seen by the bound of all.
pub(crate) trait Member: Send + Sync {
    /// Closes an idle connection; false if there is none.
    fn spare(&self) -> bool;
    /// Finds places for callers who wait, as long as there are any.
    fn grant(&self);
}

/// How many connections all keys may have.
pub(crate) struct Total {
    most: u32,
    taken: AtomicU32,
    /// Keys in line; read with each connection that is given back.
    hungry: AtomicU32,
    keys: Mutex<Keys>,
}

#[derive(Default)]
struct Keys {
    /// All keys; the front one is asked for a connection next.
    members: VecDeque<Weak<dyn Member>>,
    /// Those in line for a place, once for each caller.
    line: VecDeque<Weak<dyn Member>>,
}

impl Total {
    pub(crate) fn new(most: u32) -> Self {
        Self {
            most,
            taken: AtomicU32::new(0),
            hungry: AtomicU32::new(0),
            keys: Mutex::default(),
        }
    }

    /// One more key. Those that are gone are forgotten.
    pub(crate) fn enrol(&self, member: Weak<dyn Member>) {
        let mut keys = self.keys();
        keys.members.retain(|known| known.strong_count() > 0);
        keys.members.push_back(member);
    }

    /// Takes a place, if there is one.
    pub(crate) fn take(&self) -> bool {
        let more = |taken| (taken < self.most).then_some(taken + 1);
        self.taken
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, more)
            .is_ok()
    }

    /// Gives a place back, to the key that has been in line for longest.
    pub(crate) fn release(&self) {
        self.taken.fetch_sub(1, Ordering::SeqCst);
        while self.is_wanted() && self.taken.load(Ordering::SeqCst) < self.most {
            let next = self.next();
            // Outside of the lock: it may release in turn.
            if let Some(member) = next {
                member.upgrade().inspect(|member| member.grant());
            }
        }
    }

    /// Whether a key is in line.
    #[inline]
    pub(crate) fn is_wanted(&self) -> bool {
        self.hungry.load(Ordering::SeqCst) > 0
    }

    /// A caller of that key waits for a place. It is to look for one once more before it does.
    pub(crate) fn want(&self, member: Weak<dyn Member>) {
        let mut keys = self.keys();
        keys.line.push_back(member);
        self.hungry.fetch_add(1, Ordering::SeqCst);
        let members = keys.members.len();
        drop(keys);
        for _ in 0..members {
            let mut keys = self.keys();
            keys.members.rotate_left(1);
            let other = keys.members.front().and_then(Weak::upgrade);
            drop(keys);
            if self.taken.load(Ordering::SeqCst) < self.most
                || other.is_some_and(|other| other.spare())
            {
                return;
            }
        }
    }

    fn next(&self) -> Option<Weak<dyn Member>> {
        let mut keys = self.keys();
        let next = keys.line.pop_front();
        if next.is_some() {
            self.hungry.fetch_sub(1, Ordering::SeqCst);
        }
        next
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// A key that has idle connections, and takes what it is granted.
    struct Key {
        total: Arc<Total>,
        idle: AtomicU32,
        granted: AtomicU32,
    }

    impl Member for Key {
        fn spare(&self) -> bool {
            let spared = self
                .idle
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |idle| {
                    idle.checked_sub(1)
                });
            if spared.is_ok() {
                self.total.release();
            }
            spared.is_ok()
        }

        fn grant(&self) {
            if self.total.take() {
                self.granted.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    fn key(total: &Arc<Total>, idle: u32) -> Arc<Key> {
        let key = Arc::new(Key {
            total: Arc::clone(total),
            idle: AtomicU32::new(idle),
            granted: AtomicU32::new(0),
        });
        let member: Weak<Key> = Arc::downgrade(&key);
        total.enrol(member);
        key
    }

    fn want(total: &Total, key: &Arc<Key>) {
        let member: Weak<Key> = Arc::downgrade(key);
        total.want(member);
    }

    #[test]
    fn an_idle_connection_of_another_key_makes_room() {
        let total = Arc::new(Total::new(2));
        assert!(total.take() && total.take() && !total.take());
        let (rich, poor) = (key(&total, 2), key(&total, 0));
        want(&total, &poor);
        assert_eq!(rich.idle.load(Ordering::SeqCst), 1);
        assert_eq!(poor.granted.load(Ordering::SeqCst), 1);
        assert!(!total.is_wanted() && !total.take());
    }

    #[test]
    fn who_wants_first_is_served_first() {
        let total = Arc::new(Total::new(1));
        assert!(total.take());
        let (first, second) = (key(&total, 0), key(&total, 0));
        want(&total, &first);
        want(&total, &second);
        let granted = || [&first, &second].map(|key| key.granted.load(Ordering::SeqCst));
        total.release();
        assert_eq!(granted(), [1, 0]);
        total.release();
        assert_eq!(granted(), [1, 1]);
    }

    #[test]
    fn a_key_that_is_gone_is_passed_over() {
        let total = Arc::new(Total::new(1));
        assert!(total.take());
        let (gone, here) = (key(&total, 0), key(&total, 0));
        want(&total, &gone);
        want(&total, &here);
        drop(gone);
        total.release();
        assert_eq!(here.granted.load(Ordering::SeqCst), 1);
    }
}
