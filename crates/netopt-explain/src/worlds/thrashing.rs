//! Worlds whose server takes longer the more it has at once.

use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::phase::Phase;

use super::{World, ms};
use crate::crowd::levels;
use crate::facts::{Crowd, Facts};

/// What a call takes on an idle server, in milliseconds.
const ALONE: f64 = 5.0;

/// The facts of a client with so many `callers` and a server that is in its own way with more than `above` calls at once: each
/// of n then takes (n/`above`)² times as long.
pub(crate) fn thrashing(callers: u32, above: u32) -> Facts {
    crowding(callers, |n| {
        let crowding = (f64::from(n) / f64::from(above)).max(1.0);
        crowding * crowding
    })
}

/// The facts of a client with so many `callers` and a server with so many `workers`, in front of which calls queue.
pub(crate) fn queueing(callers: u32, workers: u32) -> Facts {
    crowding(callers, |n| (f64::from(n) / f64::from(workers)).max(1.0))
}

/// With n callers each call takes `slower` of n times as long as alone.
fn crowding(callers: u32, slower: impl Fn(u32) -> f64) -> Facts {
    let world = |callers: u32| World {
        rtt: ms(0.2),
        service: ms(ALONE * slower(callers)),
        calls: 80,
        ..World::default()
    };
    let mut facts = world(callers).facts();
    facts.survey = world(1).facts().survey;
    let busy: Duration = facts
        .baseline
        .exchanges
        .iter()
        .map(Exchange::service_time)
        .sum();
    facts.baseline.window = busy / callers;
    facts.survey.crowds = levels(&facts)
        .into_iter()
        .map(|callers: NonZeroU32| Crowd {
            callers,
            exchanges: world(callers.get()).facts().baseline.exchanges,
        })
        .collect();
    facts
}

/// Lets the calls of the baseline wait for a connection for so long first.
pub(crate) fn queue_first(facts: &mut Facts, wait: Duration) {
    for call in &mut facts.baseline.exchanges {
        call.timeline = call.timeline.asked_for(wait);
        call.timeline.mark(Phase::Queue, Duration::ZERO, wait);
    }
}
