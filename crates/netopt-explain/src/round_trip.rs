//! The round trip of the path, as seen from what was measured.
//!
//! The kernel's smallest round trip is the best single figure, but it ends where TCP ends ([`visible`]). A relay, a proxy
//! or a load balancer that terminates TCP in front of the server shows the kernel a short path and hides the long one
//! behind it. Two facts give the hidden path away:
//!
//! - **The first request pays for it.** Such a relay opens its own connection when ours opens, so the first request on a
//!   connection waits one hidden round trip longer than the next: p50(wait, new) − p50(wait, kept).
//! - **TLS goes through it.** A handshake takes as many round trips as its version asks for, and behind a relay one more
//!   for the relay's own connection. What the shortest handshake took beyond the visible round trips and the cryptography
//!   is two hidden ones.
//!
//! The larger of the two is added to the visible round trip, but never beyond what a kept connection waits in all. A
//! server that does extra work for each new connection, or is slow at cryptography, looks like a longer path. What is
//! left of the wait is then too little, so a processing time that is computed with this round trip is a lower bound.
//!
//! Without a relay both facts come out as nothing.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::phase::Phase;

use crate::facts::{Connection, Facts, Times, on};
use crate::handshake::{chain_trips, is_old};
use crate::stall;
use crate::visible::every_call;

pub use crate::visible::{RoundTrip, Source, visible};

/// A hidden part below this is not told: a server needs as much to set up a connection.
pub const LEAST_HIDDEN: Duration = Duration::from_millis(1);

/// What both sides of a TLS handshake need for the cryptography on an ordinary machine: taken off before it counts as path.
pub const CRYPTOGRAPHY: Duration = Duration::from_millis(2);

/// The round trip of the whole path; `None` when nothing tells.
#[must_use]
pub fn round_trip(facts: &Facts) -> Option<RoundTrip> {
    let visible = visible(facts)?;
    let hidden = [first_request(facts), tls(facts, visible.time)];
    let whole = hidden
        .into_iter()
        .flatten()
        .max_by_key(|trip| trip.time)
        .map_or(visible, |hidden| RoundTrip {
            time: visible.time.saturating_add(hidden.time),
            ..hidden
        });
    Some(RoundTrip {
        time: kept_waits(facts)
            .p50()
            .map_or(whole.time, |most| whole.time.min(most)),
        ..whole
    })
}

/// The extra wait of the first request on a connection, when a relay in front pays the hidden path with it.
#[must_use]
pub fn hidden_by_relay(facts: &Facts) -> Option<Duration> {
    first_request(facts).map(|trip| trip.time)
}

/// The hidden part, from the extra wait of first requests.
fn first_request(facts: &Facts) -> Option<RoundTrip> {
    let first: Times = on(&facts.survey.fresh, Connection::New)
        .filter_map(first_wait)
        .collect();
    let later = kept_waits(facts);
    let time = first.clearly_above(&later)?;
    (time >= LEAST_HIDDEN).then(|| RoundTrip {
        time,
        source: Source::FirstRequest,
        n: first.n().min(later.n()),
    })
}

/// What the first request on a connection waited for: of WebSocket, the agreement to speak it.
fn first_wait(exchange: &Exchange) -> Option<Duration> {
    let upgrade = exchange.timeline.length(Phase::Upgrade);
    upgrade.or_else(|| exchange.wait())
}

/// The hidden part, from the shortest TLS handshake.
fn tls(facts: &Facts, visible: Duration) -> Option<RoundTrip> {
    let beyond: Times = every_call(facts)
        .filter_map(|exchange| {
            let took = exchange.timeline.length(Phase::Tls)?;
            let session = exchange.connection.as_ref()?.tls.as_ref()?;
            let second = u32::from(is_old(session));
            let beyond_the_first = if session.resumed {
                0
            } else {
                second + chain_trips(session)
            };
            let trips = 1 + beyond_the_first;
            let known = visible.saturating_mul(trips).saturating_add(CRYPTOGRAPHY);
            Some(took.saturating_sub(known) / 2)
        })
        .collect();
    let time = beyond.least().filter(|_| beyond.is_enough())?;
    (time >= LEAST_HIDDEN).then(|| RoundTrip {
        time,
        source: Source::Tls,
        n: beyond.n(),
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

#[cfg(test)]
mod tests;
