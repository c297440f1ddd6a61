//! What held an upload up: the kernel's own chronograph, by call.
//!
//! The sender's kernel counts the time with data to send or in flight, and of it the time in which the peer's window or
//! our send buffer was full. A call whose request fits the first flight of a connection tells nothing. The counts are in
//! steps of the kernel's clock, and on a connection that several calls share they are everybody's.
//!
//! Window and buffer come first, because the kernel names them. What held the others up, the line or lost packets, is told
//! in [`reason`].
//!
//! The time until the last byte was acknowledged is no work of the server, although most of it passes after the kernel
//! took the request: [`drained`] says how much of the wait that is.

mod reason;

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::path::PathSample;
use netopt_core::phase::Phase;

use crate::course::{FULL_WINDOW, LEAST_CALLS, TELLING};
use crate::facts::{Facts, Times, answered, middle};
use crate::visible::visible;

pub(crate) use reason::{Reason, held, mostly};

/// The part of the busy time from which on a limit is one, where something else confirms it. A sender that paces spreads
/// what the limit lets through, so the kernel counts only the rest of the round trip.
const CONFIRMED: f64 = 0.25;

/// The part that needs no confirmation.
const ALONE: f64 = 0.5;

/// The calls of the baseline whose request is longer than a first flight, with what their connection did; empty when there
/// are too few.
pub(crate) fn uploads(facts: &Facts) -> Vec<(&Exchange, PathSample)> {
    if is_small_alone(facts) {
        // What the connection sent during a call was sent for others.
        return Vec::new();
    }
    let all: Vec<(&Exchange, PathSample)> = facts
        .answered()
        .filter_map(|call| Some((call, long(call)?)))
        .collect();
    if (all.len() as u64) < LEAST_CALLS {
        return Vec::new();
    }
    all
}

/// Whether a call sends little when it is alone on its connection; not, where that was not measured.
pub(crate) fn is_small_alone(facts: &Facts) -> bool {
    let alone = answered(&facts.survey.warm).chain(answered(&facts.survey.fresh));
    middle(alone.map(|call| call.traffic.sent)).is_some_and(|sent| sent <= TELLING)
}

/// What the connection did during a call that sent more than a first flight.
pub(crate) fn long(call: &Exchange) -> Option<PathSample> {
    call.path_of_call()
        .filter(|path| path.bytes_sent.is_some_and(|sent| sent > TELLING))
}

/// The times with the peer's window full in these calls, and their share of the busy time, where that is what held them up.
pub(crate) fn by_the_peers_window(
    facts: &Facts,
    uploads: &[(&Exchange, PathSample)],
) -> Option<(Times, f64)> {
    let confirmed = visible(facts).is_some_and(|trip| fills_the_peers_window(uploads, trip.time));
    let least = if confirmed { CONFIRMED } else { ALONE };
    limited(uploads, |path| path.window_limited, least)
}

/// The times with our send buffer full in these calls, and their share of the busy time, where that is what held them up. A
/// buffer that the client has fixed confirms it.
pub(crate) fn by_our_buffer(
    facts: &Facts,
    uploads: &[(&Exchange, PathSample)],
) -> Option<(Times, f64)> {
    let is_fixed = facts.settings().tcp.send_buffer.is_some();
    let least = if is_fixed { CONFIRMED } else { ALONE };
    limited(uploads, |path| path.buffer_limited, least)
}

/// The times of a limit in these calls, and its share of the busy time; `None` when that is below `least`.
fn limited(
    uploads: &[(&Exchange, PathSample)],
    limit: impl Fn(&PathSample) -> Option<Duration>,
    least: f64,
) -> Option<(Times, f64)> {
    let times: Times = uploads.iter().filter_map(|(_, path)| limit(path)).collect();
    let busy: Times = uploads.iter().filter_map(|(_, path)| path.busy).collect();
    let share = times.mean()?.as_secs_f64() / busy.mean()?.as_secs_f64();
    (share.is_finite() && share >= least).then_some((times, share.min(1.0)))
}

/// What passed of the wait until the request was acknowledged, beyond the round trip; nothing for short requests.
pub(crate) fn drained(call: &Exchange, trip: Duration) -> Duration {
    let send = call.timeline.length(Phase::Send).unwrap_or_default();
    let busy = long(call).and_then(|path| path.busy).unwrap_or_default();
    busy.saturating_sub(send).saturating_sub(trip)
}

/// Whether the rate of these calls is that of the peer's window: a window, and no more, for each round trip.
fn fills_the_peers_window(uploads: &[(&Exchange, PathSample)], trip: Duration) -> bool {
    let full = uploads.iter().filter(|(_, path)| {
        let share = || {
            let windows = path.bytes_sent?.bits() / path.peer_window?.bits();
            Some(windows * trip.as_secs_f64() / path.busy?.as_secs_f64())
        };
        share().is_some_and(|share| FULL_WINDOW.contains(&share))
    });
    full.count() * 2 > uploads.len()
}
