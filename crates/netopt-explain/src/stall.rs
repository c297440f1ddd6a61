//! Two programs that wait for each other's acknowledgement: Nagle's algorithm meets the delayed acknowledgement.
//!
//! A sender with Nagle's algorithm on (RFC 896, RFC 9293 §3.7.4) keeps a small piece back while an earlier one is not
//! acknowledged; a receiver delays the acknowledgement (RFC 9293 §3.8.6.3), Linux by 40 ms, others by up to 200 ms. A
//! message in two writes then stands still for a round trip and that delay.
//!
//! - **Ours:** we hold the rest of a request. The stall lies in the wait, and the kernel says what it held.
//! - **Theirs:** the server holds the rest of an answer. The stall lies between two arrivals of a small answer.
//!
//! Linux acknowledges the first segments of a connection at once, so a new connection does not stall: that tells a stall
//! from a server that pauses. All figures here use the round trip up to where TCP ends, because acknowledgements come
//! from there.

use std::ops::RangeInclusive;
use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::model::slow_start::INITIAL_WINDOW;
use netopt_core::phase::Phase;
use netopt_core::unit::Bytes;

use crate::facts::{Connection, Facts, Times, on, phase};
use crate::visible::visible;

/// Linux delays an acknowledgement by 40 ms; a timer tick and a wake-up come on top.
pub const SHORT_DELAY: RangeInclusive<Duration> =
    Duration::from_millis(35)..=Duration::from_millis(60);

/// Other systems delay it by 200 ms.
pub const LONG_DELAY: RangeInclusive<Duration> =
    Duration::from_millis(180)..=Duration::from_millis(260);

/// The nominal delay on Linux, for the estimate where new connections do not show it.
const NOMINAL_DELAY: Duration = Duration::from_millis(40);

/// Below this number of calls on kept connections nothing is said.
pub const LEAST_CALLS: u64 = 5;

/// A stall has to show in this share of the calls: it is a mechanism, not an accident.
pub const LEAST_STALLED: f64 = 0.5;

/// An answer up to here fits the initial window of ten segments (RFC 6928), so a gap in it is not the window's.
pub const SMALL_ANSWER: Bytes = Bytes::new(INITIAL_WINDOW * 1448);

/// A stall that most calls show.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stall {
    /// What it costs a call at the median.
    pub(crate) time: Duration,
    /// The waits, or the gaps, that show it.
    pub(crate) seen: Times,
    /// The share of calls that show it.
    pub(crate) share: f64,
    /// The calls looked at.
    pub(crate) n: u64,
}

/// Calls on kept connections: those of the baseline, and the survey's where these are too few.
pub(crate) fn kept(facts: &Facts) -> Vec<&Exchange> {
    let mut calls: Vec<&Exchange> = on(&facts.baseline.exchanges, Connection::Reused).collect();
    if (calls.len() as u64) < LEAST_CALLS {
        calls.extend(on(&facts.survey.warm, Connection::Reused));
    }
    calls
}

/// What Nagle's algorithm on our side costs; `None` when it is off, holds nothing or nothing is known.
pub(crate) fn ours(facts: &Facts) -> Option<Stall> {
    let calls = kept(facts);
    let n = calls.len() as u64;
    if n < LEAST_CALLS || !holds_back(facts, &calls) {
        return None;
    }
    let trip = visible(facts).map_or(Duration::ZERO, |trip| trip.time);
    let told = calls.iter().filter(|call| call.traffic.held.is_some());
    let held = |call: &&&Exchange| call.traffic.held > Some(Bytes::ZERO);
    if told.count() as u64 >= LEAST_CALLS {
        let share = share(calls.iter().filter(held).count() as u64, n);
        let seen = phase(calls.iter().filter(held).map(|call| &**call), Phase::Wait);
        let above = seen.p50()?.saturating_sub(trip);
        let time = above.min(held_for(facts, above, trip));
        return (share >= LEAST_STALLED && !time.is_zero()).then_some(Stall {
            time,
            seen,
            share,
            n,
        });
    }
    by_timing(facts, &calls, trip)
}

