//! What a layer keeps for each destination: bounded, and made when it is first asked for.

use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use netopt_pool::{Roster, Standing};

/// Values by key; who is not in use goes when there are too many.
pub(crate) struct ByKey<K, V>(Mutex<Roster<K, V>>);

impl<K: Eq + Hash + Clone, V> ByKey<K, V> {
    /// Room for `most` values, and for as many as are in use at once.
    pub(crate) fn new(most: usize) -> Self {
        Self(Mutex::new(Roster::new(most)))
    }

    /// The value of `key`; a fresh one when there is none.
    pub(crate) fn get(&self, key: K, fresh: impl FnOnce() -> V) -> Arc<V> {
        let mut roster = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = roster.get(&key) {
            return value;
        }
        let value = Arc::new(fresh());
        let gone = roster.insert(key, Arc::clone(&value), |_| Standing::Idle);
        drop(roster);
        drop(gone);
        value
    }
}

impl<K, V> fmt::Debug for ByKey<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByKey").finish_non_exhaustive()
    }
}
