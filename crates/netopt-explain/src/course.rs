//! What held a download up, told by the receiver.
//!
//! A sender knows what limits it; whoever only receives has three things to go by: the course of the arrivals, its own
//! window, and whether packets came out of order. Each longer answer gets exactly one reason, so that no time is claimed by
//! two audits:
//!
//! - **Line:** data comes as steadily as it can; there is hardly a pause.
//! - **Loss:** packets came out of order, and the pauses are what the sender made of it.
//! - **Our window of HTTP/2:** the same, by the window of a stream or of the connection that we grant (RFC 9113 §5.2).
//! - **Our window:** a window and no more for each round trip (RFC 7323 §1.1: window over round trip bounds the rate).
//! - **Slow start:** flights that grow from one round trip to the next (RFC 5681 §3.1), on a new connection or, after a
//!   pause longer than the retransmission time-out, on a kept one (§4.1).
//! - **The sender:** the same amount each round trip, without a reason on our side, or bursts that wait for more than a window
//!   would ([`bursts`]): its send buffer, or how it writes.
//!
//! The pauses are what is left of the receive phase when the bytes are put on the line at the highest rate that was seen over
//! an eighth of a round trip. That rate is a lower bound, so the pauses are one as well.

mod bursts;
mod peak;
pub(crate) mod stream_window;

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::finding::{Evidence, Severity};
use netopt_core::model::slow_start::{INITIAL_WINDOW, rounds};
use netopt_core::phase::Phase;
use netopt_core::unit::{BitRate, Bytes};

use crate::evidence;
use crate::facts::{Facts, Times};
use crate::line::SEGMENT;
use crate::visible::visible;
use crate::worth;

/// Answers up to here fit the first flight of a connection (RFC 6928) and tell nothing.
pub(crate) const TELLING: Bytes = Bytes::new(INITIAL_WINDOW * SEGMENT.get());

/// With fewer longer answers nothing is said.
pub(crate) const LEAST_CALLS: u64 = 5;

/// A long answer is looked at in so many stretches, however short its round trip: lateness of this machine is a part of narrower
/// ones.
const MOST_STRETCHES: u32 = 64;

/// A stretch with this share of the mean is no pause.
const STEADY: f64 = 0.6;

/// Steadiness is not looked at more closely than this: a client that is woken for each packet is not steady below.
const LEAST_STRETCH: Duration = Duration::from_micros(500);

/// Fewer stretches have no course.
const LEAST_STRETCHES: usize = 8;

/// A receiver's round trip above this times the empty one shows a queue.
pub(crate) const QUEUED: f64 = 1.25;

/// How near the rate is to a window a round trip when the window is the limit: below, the kernel's tuned window leaves room
/// of at least two; above, the window moved.
pub(crate) const FULL_WINDOW: std::ops::RangeInclusive<f64> = 0.6..=1.4;

/// Fewer windows than this do not show a limit.
const LEAST_WINDOWS: f64 = 3.0;

/// Flights of the same size, with so many of them, and none beyond this times another.
const LEAST_FLAT: usize = 4;
const FLAT: f64 = 1.5;

/// A sender whose waiting is a smaller part of the answer is not held by its buffer: a machine that stood still once looks the
/// same.
const LEAST_WAITING: f64 = 0.2;

/// One of so many answers with packets out of order, and the path loses packets.
const LOSSY: usize = 10;

/// The least retransmission time-out of Linux; no pause below it makes a sender begin again (RFC 5681 §4.1).
const LEAST_IDLE: Duration = Duration::from_millis(200);

/// Why the receive phase of a call took what it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Line,
    Loss,
    Window,
    StreamWindow,
    SlowStart,
    IdleRestart,
    Sender,
    Unknown,
}

/// A longer answer, and what held it up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held<'a> {
    pub(crate) call: &'a Exchange,
    pub(crate) reason: Reason,
    /// The receive phase less what the line needs.
    pub(crate) paused: Duration,
    /// What the line needs.
    pub(crate) on_the_line: Duration,
}

