//! Values by key that do not pile up when keys come and go.
//!
//! Nobody tells that a key will not be asked for again. So whoever brings a new one looks at a few of the others, in turn,
//! and what nobody misses goes. That costs each newcomer the same few looks, needs no task and no timer, and after `n`
//! values a quarter of `n` newcomers have looked at all of them.
//!
//! It neither locks nor closes anything: values that go are handed back, to be dropped where that does no harm.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

/// How many others a newcomer looks at: more than one, so that those who go outnumber those who come, and few, because
/// somebody waits meanwhile.
pub const LOOKS: usize = 4;

/// Whether a value is still needed. One that somebody else holds is always kept, whatever is said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is in use and stays.
    Busy,
    /// It is worth to be kept, but goes when a newcomer finds no room.
    Idle,
    /// Nobody would miss it.
    Gone,
}

/// Values by key: at most so many, unless more are in use at once.
pub struct Roster<K, V> {
    most: usize,
    values: HashMap<K, Arc<V>>,
    /// The keys of `values`, each once; the front one is looked at next.
    turns: VecDeque<K>,
}

impl<K: Eq + Hash + Clone, V> Roster<K, V> {
    /// No values, and room for `most` of them.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most,
            values: HashMap::new(),
            turns: VecDeque::new(),
        }
    }

    /// The value of `key`, if there is one.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        self.values.get(key).map(Arc::clone)
    }

    /// All values, those first that will be looked at first.
    pub fn values(&self) -> impl Iterator<Item = &Arc<V>> {
        self.turns.iter().filter_map(|key| self.values.get(key))
    }

    /// How many values there are: at most as many as there is room for, or as many as were in use when the last newcomer
    /// came, and the newcomer.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// True when there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Adds the value of a new key and hands back those that went for it. `look` says how a value stands.
    ///
    /// It looks at [`LOOKS`] values. When there is no room it goes on until one goes, so at the worst, with all of them in
    /// use, at each.
    #[must_use = "the values that went are to be dropped, outside of any lock"]
    pub fn insert(
        &mut self,
        key: K,
        value: Arc<V>,
        mut look: impl FnMut(&V) -> Standing,
    ) -> Vec<Arc<V>> {
        let mut gone = Vec::new();
        for looked in 0..self.turns.len() {
            let is_full = self.values.len() >= self.most;
            if looked >= LOOKS && !is_full {
                break;
            }
            let Some(turn) = self.turns.pop_front() else {
                break;
            };
            let goes = self.values.get(&turn).is_some_and(|value| {
                let standing = look(value);
                Arc::strong_count(value) == 1
                    && (standing == Standing::Gone || is_full && standing == Standing::Idle)
            });
            if goes {
                gone.extend(self.values.remove(&turn));
            } else {
                self.turns.push_back(turn);
            }
        }
        match self.values.insert(key.clone(), value) {
            None => self.turns.push_back(key),
            Some(earlier) => gone.push(earlier),
        }
        gone
    }
}

impl<K, V> Roster<K, V> {
    /// All values, in any order.
    pub(crate) fn every(&self) -> impl Iterator<Item = &Arc<V>> {
        self.values.values()
    }
}

impl<K, V> fmt::Debug for Roster<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Roster")
            .field("len", &self.values.len())
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 10;

    fn full() -> Roster<u32, u32> {
        let mut roster = Roster::new(MOST);
        for key in 0..10 {
            let gone = roster.insert(key, Arc::new(key), |_| Standing::Idle);
            assert_eq!(gone, []);
        }
        roster
    }

    fn keys(roster: &Roster<u32, u32>) -> Vec<u32> {
        let mut keys: Vec<u32> = roster.values().map(|value| **value).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn a_newcomer_takes_the_room_of_one_that_is_idle() {
        let mut roster = full();
        let gone = roster.insert(10, Arc::new(10), |_| Standing::Idle);
        assert_eq!((gone.len(), roster.len()), (1, MOST));
        assert_eq!(roster.get(&gone[0]), None);
        assert_eq!(roster.get(&10).as_deref(), Some(&10));
    }

    #[test]
    fn what_is_in_use_stays_even_when_there_is_no_room() {
        let mut roster = full();
        let held: Vec<_> = (0..9).map(|key| roster.get(&key).unwrap()).collect();
        let gone = roster.insert(10, Arc::new(10), |_| Standing::Gone);
        assert_eq!((gone.len(), *gone[0]), (1, 9), "the only one that may go");
        drop(gone);
        let gone = roster.insert(11, Arc::new(11), |_| Standing::Busy);
        assert_eq!((gone, roster.len()), (vec![], MOST + 1));
        drop(held);
        let gone = roster.insert(12, Arc::new(12), |_| Standing::Idle);
        assert_eq!((gone.len(), roster.len()), (2, MOST), "and is made up for");
    }

    #[test]
    fn a_few_newcomers_look_at_all_and_each_at_few() {
        let mut roster = Roster::new(1_000);
        for key in 0..100 {
            assert_eq!(
                roster.insert(key, Arc::new(key), |_| Standing::Idle),
                [],
                "there is room"
            );
        }
        let mut looked = Vec::new();
        for key in 100..125 {
            let before = looked.len();
            let gone = roster.insert(key, Arc::new(key), |value| {
                looked.push(*value);
                if *value < 100 {
                    Standing::Gone
                } else {
                    Standing::Idle
                }
            });
            assert_eq!((looked.len() - before, gone.len()), (LOOKS, LOOKS));
        }
        looked.sort_unstable();
        assert_eq!(looked, (0..100).collect::<Vec<_>>());
        assert_eq!(keys(&roster), (100..125).collect::<Vec<_>>());
    }

    #[test]
    fn a_key_that_comes_twice_counts_once() {
        let mut roster = full();
        let gone = roster.insert(9, Arc::new(90), |_| Standing::Busy);
        assert_eq!(gone, [Arc::new(9)]);
        assert_eq!(roster.values().count(), roster.len());
    }
}
