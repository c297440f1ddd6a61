//! Where the time of a typical call goes.
//!
//! A median of each term would not add up to the median of the total, so this takes the calls around the median, the
//! middle third by latency, and averages the total and the terms over exactly these. In each call the terms are cut to
//! the phase that they lie in, so no time is counted twice:
//!
//! ```text
//! wait    = propagation + queuing + transmission (first segment, and what came before the client woke) + processing
//!         + rounds (hidden) + what Nagle's algorithm held (residual) + residual
//! receive = transmission (the rest) + rounds (windows) + residual
//! ```
//!
//! Rounds are extra round trips: of a window that was too small for the data, of a relay in front that opens its own
//! connection for the first request of ours, and of redirects. Of the first kind there are only as many as there are
//! windows that leave the line before their first acknowledgement is back. Once a window takes longer than that on the line, nothing stands still, and
//! whatever is left of the receive phase has another reason.
//!
//! Sending, lateness of the caller and whatever no term explains stay in the residual. A [`Breakdown`] may have one below
//! zero; this one has not, because the phases of a call follow one another and means are cut to whole nanoseconds. What
//! floating point adds is below a millionth of a millisecond.
//!
//! A term is `None` when it was not measured, or when no typical call went through that phase.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::model::latency::{Breakdown, Term};
use netopt_core::model::slow_start::{INITIAL_WINDOW, rounds};
use netopt_core::phase::Phase;
use netopt_core::unit::{BitRate, Bytes};

use crate::facts::Facts;
use crate::line::{self, SEGMENT};
use crate::processing::processing;
use crate::queuing::queuing;
use crate::round_trip::{hidden_by_relay, round_trip};

/// With fewer calls than this all of them are typical.
const LEAST_FOR_THIRDS: usize = 6;

/// The typical call of the baseline and its terms; `None` without a successful call.
#[must_use]
pub fn typical(facts: &Facts) -> Option<Breakdown> {
    let calls = middle(facts);
    let path = Path::of(facts);
    let mean = |time: &dyn Fn(&Exchange) -> Option<Duration>| -> Option<Duration> {
        let sum = calls
            .iter()
            .filter_map(|call| time(call))
            .reduce(Duration::saturating_add)?;
        // Cut, not rounded: so the means of the terms cannot exceed that of the total.
        sum.checked_div(u32::try_from(calls.len()).ok()?)
    };
    let phase = |phase| move |call: &Exchange| call.timeline.length(phase);
    let total = mean(&|call| Some(call.latency()))?;
    Some(
        Breakdown::new(total)
            .with(Term::Dns, mean(&phase(Phase::Dns)))
            .with(Term::Connect, mean(&connected))
            .with(Term::Tls, mean(&phase(Phase::Tls)))
            .with(Term::PoolWait, mean(&waited_for_a_connection))
            .with(Term::Propagation, mean(&|call| path.propagation(call)))
            .with(Term::Queuing, mean(&|call| path.queued(call)))
            .with(Term::Processing, mean(&|call| path.processed(call)))
            .with(Term::Transmission, mean(&|call| path.transmission(call)))
            .with(Term::Rounds, mean(&|call| path.rounds(call))),
    )
}

/// Until there was a way to the peer: the TCP handshake, and what a proxy took after it.
fn connected(call: &Exchange) -> Option<Duration> {
    let length = |phase| call.timeline.length(phase);
    let handshake = length(Phase::Connect)?;
    Some(handshake.saturating_add(length(Phase::Proxy).unwrap_or_default()))
}

/// The part of the queue phase that is no redirect.
fn waited_for_a_connection(call: &Exchange) -> Option<Duration> {
    let queue = call.timeline.length(Phase::Queue)?;
    Some(queue.saturating_sub(redirected(call)))
}

/// What redirects took before the call that was answered: further round trips.
fn redirected(call: &Exchange) -> Duration {
    let queue = call.timeline.length(Phase::Queue).unwrap_or_default();
    call.journey.redirected.min(queue)
}

