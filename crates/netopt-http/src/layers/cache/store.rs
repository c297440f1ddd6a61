//! Where answers are kept: in memory, bounded by bytes, several to a URL where `Vary` tells them apart.
//!
//! What is thrown out when the room is used up is decided by moka (`TinyLFU`): an answer that was asked for once does not
//! push out one that is asked for often. An answer whose URL was invalidated while it came in is not kept.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderMap;
use moka::sync::Cache;
use netopt_core::unit::Bytes;

use super::stored::Stored;

/// Answers to one URL; of more, the ones that came first are forgotten.
const MOST_VARIANTS: usize = 16;
/// Counters of invalidations, 32 KiB. Two URLs that share one cost a kept answer now and then, nothing else.
const COUNTERS: usize = 4096;

type Variants = Arc<[Arc<Stored>]>;

/// The kept answers. Their bytes, heads and keys included, stay within the bound.
pub(super) struct Store {
    kept: Cache<String, Variants>,
    invalidations: Box<[AtomicU64]>,
    hasher: RandomState,
}

/// How often a URL, or one that shares its counter, had been invalidated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Epoch(u64);

impl Store {
    pub(super) fn new(size: Bytes) -> Self {
        let weigh = |key: &String, variants: &Variants| {
            let all: usize = variants.iter().map(|stored| stored.weight()).sum();
            u32::try_from(all + key.len()).unwrap_or(u32::MAX)
        };
        Self {
            kept: Cache::builder()
                .max_capacity(size.get())
                .weigher(weigh)
                .build(),
            invalidations: (0..COUNTERS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }

    /// The answer that is kept for a request with these headers.
    pub(super) fn find(&self, key: &str, asked: &HeaderMap) -> Option<Arc<Stored>> {
        let variants = self.kept.get(key)?;
        let found = variants.iter().find(|stored| stored.is_for(asked));
        found.cloned()
    }

    /// To be noted before a request goes out whose answer may be kept.
    pub(super) fn epoch(&self, key: &str) -> Epoch {
        Epoch(self.counter(key).load(Ordering::Acquire))
    }

    /// Keeps an answer in the place of the one that it replaces, unless its URL was invalidated since.
    pub(super) fn keep(&self, key: &str, stored: Arc<Stored>, since: Epoch) {
        self.kept.entry(key.to_owned()).and_compute_with(|entry| {
            if self.epoch(key) != since {
                return moka::ops::compute::Op::Nop;
            }
            let before = entry.map(moka::Entry::into_value);
            let others = before.iter().flat_map(|all| all.iter());
            let others = others.filter(|old| !old.is_replaced_by(&stored)).cloned();
            let all = std::iter::once(Arc::clone(&stored)).chain(others);
            moka::ops::compute::Op::Put(all.take(MOST_VARIANTS).collect())
        });
        // Now and not some time later, so that the bound holds.
        self.kept.run_pending_tasks();
    }

    /// Forgets all answers to a URL, and those to come that were asked for before now.
    pub(super) fn invalidate(&self, key: &str) {
        self.counter(key).fetch_add(1, Ordering::AcqRel);
        self.kept.invalidate(key);
    }

    /// Bytes and URLs that are kept.
    pub(super) fn size(&self) -> (Bytes, u64) {
        self.kept.run_pending_tasks();
        let bytes = Bytes::new(self.kept.weighted_size());
        (bytes, self.kept.entry_count())
    }

    fn counter(&self, key: &str) -> &AtomicU64 {
        let place = self.hasher.hash_one(key) % COUNTERS as u64;
        // Less than the length.
        &self.invalidations[usize::try_from(place).unwrap_or_default()]
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("urls", &self.kept.entry_count())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::super::age::Times;
    use super::*;
    use http::{HeaderValue, Response};

    fn stored(language: &'static str, body: usize) -> (HeaderMap, Arc<Stored>) {
        let mut asked = HeaderMap::new();
        asked.insert("accept-language", HeaderValue::from_static(language));
        let answer = Response::builder().header("vary", "accept-language");
        let answer = answer.header("etag", "\"a\"").body(()).unwrap();
        let now = SystemTime::UNIX_EPOCH;
        let times = Times {
            asked: now,
            answered: now,
        };
        let body = vec![b'x'; body].into();
        let stored = Stored::new(&asked, &answer.into_parts().0, body, times);
        (asked, Arc::new(stored))
    }

    #[test]
    fn variants_stand_side_by_side_and_are_replaced_each_by_its_own() {
        let store = Store::new(Bytes::new(1 << 20));
        let epoch = store.epoch("k");
        let (german, first) = stored("de", 1);
        let (french, second) = stored("fr", 2);
        store.keep("k", first, epoch);
        store.keep("k", second, epoch);
        store.keep("k", stored("de", 3).1, epoch);
        assert_eq!(store.find("k", &german).unwrap().body.len(), 3);
        assert_eq!(store.find("k", &french).unwrap().body.len(), 2);
        assert!(store.find("k", &HeaderMap::new()).is_none());
        store.invalidate("k");
        assert!(store.find("k", &german).is_none());
    }

    #[test]
    fn an_answer_that_was_asked_for_before_an_invalidation_is_not_kept() {
        let store = Store::new(Bytes::new(1 << 20));
        let before = store.epoch("k");
        store.invalidate("k");
        let (german, answer) = stored("de", 1);
        store.keep("k", Arc::clone(&answer), before);
        assert!(store.find("k", &german).is_none());
        store.keep("k", answer, store.epoch("k"));
        assert!(store.find("k", &german).is_some());
    }

    #[test]
    fn its_bytes_stay_within_the_bound() {
        const BOUND: u64 = 100_000;
        let store = Store::new(Bytes::new(BOUND));
        for number in 0..200 {
            let key = number.to_string();
            store.keep(&key, stored("de", 5_000).1, store.epoch(&key));
            assert!(store.size().0.get() <= BOUND);
        }
        let (bytes, urls) = store.size();
        assert!(urls > 5 && bytes.get() > BOUND / 2, "{bytes} for {urls}");
        let (german, large) = stored("de", 200_000);
        store.keep("large", large, store.epoch("large"));
        assert!(store.find("large", &german).is_none());
    }
}