/// All longer answers of the baseline with their reasons; empty when there are too few or the round trip is unknown.
pub(crate) fn downloads(facts: &Facts) -> Vec<Held<'_>> {
    let Some(trip) = visible(facts).map(|trip| trip.time) else {
        return Vec::new();
    };
    let calls: Vec<&Exchange> = facts.answered().filter(|call| is_long(call)).collect();
    let Some(peak) = peak::peak(facts, &calls, trip).filter(|_| calls.len() as u64 >= LEAST_CALLS)
    else {
        return Vec::new();
    };
    let granted = stream_window::granted(facts);
    let mut all: Vec<Held<'_>> = calls
        .into_iter()
        .filter_map(|call| held(call, trip, peak, granted))
        .collect();
    after_losses(&mut all);
    all
}

/// A window that a loss has cut grows by a segment each round trip (RFC 5681 §3.1), which looks like a sender that is held, in
/// the answers after the one that lost something.
fn after_losses(all: &mut [Held<'_>]) {
    let disordered = all.iter().filter(|held| is_disordered(held.call)).count();
    if disordered * LOSSY < all.len() || disordered == 0 {
        return;
    }
    for held in all.iter_mut() {
        if held.reason == Reason::Sender {
            held.reason = Reason::Loss;
        }
    }
}

/// The calls with this reason, as a share of all longer answers, and what they paused; `None` below half of them.
pub(crate) fn most(downloads: &[Held<'_>], reason: Reason) -> Option<(Times, f64)> {
    let paused: Times = downloads
        .iter()
        .filter(|held| held.reason == reason)
        .map(|held| held.paused)
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    let share = paused.n() as f64 / downloads.len().max(1) as f64;
    (paused.n() > 0 && share >= 0.5).then_some((paused, share))
}

/// What most longer answers have in common, if they have one reason and it is worth telling: the part of a finding that is the
/// same for each reason.
pub(crate) struct Common {
    /// The pauses at the median, at most a whole call.
    pub(crate) saving: Duration,
    pub(crate) severity: Severity,
    /// The share of the longer answers.
    pub(crate) share: f64,
    /// How many longer answers there are.
    pub(crate) n: u64,
    pub(crate) evidence: Vec<Evidence>,
}

/// What the longer answers have in common if most of them have this reason; `p50` is that of a call.
pub(crate) fn common(
    facts: &Facts,
    downloads: &[Held<'_>],
    reason: Reason,
    p50: Duration,
) -> Option<Common> {
    let (paused, share) = most(downloads, reason)?;
    let saving = paused.p50()?.min(p50);
    let severity = worth::severity(saving, p50)?;
    let n = downloads.len() as u64;
    let mut evidence = vec![evidence::ratio("longer answers with this course", share, n)];
    evidence.extend(evidence::median("pauses in the answer p50", &paused));
    evidence
        .extend(visible(facts).map(|trip| evidence::time(trip.source.name(), trip.time, trip.n)));
    Some(Common {
        saving,
        severity,
        share,
        n,
        evidence,
    })
}

fn is_long(call: &Exchange) -> bool {
    call.arrivals.total() > TELLING
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Whether data comes all the time: of the stretches of a quarter of a round trip half have at least [`STEADY`] of the mean.
/// Lateness of this machine moves data between neighbours and hardly changes that.
#[expect(clippy::cast_precision_loss, reason = "a small count")]
fn is_steady(call: &Exchange, trip: Duration) -> bool {
    // Two slices are the narrowest stretch that can be told.
    let least = (call.arrivals.span() / MOST_STRETCHES)
        .max(call.arrivals.slice() * 2)
        .max(LEAST_STRETCH);
    let stretches = call.arrivals.by((trip / 4).max(least));
    let mean = call.arrivals.total().bits() / stretches.len().max(1) as f64;
    let middle = median(stretches.iter().map(|data| data.bits()).collect());
    stretches.len() >= LEAST_STRETCHES && middle.is_some_and(|middle| middle >= STEADY * mean)
}

/// Whether an answer on a new connection took no more flights than slow start asks for, and one: a sender that paces
/// spreads them until they look steady, and a full line takes more.
fn is_first_flights(call: &Exchange, flights: &[Bytes]) -> bool {
    let asked = usize::try_from(rounds(call.arrivals.total(), SEGMENT)).unwrap_or(usize::MAX);
    !call.is_reused() && flights.len() > 1 && flights.len() <= asked.saturating_add(1)
}

/// Whether the receiver's round trip shows a queue: a full line has one when it loses packets.
fn stands_in_a_queue(call: &Exchange, trip: Duration) -> bool {
    call.path
        .as_ref()
        .and_then(|path| path.receive_rtt)
        .is_some_and(|loaded| loaded > trip.mul_f64(QUEUED))
}

fn is_disordered(call: &Exchange) -> bool {
    call.path_of_call()
        .and_then(|path| path.out_of_order)
        .is_some_and(|packets| packets > 0)
}

fn held(
    call: &Exchange,
    trip: Duration,
    peak: BitRate,
    granted: Option<Bytes>,
) -> Option<Held<'_>> {
    let receive = call.timeline.length(Phase::Receive)?;
    let disordered = is_disordered(call);
    let flights = call.arrivals.flights(trip);
    let is_granted = |window: &Bytes| {
        let fills = fills(call, *window, receive, trip);
        fills && stream_window::bounds(call) && has_pauses(call, receive, trip)
    };
    let reason = if granted.as_ref().is_some_and(is_granted) {
        Reason::StreamWindow
    } else if !disordered && fills_our_window(call, receive, trip) {
        Reason::Window
    } else if !disordered && is_held_back(call, receive, trip) {
        Reason::Sender
    } else if is_steady(call, trip)
        && !is_first_flights(call, &flights)
        && (!disordered || stands_in_a_queue(call, trip))
    {
        Reason::Line
    } else if disordered {
        Reason::Loss
    } else {
        by_flights(call, &flights)
    };
    let on_the_line = if reason == Reason::Line {
        receive
    } else {
        (call.arrivals.total() / peak).min(receive)
    };
    let paused = receive.saturating_sub(on_the_line);
    Some(Held {
        call,
        reason,
        paused,
        on_the_line,
    })
}

/// Whether the sender was held again and again, for a good part of the answer.
fn is_held_back(call: &Exchange, receive: Duration, trip: Duration) -> bool {
    let waited = bursts::waited(&call.arrivals, trip);
    !waited.is_zero() && waited >= receive.mul_f64(LEAST_WAITING)
}

/// Whether data does not come all the time: for a good part of the answer there is silence, or it is not steady.
fn has_pauses(call: &Exchange, receive: Duration, trip: Duration) -> bool {
    let silent = bursts::silent(&call.arrivals, trip);
    silent >= receive.mul_f64(LEAST_WAITING) && !silent.is_zero() || !is_steady(call, trip)
}

/// Our window of TCP, and no more, for each round trip.
fn fills_our_window(call: &Exchange, receive: Duration, trip: Duration) -> bool {
    let window = call.path.as_ref().and_then(|path| path.receive_window);
    window.is_some_and(|window| fills(call, window, receive, trip))
}

/// A window, and no more, for each round trip.
fn fills(call: &Exchange, window: Bytes, receive: Duration, trip: Duration) -> bool {
    if window == Bytes::ZERO {
        return false;
    }
    let windows = call.arrivals.total().bits() / window.bits();
    let full = windows * trip.as_secs_f64() / receive.as_secs_f64();
    windows >= LEAST_WINDOWS && FULL_WINDOW.contains(&full)
}

fn by_flights(call: &Exchange, flights: &[Bytes]) -> Reason {
    let [first, .., _] = flights else {
        return Reason::Unknown;
    };
    // The first flight may share its round trip with the head, and the last one is what is left.
    let middle = flights.get(1..flights.len() - 1).unwrap_or_default();
    let (least, most) = (middle.iter().min(), middle.iter().max());
    let is_flat = least
        .zip(most)
        .is_some_and(|(least, most)| least.bits() > 0.0 && most.bits() <= least.bits() * FLAT);
    if middle.len() >= LEAST_FLAT && is_flat {
        return Reason::Sender;
    }
    // From flight to flight a window doubles; what comes last may be anything.
    let rises = middle.last().is_none_or(|most| most > first);
    if !rises {
        Reason::Unknown
    } else if !call.is_reused() {
        Reason::SlowStart
    } else if call.idle().is_some_and(|idle| idle >= LEAST_IDLE) {
        Reason::IdleRestart
    } else {
        Reason::Unknown
    }
}

#[cfg(test)]
mod tests;
