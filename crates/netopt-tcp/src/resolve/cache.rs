//! A bounded cache of addresses. Time is an argument.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Names kept at the most; when full, expired ones go first, then everything: a client talks to few names.
const MOST_NAMES: usize = 1024;

#[derive(Debug)]
pub(super) struct Cache {
    ttl: Duration,
    names: Mutex<HashMap<String, Entry>>,
}

#[derive(Debug)]
struct Entry {
    addresses: Vec<IpAddr>,
    /// `None` is beyond what the clock can hold: for ever.
    until: Option<Instant>,
}

impl Entry {
    fn is_fresh(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

impl Cache {
    pub(super) fn new(ttl: Duration) -> Self {
        Self {
            ttl,
            names: Mutex::new(HashMap::new()),
        }
    }

    pub(super) fn get(&self, name: &str, now: Instant) -> Option<Vec<IpAddr>> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names
            .get(name)
            .filter(|entry| entry.is_fresh(now))
            .map(|entry| entry.addresses.clone())
    }

    pub(super) fn put(
        &self,
        name: &str,
        addresses: &[IpAddr],
        lifetime: Option<Duration>,
        now: Instant,
    ) {
        let keep = lifetime.map_or(self.ttl, |lifetime| lifetime.min(self.ttl));
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MOST_NAMES {
            names.retain(|_, entry| entry.is_fresh(now));
            if names.len() >= MOST_NAMES {
                names.clear();
            }
        }
        let addresses = addresses.to_vec();
        let until = now.checked_add(keep);
        names.insert(name.to_owned(), Entry { addresses, until });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_lives_for_the_smaller_of_both_times() {
        let cache = Cache::new(Duration::from_secs(60));
        let (start, address) = (Instant::now(), [IpAddr::from([127, 0, 0, 1])]);
        cache.put("short", &address, Some(Duration::from_secs(5)), start);
        cache.put("long", &address, Some(Duration::from_secs(600)), start);
        let later = start + Duration::from_secs(6);
        assert_eq!(cache.get("short", later), None);
        assert_eq!(
            cache.get("long", later).as_deref(),
            Some(address.as_slice())
        );
        assert_eq!(cache.get("long", start + Duration::from_secs(61)), None);
    }

    #[test]
    fn a_time_beyond_the_clock_is_for_ever() {
        let cache = Cache::new(Duration::MAX);
        let start = Instant::now();
        cache.put("kept", &[], None, start);
        assert!(
            cache
                .get("kept", start + Duration::from_secs(1 << 30))
                .is_some()
        );
    }

    #[test]
    fn the_number_of_names_is_bounded() {
        let cache = Cache::new(Duration::from_secs(60));
        let now = Instant::now();
        for name in 0..3 * MOST_NAMES {
            cache.put(&name.to_string(), &[], None, now);
        }
        assert!(cache.names.lock().unwrap().len() <= MOST_NAMES);
    }
}
