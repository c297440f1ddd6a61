//! What held an upload up where neither a window nor a buffer did: the line, or lost packets.
//!
//! The kernel has no count for either, so each longer request gets its reason from what it sent and how long that took:
//!
//! - **Loss:** some of it was sent again, no queue stands in front of the line, and the congestion control is one that takes
//!   each loss for a full line (RFC 5681 §3.1, RFC 9438 §4.6). A full line loses packets too, but not before its queue is full,
//!   and a queue shows in the round trip.
//! - **Line:** for several round trips data went at the highest rate that the kernel saw delivered. A window that still grows
//!   does not: it sends half of all in its last flight.
//!
//! What this leaves alone: windows and buffers, which the kernel names itself.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::model::slow_start::rounds;
use netopt_core::path::PathSample;
use netopt_core::unit::{BitRate, Bytes};

use super::{by_our_buffer, by_the_peers_window, long, uploads};
use crate::bbr;
use crate::course::{LEAST_CALLS, QUEUED};
use crate::facts::{Facts, answered};
use crate::line::SEGMENT;
use crate::visible::visible;

/// The share of the highest rate from which on a request fills the line, over all of its busy time. In slow start flights of 1,
/// 2, 4 and 4 parts come to 0.69 of the highest rate, and more flights to less.
const FILLS: f64 = 0.75;

/// Fewer round trips of a growing window look as steady as a line; and a line that is full for fewer is not at [`FILLS`], because
/// the last of them is waiting for an acknowledgement.
const LEAST_TRIPS: u32 = 4;

/// Why a longer request took what it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Line,
    Loss,
    Unknown,
}

/// A longer request, and what held it up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub(crate) reason: Reason,
    /// What was sent, without repetitions.
    pub(crate) size: Bytes,
    /// The share of it that was sent again.
    pub(crate) again: f64,
    /// What the line needs for it, at the highest rate that was delivered.
    pub(crate) on_the_line: Duration,
    /// What it took beyond the flights of a window that doubles each round trip: at most so much was lost to its reason.
    pub(crate) beyond_flights: Duration,
}

/// All longer requests of the baseline with their reasons; empty when a window or a buffer held them up, there are too few, or
/// the round trip is unknown.
pub(crate) fn held(facts: &Facts) -> Vec<Held> {
    let all = uploads(facts);
    let named = by_the_peers_window(facts, &all).is_some() || by_our_buffer(facts, &all).is_some();
    let (Some(trip), Some(highest), false) = (visible(facts), highest(facts), named) else {
        return Vec::new();
    };
    all.into_iter()
        .filter_map(|(call, path)| one(call, &path, trip.time, highest))
        .collect()
}

/// Those with this reason; `None` when they are fewer than half.
pub(crate) fn mostly(all: &[Held], reason: Reason) -> Option<Vec<Held>> {
    let found: Vec<Held> = all
        .iter()
        .filter(|held| held.reason == reason)
        .copied()
        .collect();
    (!found.is_empty() && found.len() * 2 >= all.len()).then_some(found)
}

/// The highest rate of delivery: of the calls of the baseline, and of those made one by one on new and on kept connections, the
/// upper quartile each, and of these the highest. A single rate may come from acknowledgements that were held up together.
fn highest(facts: &Facts) -> Option<BitRate> {
    let survey = &facts.survey;
    let groups = [&facts.baseline.exchanges, &survey.fresh, &survey.warm];
    let upper = groups.into_iter().filter_map(|group| {
        let mut rates: Vec<f64> = answered(group)
            .filter_map(|call| Some(long(call)?.delivery_rate?.bps()))
            .collect();
        rates.sort_by(f64::total_cmp);
        let last = rates.len().checked_sub(1)?;
        (rates.len() as u64 >= LEAST_CALLS).then_some(rates[last - last / 4])
    });
    BitRate::from_bps(upper.max_by(f64::total_cmp)?)
}

fn one(call: &Exchange, path: &PathSample, trip: Duration, highest: BitRate) -> Option<Held> {
    let (sent, busy) = (path.bytes_sent?, path.busy?);
    let again = path.bytes_again.unwrap_or_default().min(sent);
    let size = sent.saturating_sub(again);
    let is_lossy = again > Bytes::ZERO && goes_by_loss(call) && !stands_in_a_queue(path, trip);
    let reason = if is_lossy {
        Reason::Loss
    } else if fills(path, size, busy, trip, highest) {
        Reason::Line
    } else {
        Reason::Unknown
    };
    let flights = rounds(size, SEGMENT);
    Some(Held {
        reason,
        size,
        again: again.bits() / sent.bits().max(1.0),
        on_the_line: (size / highest).min(busy),
        beyond_flights: busy.saturating_sub(trip.saturating_mul(flights)),
    })
}

/// Whether a loss makes this sender slow down; true where the kernel does not name its congestion control.
fn goes_by_loss(call: &Exchange) -> bool {
    call.connection
        .as_ref()
        .and_then(|connection| connection.congestion_control)
        .is_none_or(|name| !name.as_str().starts_with(bbr::NAME))
}

fn stands_in_a_queue(path: &PathSample, trip: Duration) -> bool {
    path.rtt.is_some_and(|loaded| loaded > trip.mul_f64(QUEUED))
}

/// Whether data went at the highest rate for several round trips, and always more of it was there.
fn fills(path: &PathSample, size: Bytes, busy: Duration, trip: Duration, highest: BitRate) -> bool {
    let rate = size.over(busy);
    busy >= trip.saturating_mul(LEAST_TRIPS)
        && path.app_limited != Some(true)
        && rate.is_some_and(|rate| rate.bps() >= highest.bps() * FILLS)
}

#[cfg(test)]
mod tests;
