//! The server's work, as far as the outside can tell: what is left of the wait when the path is taken off: the round trip,
//! queues, a long head, the time on the line of what had come of the answer when the client saw it, and the time for which the client
//! let it lie in the kernel.
//!
//! Calls made one by one on a kept connection are the cleanest source: no queue of ours, no handshake, no first request.
//! The baseline serves where there are none, less what it stood in queues of the path.

use std::time::Duration;

use netopt_core::phase::Phase;

use crate::facts::{Connection, Facts, Times, on, phase};
use crate::heads;
use crate::line;
use crate::queuing::queuing;
use crate::round_trip::{RoundTrip, round_trip};
use crate::stall;
use crate::standing;
use crate::upload;

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
    let (single, baseline) = (&facts.survey, &facts.baseline.exchanges);
    let (new, reused) = (Connection::New, Connection::Reused);
    let sources = [
        ("wait p50, one by one", &single.warm, reused, delay),
        ("wait p50, baseline", baseline, reused, queued),
        ("wait p50, baseline, new connections", baseline, new, queued),
        ("wait p50, new connections", &single.fresh, new, delay),
    ];
    let (of, calls, connection, queued) = sources
        .into_iter()
        .find(|(_, calls, connection, _)| phase(on(calls, *connection), Phase::Wait).is_enough())?;
    let kept = connection == reused;
    let held = match stall::ours(facts) {
        Some(stall) if kept => stall.time,
        _ => Duration::ZERO,
    };
    let drained = drained(facts, trip.time);
    let heads = heads::time(facts);
    let path = [trip.time, queued, held, drained, heads]
        .into_iter()
        .fold(Duration::ZERO, Duration::saturating_add);
    let rate = line::rate(facts);
    let off_the_line: Times = on(calls, connection)
        .filter_map(|call| {
            // While the client had not yet seen the first segment, later ones came. Both at a time count once.
            let (in_the_wait, _) = line::on_the_line(call, rate);
            let first = rate.map_or(Duration::ZERO, |rate| line::first_segment(call, rate));
            let spent = in_the_wait.max(first.saturating_add(line::lay_unread(call)));
            Some(call.wait()?.saturating_sub(spent))
        })
        .collect();
    Some(Processing {
        time: off_the_line.p50()?.saturating_sub(path),
        wait: phase(on(calls, connection), Phase::Wait),
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

/// True when a TLS handshake was seen: it goes end to end and shows the whole path.
fn shows_tls(facts: &Facts) -> bool {
    phase(facts.answered().chain(&facts.survey.fresh), Phase::Tls).is_enough()
}
