//! How late a link may be before a run over it measures the link.
//!
//! One rule for both links. What it leaves alone: how lateness is counted.

use std::time::Duration;

/// A delivery may be late by this share of the round-trip time, at the 99th percentile.
pub const LATEST: f64 = 0.1;

/// A path shorter than this is judged as if it were as long: a wake-up takes some 60 µs, and on a path without length
/// every packet is late by all of the time it takes to carry it.
pub const SHORTEST_JUDGED: Duration = Duration::from_millis(2);

/// The 99th percentile of lateness up to which a run over a path of that round-trip time counts.
#[must_use]
pub fn allowed(rtt: Duration) -> Duration {
    rtt.max(SHORTEST_JUDGED).mul_f64(LATEST)
}
