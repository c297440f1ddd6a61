//! How many calls the server had at once, and what it did with fewer.
//!
//! A server with so many workers answers as many calls a second with a queue in front of it as without one. A server that
//! thrashes answers fewer the more it has at once: memory, caches or locks are fought over (Denning 1968; Gunther's law
//! of scalability has the same bend, 1993). The two look alike from a single load: a call takes longer than one that is
//! alone. They differ when the load is made smaller, so the survey does that: the same calls with a half, a quarter, an
//! eighth of the callers, each of whom waits for the answer before calling again.
//!
//! What is compared is the time on a connection over the number of callers: what an answer takes of the server as a whole.
//! With a queue it is the same at each level; where fewer at once take less, they are in each other's way.

use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::phase::Phase;

use crate::facts::{Connection, Facts, Times, on};
use crate::worth;

/// With fewer calls at once there is not much to make smaller.
const LEAST_CROWD: f64 = 3.0;

/// More levels tell nothing new: a sixteenth of a crowd is rarely one.
const MOST_LEVELS: usize = 4;

/// With fewer callers than this the calls are those that the survey makes one by one.
const LEAST_CALLERS: u32 = 2;

/// The numbers of callers with which the survey is to make calls, the largest first; none when there is no question: few calls
/// at once, calls that take no longer than single ones, or a protocol of which a connection carries several.
#[must_use]
pub fn levels(facts: &Facts) -> Vec<NonZeroU32> {
    if !is_in_question(facts) {
        return Vec::new();
    }
    let Some(today) = at_once(facts) else {
        return Vec::new();
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates"
    )]
    let today = today.round() as u32;
    std::iter::successors(Some(today / 2), |callers| Some(callers / 2))
        .take_while(|callers| *callers >= LEAST_CALLERS)
        .take(MOST_LEVELS)
        .filter_map(NonZeroU32::new)
        .collect()
}

/// Whether calls take longer than they do alone, by enough to matter, while there are several at once.
fn is_in_question(facts: &Facts) -> bool {
    let speaks_http1 = |call: &Exchange| {
        let used = call.connection.as_ref();
        used.is_some_and(|used| used.protocol == Protocol::Http1)
    };
    let single: Times = on(&facts.survey.warm, Connection::Reused)
        .map(held)
        .collect();
    let Some(p50) = facts.p50().filter(|_| facts.answered().all(speaks_http1)) else {
        return false;
    };
    let longer = today(facts).clearly_above(&single);
    longer.is_some_and(|longer| worth::severity(longer, p50).is_some())
        && at_once(facts).is_some_and(|calls| calls >= LEAST_CROWD)
}

/// The mean number of calls on connections while the baseline ran (Little 1961); `None` without a length of the run.
pub(crate) fn at_once(facts: &Facts) -> Option<f64> {
    let baseline = &facts.baseline;
    let busy: f64 = baseline
        .exchanges
        .iter()
        .map(|call| held(call).as_secs_f64())
        .sum();
    Some(busy / baseline.window.as_secs_f64()).filter(|calls| calls.is_finite())
}

/// The times on connections of the baseline's calls that found one open.
pub(crate) fn today(facts: &Facts) -> Times {
    on(&facts.baseline.exchanges, Connection::Reused)
        .map(held)
        .collect()
}

/// How long the call had to wait for a connection; the redirects before it are in the same phase and are no such wait.
pub(crate) fn queued(call: &Exchange) -> Duration {
    let queue = call.timeline.length(Phase::Queue).unwrap_or_default();
    queue.saturating_sub(call.journey.redirected)
}

/// How long the call had a connection, or opened it.
pub(crate) fn held(call: &Exchange) -> Duration {
    call.service_time().saturating_sub(queued(call))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::{World, ms, thrashing};

    fn callers(facts: &Facts) -> Vec<u32> {
        levels(facts).into_iter().map(NonZeroU32::get).collect()
    }

    #[test]
    fn a_crowd_is_halved_until_two_are_left() {
        assert_eq!(callers(&thrashing(16, 4)), [8, 4, 2]);
        assert_eq!(callers(&thrashing(100, 8)), [50, 25, 12, 6]);
        assert_eq!(
            callers(&thrashing(3, 1)),
            [] as [u32; 0],
            "one is not asked again"
        );
    }

    #[test]
    fn calls_that_take_no_longer_than_alone_are_no_question() {
        assert_eq!(callers(&thrashing(16, 16)), [] as [u32; 0]);
        assert_eq!(callers(&World::default().facts()), [] as [u32; 0]);
    }

    #[test]
    fn a_connection_that_carries_several_calls_is_no_question() {
        let mut facts = thrashing(16, 4);
        for call in &mut facts.baseline.exchanges {
            call.connection.as_mut().unwrap().protocol = Protocol::Http2;
        }
        assert_eq!(callers(&facts), [] as [u32; 0]);
    }

    #[test]
    fn calls_at_once_are_the_busy_time_over_the_run() {
        let world = World {
            service: ms(99.0),
            spread: 0.0,
            ..World::default()
        };
        // A round trip of 1 ms beside the work, and ten calls a second.
        let calls = at_once(&world.facts()).unwrap();
        assert!((calls - 1.0).abs() < 0.05, "{calls}");
        let timeless = Facts::default();
        assert_eq!(at_once(&timeless), None);
    }
}