/// The successful calls around the median.
fn middle(facts: &Facts) -> Vec<&Exchange> {
    let mut calls: Vec<&Exchange> = facts.answered().collect();
    if calls.len() < LEAST_FOR_THIRDS {
        return calls;
    }
    calls.sort_by_key(|call| call.latency());
    let third = calls.len() / 3;
    calls[third..calls.len() - third].to_vec()
}

/// What is known about the path and the server, applied to one call at a time.
#[derive(Debug, Clone, Copy)]
struct Path {
    trip: Option<Duration>,
    /// The part of the trip that only first requests show.
    hidden: Duration,
    queuing: Option<Duration>,
    processing: Option<Duration>,
    rate: Option<BitRate>,
}

impl Path {
    fn of(facts: &Facts) -> Self {
        Self {
            trip: round_trip(facts).map(|trip| trip.time),
            hidden: hidden_by_relay(facts).unwrap_or_default(),
            queuing: queuing(facts),
            processing: processing(facts).map(|processing| processing.time),
            rate: line::rate(facts),
        }
    }

    fn propagation(&self, call: &Exchange) -> Option<Duration> {
        Some(self.trip?.min(call.wait()?))
    }

    fn queued(&self, call: &Exchange) -> Option<Duration> {
        let taken = self.propagation(call).unwrap_or_default();
        Some(self.queuing?.min(call.wait()?.saturating_sub(taken)))
    }

    /// The part of the transmission that lies in the wait.
    fn first_segments(&self, call: &Exchange) -> Duration {
        let taken = [self.propagation(call), self.queued(call)];
        let taken = taken.into_iter().flatten().sum();
        let left = call.wait().unwrap_or_default().saturating_sub(taken);
        line::on_the_line(call, self.rate).0.min(left)
    }

    fn processed(&self, call: &Exchange) -> Option<Duration> {
        let taken = self.propagation(call)?
            + self.queued(call).unwrap_or_default()
            + self.first_segments(call);
        Some(self.processing?.min(call.wait()?.saturating_sub(taken)))
    }

    fn transmission(&self, call: &Exchange) -> Option<Duration> {
        call.timeline.length(Phase::Receive)?;
        self.rate?;
        Some(self.first_segments(call) + line::on_the_line(call, self.rate).1)
    }

    fn rounds(&self, call: &Exchange) -> Option<Duration> {
        let trip = self.trip?;
        let receive = call.timeline.length(Phase::Receive)?;
        if call.is_reused() {
            return Some(redirected(call));
        }
        let left = receive.saturating_sub(line::on_the_line(call, self.rate).1);
        let windows = trip
            .saturating_mul(self.short_windows(call, trip))
            .min(left);
        let extra = windows.saturating_add(self.relayed(call));
        Some(extra.saturating_add(redirected(call)))
    }

    /// How many windows of a new connection stand still until an acknowledgement is back: those before the last that take
    /// less on the line than that. How long they really stand is measured; a sender may wait to send more at once.
    fn short_windows(&self, call: &Exchange, trip: Duration) -> u32 {
        let segment = call
            .path
            .as_ref()
            .and_then(|path| path.mss)
            .unwrap_or(SEGMENT);
        let first_acknowledged = trip.saturating_add(self.on_line(segment));
        let mut window = Bytes::new(segment.get().saturating_mul(INITIAL_WINDOW));
        let mut short = 0;
        for _ in 1..rounds(call.traffic.body, segment) {
            if self.on_line(window) >= first_acknowledged {
                break;
            }
            short += 1;
            window += window;
        }
        short
    }

    fn on_line(&self, data: Bytes) -> Duration {
        self.rate.map_or(Duration::ZERO, |rate| data / rate)
    }

    /// The extra wait of a first request: what the relay's own connection took, out of what is left of the wait.
    fn relayed(&self, call: &Exchange) -> Duration {
        let terms = [
            self.propagation(call),
            self.queued(call),
            self.processed(call),
            Some(self.first_segments(call)),
        ];
        let taken = terms.into_iter().flatten().sum();
        call.wait()
            .unwrap_or_default()
            .saturating_sub(taken)
            .min(self.hidden)
    }
}

#[cfg(test)]
mod tests;
