//! The server's work, as far as the outside can tell: what is left of the wait when the path is taken off: the round trip,
//! queues, and the time that the answer's first segment takes on the line.
//!
//! Calls made one by one on a kept connection are the cleanest source: no queue of ours, no handshake, no first request.
//! The baseline serves where there are none, less what it stood in queues of the path.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::phase::Phase;

use crate::facts::{Connection, Facts, Times, on, phase};
use crate::line;
use crate::queuing::queuing;
use crate::round_trip::{RoundTrip, round_trip};
use crate::stall;
use crate::standing;
use crate::upload;
use crate::visible::every_call;

/// The server's work per call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Processing {
    /// At the median; a lower bound, see [`crate::round_trip`].
    pub(crate) time: Duration,
    /// The waits that it comes from.
    pub(crate) wait: Times,
    /// Which calls they are of.
    pub(crate) of: &'static str,
    /// What was taken off for the path.
    pub(crate) trip: RoundTrip,
    /// Whether the server's work can be told from a path that a relay hides. It cannot when each call had a new
    /// connection without TLS: then both look the same.
    pub(crate) apart: bool,
}

/// The server's work per call; `None` without enough waits or without a round trip.
pub(crate) fn processing(facts: &Facts) -> Option<Processing> {
    let trip = round_trip(facts)?;
    // What others fill is in the way of single calls as well.
    let delay = standing::delay(facts);
    let queued = queuing(facts).unwrap_or_default().max(delay);
    let waits = |calls: &[Exchange], connection| phase(on(calls, connection), Phase::Wait);
    let baseline = &facts.baseline.exchanges;
    let sources = [
        (
            "wait p50, one by one",
            waits(&facts.survey.warm, Connection::Reused),
            delay,
            true,
        ),
        (
            "wait p50, baseline",
            waits(baseline, Connection::Reused),
            queued,
            true,
        ),
        (
            "wait p50, baseline, new connections",
            waits(baseline, Connection::New),
            queued,
            false,
        ),
        (
            "wait p50, new connections",
            waits(&facts.survey.fresh, Connection::New),
            delay,
            false,
        ),
    ];
    let (of, wait, queued, kept) = sources.into_iter().find(|(_, wait, ..)| wait.is_enough())?;
    let held = match stall::ours(facts) {
        Some(stall) if kept => stall.time,
        _ => Duration::ZERO,
    };
    let drained = drained(facts, trip.time);
    let path = [trip.time, queued, held, first_segment(facts), drained]
        .into_iter()
        .fold(Duration::ZERO, Duration::saturating_add);
    Some(Processing {
        time: wait.p50()?.saturating_sub(path),
        wait,
        of,
        trip,
        apart: kept || shows_tls(facts),
    })
}

/// What a longer request took until it was acknowledged, beyond the round trip: it is the path's, and passes in the wait.
fn drained(facts: &Facts, trip: Duration) -> Duration {
    let single: Times = on(&facts.survey.warm, Connection::Reused)
        .map(|call| upload::drained(call, trip))
        .collect();
    let all: Times = facts
        .answered()
        .map(|call| upload::drained(call, trip))
        .collect();
    let times = if single.is_enough() { single } else { all };
    times.p50().unwrap_or_default()
}

/// What the first segment of an answer takes on the line, at the median.
fn first_segment(facts: &Facts) -> Duration {
    let rate = line::rate(facts);
    let times: Times = every_call(facts)
        .map(|call| line::first_segment(call, rate))
        .collect();
    times.p50().unwrap_or_default()
}

/// True when a TLS handshake was seen: it goes end to end and shows the whole path.
fn shows_tls(facts: &Facts) -> bool {
    phase(facts.answered().chain(&facts.survey.fresh), Phase::Tls).is_enough()
}
