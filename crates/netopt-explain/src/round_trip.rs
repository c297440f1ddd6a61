//! The round trip of the path, as seen from what was measured.
//!
//! The kernel's smallest round trip is the best single figure, but it ends where TCP ends. A relay, a proxy or a load
//! balancer that terminates TCP in front of the server shows the kernel a short path and hides the long one behind it.
//! Two facts give the hidden path away:
//!
//! - **The first request pays for it.** Such a relay opens its own connection when ours opens, so the first request on a
//!   connection waits one hidden round trip longer than the next: p50(wait, new) − p50(wait, kept).
//! - **TLS goes through it.** A handshake end to end takes at least one round trip, two behind a relay. Half of the
//!   shortest one, less the time for the cryptography, is a round trip that is really there.
//!
//! The result is the largest of the three, but never more than a kept connection waits in all. A server that does extra
//! work for each new connection, or is slow at cryptography, looks like a longer path. What is left of the wait is then
//! too little, so a processing time that is computed with this round trip is a lower bound.
//!
//! With no relay, both facts stay below the kernel's figure and change nothing.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::phase::Phase;

use crate::facts::{Connection, Facts, Times, answered, on, phase};
use crate::stall;

/// A first request has to wait longer than a later one by this much before it tells of a hidden path; less is what a
/// server needs to set up a connection.
pub const LEAST_HIDDEN: Duration = Duration::from_millis(1);

/// What both sides of a TLS handshake need for the cryptography on an ordinary machine: taken off before it counts as path.
pub const CRYPTOGRAPHY: Duration = Duration::from_millis(2);

/// A round trip and where the figure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundTrip {
    /// There and back on an empty path.
    pub time: Duration,
    /// What gave the figure.
    pub source: Source,
    /// The number of samples behind it.
    pub n: u64,
}

/// What gave a round trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The kernel's smallest round trip, p50 over the calls.
    Kernel,
    /// The shortest TCP handshake, where the kernel tells nothing.
    Connect,
    /// The extra wait of the first request on a connection.
    FirstRequest,
    /// The shortest TLS handshake.
    Tls,
}

impl Source {
    /// The name in evidence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kernel => "round trip (kernel min_rtt p50)",
            Self::Connect => "round trip (shortest connect)",
            Self::FirstRequest => "round trip (first request over later ones)",
            Self::Tls => "round trip (from the shortest tls handshake)",
        }
    }
}

/// The round trip of the whole path; `None` when nothing tells.
#[must_use]
pub fn round_trip(facts: &Facts) -> Option<RoundTrip> {
    let seen = [visible(facts), first_request(facts), tls(facts)];
    let longest = seen.into_iter().flatten().max_by_key(|trip| trip.time)?;
    Some(RoundTrip {
        time: kept_waits(facts)
            .p50()
            .map_or(longest.time, |most| longest.time.min(most)),
        ..longest
    })
}

/// The round trip up to where TCP ends: what acknowledgements take, whatever lies behind.
#[must_use]
pub fn visible(facts: &Facts) -> Option<RoundTrip> {
    let kernel: Times = all(facts)
        .filter_map(|exchange| exchange.path?.min_rtt)
        .collect();
    let found = |time, source, n| RoundTrip { time, source, n };
    kernel
        .p50()
        .map(|time| found(time, Source::Kernel, kernel.n()))
        .or_else(|| {
            let connects = phase(all(facts), Phase::Connect);
            Some(found(connects.least()?, Source::Connect, connects.n()))
        })
}

fn first_request(facts: &Facts) -> Option<RoundTrip> {
    let first = phase(on(&facts.survey.fresh, Connection::New), Phase::Wait);
    let later = kept_waits(facts);
    let time = first.clearly_above(&later)?;
    (time >= LEAST_HIDDEN).then(|| RoundTrip {
        time,
        source: Source::FirstRequest,
        n: first.n().min(later.n()),
    })
}

fn tls(facts: &Facts) -> Option<RoundTrip> {
    let handshakes = phase(all(facts), Phase::Tls);
    if !handshakes.is_enough() {
        return None;
    }
    Some(RoundTrip {
        time: handshakes.least()?.saturating_sub(CRYPTOGRAPHY) / 2,
        source: Source::Tls,
        n: handshakes.n(),
    })
}

/// Waits on kept connections, one call at a time, less what Nagle's algorithm held back there: a first request is not
/// held for so long, because a new connection is acknowledged at once.
fn kept_waits(facts: &Facts) -> Times {
    let held = stall::ours(facts).map_or(Duration::ZERO, |stall| stall.time);
    on(&facts.survey.warm, Connection::Reused)
        .filter_map(Exchange::wait)
        .map(|wait| wait.saturating_sub(held))
        .collect()
}

fn all(facts: &Facts) -> impl Iterator<Item = &Exchange> {
    facts
        .answered()
        .chain(answered(&facts.survey.fresh))
        .chain(answered(&facts.survey.warm))
}

#[cfg(test)]
mod tests;