/// How long the kernel held what it held: until the acknowledgement came, at once or delayed. New connections that were held, too,
/// but not delayed, show the delay itself; the timer of an acknowledgement goes off some milliseconds after its nominal time.
fn held_for(facts: &Facts, above: Duration, trip: Duration) -> Duration {
    let delay = above.saturating_sub(trip);
    let new = || on(&facts.survey.fresh, Connection::New);
    let without_delay = phase(new(), Phase::Wait)
        .p50()
        .map(|wait| above.saturating_sub(wait.saturating_sub(trip)));
    let held = new().filter(|call| call.traffic.held > Some(Bytes::ZERO));
    let shown = (held.count() * 2 > new().count())
        .then_some(without_delay)
        .flatten()
        .filter(|delay| SHORT_DELAY.contains(delay));
    if LONG_DELAY.contains(&delay) && without_delay.is_some_and(|extra| extra >= delay / 2) {
        trip.saturating_add(delay)
    } else if delay >= *SHORT_DELAY.start() {
        trip.saturating_add(shown.unwrap_or(NOMINAL_DELAY))
    } else {
        trip
    }
}

/// Where the kernel does not say what it holds: the wait has to be longer by the delay, and only on kept connections.
fn by_timing(facts: &Facts, calls: &[&Exchange], trip: Duration) -> Option<Stall> {
    let seen = phase(calls.iter().copied(), Phase::Wait);
    let told: Times = calls
        .iter()
        .filter_map(|call| call.answer.as_ref()?.server_time)
        .collect();
    let above = seen.p50()?.saturating_sub(trip);
    let delay = above
        .saturating_sub(trip)
        .saturating_sub(told.p50().unwrap_or_default());
    let first = phase(on(&facts.survey.fresh, Connection::New), Phase::Wait);
    let only_kept = seen.clearly_above(&first)? >= delay / 2;
    (is_delay(delay) && only_kept).then(|| Stall {
        time: trip.saturating_add(delay),
        n: seen.n(),
        share: 1.0,
        seen,
    })
}

/// What the server's Nagle algorithm costs, when our delayed acknowledgement keeps it waiting.
pub(crate) fn theirs(facts: &Facts) -> Option<Stall> {
    let trip = visible(facts).map_or(Duration::ZERO, |trip| trip.time);
    let small: Vec<&Exchange> = kept(facts)
        .into_iter()
        .filter(|call| call.traffic.body <= SMALL_ANSWER)
        .collect();
    let n = small.len() as u64;
    let seen = gaps(&small, trip);
    let first: Vec<&Exchange> = on(&facts.survey.fresh, Connection::New)
        .filter(|call| is_plain(call))
        .collect();
    // A pause on a new connection is the server's own: nothing delays an acknowledgement there.
    let pauses =
        !first.is_empty() && share(gaps(&first, trip).n(), first.len() as u64) >= LEAST_STALLED;
    (n >= LEAST_CALLS && share(seen.n(), n) >= LEAST_STALLED && !pauses).then(|| Stall {
        time: seen.p50().unwrap_or_default(),
        share: share(seen.n(), n),
        seen,
        n,
    })
}

/// The delays in the gaps of these answers, without the round trip that the acknowledgement takes anyway.
fn gaps(calls: &[&Exchange], trip: Duration) -> Times {
    calls
        .iter()
        .map(|call| call.traffic.longest_gap.saturating_sub(trip))
        .filter(|delay| is_delay(*delay))
        .collect()
}

fn is_plain(call: &Exchange) -> bool {
    call.connection
        .as_ref()
        .is_some_and(|connection| connection.tls.is_none())
}

fn is_delay(time: Duration) -> bool {
    SHORT_DELAY.contains(&time) || LONG_DELAY.contains(&time)
}

/// True when the kernel says that Nagle's algorithm is on in most of these calls, or the plan does and the kernel is silent.
fn holds_back(facts: &Facts, calls: &[&Exchange]) -> bool {
    let told: Vec<bool> = calls
        .iter()
        .filter_map(|call| call.connection.as_ref()?.nodelay)
        .collect();
    if told.is_empty() {
        return !facts.settings().tcp.nodelay.is_on();
    }
    told.iter().filter(|nodelay| !**nodelay).count() * 2 > told.len()
}

#[expect(clippy::cast_precision_loss, reason = "a share of a small count")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}
