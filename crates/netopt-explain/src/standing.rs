//! A queue that stood on the path while nobody but others filled it.
//!
//! The handshake of a connection is the kernel's alone: no server works in it, no request waits in front of it. Those of the
//! survey are made one by one, so none waits for us either. When all of them took longer than the path has been seen to
//! take, something else stood in front of them. Three things are no queue, and are told from one:
//!
//! - **Jitter** delays each packet for itself, so one handshake differs from the next about as widely as they are late, and
//!   the least of what the survey saw comes close to the empty path. A queue fills and drains over many round trips, and
//!   its handshakes are late together.
//! - **A busy machine** is late by milliseconds, and not always by the same.
//! - **A lost first segment or a dead address** delays by more than any queue; such handshakes do not count.
//!
//! What it cannot see: a queue that was there before the first call and never drained. It looks like distance, because
//! nobody has seen the path without it.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::phase::Phase;

use crate::facts::{Facts, Times, answered};
use crate::visible::every_call;

/// With fewer handshakes jitter may look like a queue by chance.
const LEAST_HANDSHAKES: u64 = 5;

/// A shorter queue is within what machines and radio links are late by.
pub(crate) const LEAST_QUEUE: Duration = Duration::from_millis(5);

/// A queue below this part of the empty round trip is ordinary: a line that is in use has one.
const LEAST_SHARE: f64 = 0.25;

/// From one handshake to the next it is at most this part of what they are late by, at the median: a queue moves slowly, or
/// drops once when its sender has lost something. Of jitter that is uniform each way it is two fifths; with the two bounds
/// below, one survey in 600 looks like a queue by chance.
const MOST_STEP: f64 = 0.1;

/// No handshake is late by less than this part of the median one.
const LEAST_LATE: f64 = 0.5;

/// And no connection of the survey has seen less than this part: a sender that cuts its window by three tenths leaves about so
/// much of a queue that is as long as the path.
const NEVER_BELOW: f64 = 0.4;

/// A standing queue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Standing {
    /// How long a packet waited in it, at the median.
    pub(crate) time: Duration,
    /// The empty round trip.
    pub(crate) floor: Duration,
    /// The handshakes that show it.
    pub(crate) handshakes: Times,
}

/// The queue that the survey stood in; `None` when there was none, or too little was measured.
pub(crate) fn standing(facts: &Facts) -> Option<Standing> {
    let in_turn = handshakes(facts);
    let handshakes: Times = in_turn.iter().copied().collect();
    let floor = floor(facts)?;
    let late = |time: Duration| time.saturating_sub(floor);
    let time = late(handshakes.p50()?);
    let step = steps(&in_turn).p50()?;
    let stands = handshakes.n() >= LEAST_HANDSHAKES
        && time >= LEAST_QUEUE.max(floor.mul_f64(LEAST_SHARE))
        && step <= time.mul_f64(MOST_STEP)
        && late(handshakes.least()?) >= time.mul_f64(LEAST_LATE)
        && late(least_of_survey(facts)?) >= time.mul_f64(NEVER_BELOW);
    stands.then_some(Standing {
        time,
        floor,
        handshakes,
    })
}

/// By how much single handshakes are later than the empty path, at most; nothing where that is ordinary at the median, or
/// unknown. A queue, jitter, a busy machine: whichever it is, it is not the server's work.
pub(crate) fn delay(facts: &Facts) -> Duration {
    let handshakes: Times = handshakes(facts).into_iter().collect();
    let Some(floor) = floor(facts).filter(|_| handshakes.is_enough()) else {
        return Duration::ZERO;
    };
    let late = |time: Option<Duration>| time.unwrap_or_default().saturating_sub(floor);
    if late(handshakes.p50()) < LEAST_QUEUE {
        return Duration::ZERO;
    }
    late(handshakes.most())
}

/// Those of the survey, one after the other.
fn handshakes(facts: &Facts) -> Vec<Duration> {
    answered(&facts.survey.fresh)
        .filter_map(handshake)
        .collect()
}

/// By how much each differs from the one before.
fn steps(in_turn: &[Duration]) -> Times {
    let pairs = in_turn.iter().zip(in_turn.iter().skip(1));
    pairs.map(|(one, next)| one.abs_diff(*next)).collect()
}

/// The least round trip that anything saw: the path as empty as it ever was.
pub(crate) fn floor(facts: &Facts) -> Option<Duration> {
    every_call(facts)
        .chain(&facts.baseline.beside)
        .flat_map(trips)
        .min()
}

fn least_of_survey(facts: &Facts) -> Option<Duration> {
    let survey = &facts.survey;
    answered(&survey.fresh)
        .chain(answered(&survey.warm))
        .chain(answered(&survey.encoded))
        .flat_map(trips)
        .min()
}

/// The round trips that a call tells of: the kernel's smallest one and its handshake.
fn trips(call: &Exchange) -> impl Iterator<Item = Duration> {
    let least = call.path.as_ref().and_then(|path| path.min_rtt);
    least.into_iter().chain(handshake(call))
}

/// What the handshake took, if nothing but the path is in it.
fn handshake(call: &Exchange) -> Option<Duration> {
    let opening = call.connection.as_ref()?.opening.as_ref()?;
    let plain = opening.detour.is_zero() && opening.syn_retransmits.unwrap_or_default() == 0;
    call.timeline.length(Phase::Connect).filter(|_| plain)
}

#[cfg(test)]
mod tests;
