//! What an origin has seen: counters, and when the requests came.
//!
//! Tests use it to check a client's manners ("never more than 20 requests in any second", "only safe methods") from the
//! side that was bothered. Bounded: methods and paths beyond a number are counted together, arrivals beyond
//! [`MAX_ARRIVALS`] only as requests. What it leaves alone: contents.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Method;
use netopt_core::unit::Bytes;
use tokio::time::Instant;

use crate::traffic::Meter;

/// Arrival times that are kept; later ones are only counted.
pub const MAX_ARRIVALS: usize = 65_536;

/// Methods that are counted apart; further ones are counted as `other`.
const MAX_METHODS: usize = 16;

/// Paths that are counted apart; further ones are counted as `other`.
pub const MAX_PATHS: usize = 1024;

/// The longest path, in bytes, that is counted apart.
const MAX_PATH: usize = 256;

/// The name of all that is not counted apart.
const OTHER: &str = "other";

/// A snapshot of what an origin has served.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Served {
    /// Requests whose head has come in, answered or not.
    pub requests: u64,
    /// Connections accepted, those whose TLS handshake failed among them.
    pub connections: u64,
    /// Requests by method; extension methods beyond the first few under `other`.
    pub requests_by_method: BTreeMap<String, u64>,
    /// Requests by path with its query; those beyond the first [`MAX_PATHS`], or too long to keep, under `other`.
    pub requests_by_path: BTreeMap<String, u64>,
    /// Requests answered by 304, because the client had the body already.
    pub not_modified: u64,
    /// Everything read from sockets: heads, bodies, TLS.
    pub bytes_in: Bytes,
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
    meter: Arc<Meter>,
    requests: Mutex<Requests>,
}

#[derive(Debug, Default)]
struct Requests {
    count: u64,
    by_method: BTreeMap<String, u64>,
    by_path: BTreeMap<String, u64>,
    not_modified: u64,
    arrivals: Vec<Duration>,
}

impl Ledger {
    pub(super) fn new(start: Instant, meter: Arc<Meter>) -> Self {
        Self {
            start,
            meter,
            requests: Mutex::default(),
        }
    }

    pub(super) fn request(&self, method: &Method, path: &str) {
        self.meter.message();
        let mut requests = self.requests();
        requests.count += 1;
        count(&mut requests.by_method, method.as_str(), MAX_METHODS);
        let path = if path.len() > MAX_PATH { OTHER } else { path };
        count(&mut requests.by_path, path, MAX_PATHS);
        if requests.arrivals.len() < MAX_ARRIVALS {
            // Read under the lock, so that the list is in order.
            let arrival = self.start.elapsed();
            requests.arrivals.push(arrival);
        }
    }

    pub(super) fn not_modified(&self) {
        self.requests().not_modified += 1;
    }

    pub(super) fn snapshot(&self) -> Served {
        let traffic = self.meter.snapshot();
        let requests = self.requests();
        Served {
            requests: requests.count,
            connections: traffic.connections,
            requests_by_method: requests.by_method.clone(),
            requests_by_path: requests.by_path.clone(),
            not_modified: requests.not_modified,
            bytes_in: traffic.bytes_in,
            bytes_out: traffic.bytes_out,
            arrivals: requests.arrivals.clone(),
        }
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts `name`, or [`OTHER`] when there are `most` names already.
fn count(counts: &mut BTreeMap<String, u64>, name: &str, most: usize) {
    if let Some(count) = counts.get_mut(name) {
        *count += 1;
        return;
    }
    let name = if counts.len() < most { name } else { OTHER };
    *counts.entry(name.to_owned()).or_default() += 1;
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
    fn a_client_that_invents_methods_and_paths_does_not_fill_the_memory() {
        let ledger = Ledger::new(Instant::now(), Arc::default());
        for number in 0..2000 {
            let method = format!("M{number}").parse().unwrap();
            ledger.request(&method, &format!("/{number}"));
        }
        ledger.request(&Method::GET, &"/long".repeat(100));
        let served = ledger.snapshot();
        assert_eq!(served.requests, 2001);
        assert_eq!(served.requests_by_method.len(), MAX_METHODS + 1);
        assert_eq!(served.requests_by_method["other"], 2001 - 16);
        assert_eq!(served.requests_by_path.len(), MAX_PATHS + 1);
        assert_eq!(served.requests_by_path["/7"], 1);
        assert_eq!(served.requests_by_path["other"], 2001 - 1024);
    }
}
