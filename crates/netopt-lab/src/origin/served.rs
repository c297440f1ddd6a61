//! What an origin has seen: counters, and when the requests came.
//!
//! Tests use it to check a client's manners ("never more than 20 requests in any second", "only safe methods") from the
//! side that was bothered. Bounded: methods beyond a few are counted together, arrivals beyond [`MAX_ARRIVALS`] only as
//! requests. What it leaves alone: contents.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::Method;
use netopt_core::unit::Bytes;
use tokio::time::Instant;

/// Arrival times that are kept; later ones are only counted.
pub const MAX_ARRIVALS: usize = 65_536;

/// Methods that are counted apart; further ones are counted as `other`.
const MAX_METHODS: usize = 16;

/// A snapshot of what an origin has served.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Served {
    /// Requests whose head has come in, answered or not.
    pub requests: u64,
    /// Connections accepted, those whose TLS handshake failed among them.
    pub connections: u64,
    /// Requests by method; extension methods beyond the first few under `other`.
    pub requests_by_method: BTreeMap<String, u64>,
    /// Everything written to sockets: heads, bodies, TLS.
    pub bytes_out: Bytes,
    /// When each of the first [`MAX_ARRIVALS`] requests came, since the origin's start, in order.
    pub arrivals: Vec<Duration>,
}

impl Served {
    /// The largest number of recorded arrivals in any window of that length.
    #[must_use]
    pub fn most_within(&self, window: Duration) -> usize {
        let mut most = 0;
        let mut first = 0;
        for (index, arrival) in self.arrivals.iter().enumerate() {
            while *arrival - self.arrivals[first] >= window && first < index {
                first += 1;
            }
            most = most.max(index + 1 - first);
        }
        most
    }
}

/// Counts on behalf of all connections.
#[derive(Debug)]
pub(super) struct Ledger {
    start: Instant,
    connections: AtomicU64,
    bytes_out: AtomicU64,
    requests: Mutex<Requests>,
}

#[derive(Debug, Default)]
struct Requests {
    count: u64,
    by_method: BTreeMap<String, u64>,
    arrivals: Vec<Duration>,
}

impl Ledger {
    pub(super) fn new(start: Instant) -> Self {
        Self {
            start,
            connections: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
            requests: Mutex::default(),
        }
    }

    pub(super) fn connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn wrote(&self, length: usize) {
        self.bytes_out.fetch_add(length as u64, Ordering::Relaxed);
    }

    pub(super) fn request(&self, method: &Method) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.count += 1;
        let known = requests.by_method.contains_key(method.as_str());
        let name = if known || requests.by_method.len() < MAX_METHODS {
            method.as_str()
        } else {
            "other"
        };
        *requests.by_method.entry(name.to_owned()).or_default() += 1;
        if requests.arrivals.len() < MAX_ARRIVALS {
            // Read under the lock, so that the list is in order.
            let arrival = self.start.elapsed();
            requests.arrivals.push(arrival);
        }
    }

    pub(super) fn snapshot(&self) -> Served {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        Served {
            requests: requests.count,
            connections: self.connections.load(Ordering::Relaxed),
            requests_by_method: requests.by_method.clone(),
            bytes_out: Bytes::new(self.bytes_out.load(Ordering::Relaxed)),
            arrivals: requests.arrivals.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_window_is_half_open() {
        let served = Served {
            arrivals: [0, 400, 900, 1000, 1300, 5000]
                .map(Duration::from_millis)
                .into(),
            ..Served::default()
        };
        assert_eq!(served.most_within(Duration::from_secs(1)), 4);
        assert_eq!(served.most_within(Duration::from_millis(100)), 1);
        assert_eq!(Served::default().most_within(Duration::from_secs(1)), 0);
    }

    #[test]
    fn a_client_that_invents_methods_does_not_fill_the_memory() {
        let ledger = Ledger::new(Instant::now());
        for number in 0..100 {
            ledger.request(&format!("M{number}").parse().unwrap());
        }
        let served = ledger.snapshot();
        assert_eq!(served.requests, 100);
        assert_eq!(served.requests_by_method.len(), MAX_METHODS + 1);
        assert_eq!(served.requests_by_method["other"], 84);
    }
}
