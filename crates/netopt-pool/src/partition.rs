//! What one group of workers knows of the keys: the way from a key to its place that takes no lock of all.
//!
//! The roster of a pool knows all keys, and everybody would have to lock it. So each group of workers keeps what it found
//! there. A place that the pool forgot is noticed when it is used, because it lends no more.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use crate::cell::Cell;

/// A place as one group of workers holds it. Each loan holds it too, and the count of holders is not to be fought for by the
/// workers of all groups: so each group has its own.
pub(crate) type Local<V> = Arc<Arc<V>>;

/// Keys known to one group of workers.
struct Known<K, V> {
    /// The one that was asked for last.
    last: usize,
    entries: Vec<(K, Local<V>)>,
    by_key: HashMap<K, usize>,
}

/// The keys that one group of workers knows, on a cache line of its own. Who looks takes them out meanwhile.
#[repr(align(64))]
pub(crate) struct Partition<K, V>(Cell<Known<K, V>>);

impl<K: Eq + Hash + Clone, V> Partition<K, V> {
    /// Knows nothing.
    pub(crate) fn new() -> Self {
        let cell = Cell::empty();
        cell.put(Box::default());
        Self(cell)
    }

    /// What `find` says of the value of `key`, if that is known here. It does not wait: when another thread is at it, nothing
    /// is known.
    #[inline]
    pub(crate) fn with<R>(&self, key: &K, find: impl FnOnce(&Local<V>) -> Option<R>) -> Option<R> {
        let mut known = self.0.take()?;
        let found = known.find(key).and_then(find);
        self.0.put(known);
        found
    }

    /// Remembers the value of a key. Beyond `most` keys it forgets all others. When another thread is at it, nothing is
    /// remembered.
    pub(crate) fn note(&self, key: &K, value: &Arc<V>, most: usize) -> Local<V> {
        let value = Arc::new(Arc::clone(value));
        if let Some(mut known) = self.0.take() {
            known.note(key, &value, most);
            self.0.put(known);
        }
        value
    }
}

impl<K: Eq + Hash + Clone, V> Known<K, V> {
    #[inline]
    fn find(&mut self, key: &K) -> Option<&Local<V>> {
        if let Some((last, _)) = self.entries.get(self.last)
            && last != key
        {
            self.last = *self.by_key.get(key)?;
        }
        self.entries.get(self.last).map(|(_, value)| value)
    }

    fn note(&mut self, key: &K, value: &Local<V>, most: usize) {
        if let Some(&place) = self.by_key.get(key) {
            self.entries[place].1 = Arc::clone(value);
            return;
        }
        if self.entries.len() >= most {
            self.entries.clear();
            self.by_key.clear();
        }
        self.last = self.entries.len();
        self.by_key.insert(key.clone(), self.last);
        self.entries.push((key.clone(), Arc::clone(value)));
    }
}

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self {
            last: 0,
            entries: Vec::new(),
            by_key: HashMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(partition: &Partition<u32, u32>, key: u32) -> Option<u32> {
        partition.with(&key, |value| Some(***value))
    }

    #[test]
    fn it_knows_what_it_was_told_last_and_no_more_than_the_most() {
        let partition = Partition::new();
        for key in 0..10 {
            assert_eq!(value(&partition, key), None);
            partition.note(&key, &Arc::new(key), 10);
        }
        assert_eq!(value(&partition, 3), Some(3));
        partition.note(&3, &Arc::new(33), 10);
        assert_eq!(
            (value(&partition, 3), value(&partition, 9)),
            (Some(33), Some(9))
        );
        partition.note(&10, &Arc::new(10), 10);
        assert_eq!(
            (value(&partition, 3), value(&partition, 10)),
            (None, Some(10))
        );
    }

    #[test]
    fn who_would_have_to_wait_is_told_nothing() {
        let partition = Partition::new();
        partition.note(&1, &Arc::new(1), 10);
        let inner = partition.with(&1, |_| Some(value(&partition, 1)));
        assert_eq!(inner, Some(None));
        assert_eq!(value(&partition, 1), Some(1));
    }

    #[test]
    fn nothing_is_leaked() {
        let partition = Partition::new();
        let (one, two) = (Arc::new(1), Arc::new(2));
        partition.note(&1, &one, 10);
        partition.with(&1, |_| {
            drop(partition.note(&2, &two, 10));
            Some(())
        });
        drop(partition);
        assert_eq!((Arc::strong_count(&one), Arc::strong_count(&two)), (1, 1));
    }
}
