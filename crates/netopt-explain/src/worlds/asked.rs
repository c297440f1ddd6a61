//! Worlds that tell what is asked for: how often the same, how much with each request, and where it leads.

use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::asked::Keepable;
use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::phase::Phase;
use netopt_core::unit::Bytes;

use super::{World, ms};
use crate::facts::{Asking, Facts};

/// What the calls ask for, in turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asks {
    /// So many different things.
    pub(crate) resources: u64,
    /// From one call to the next.
    pub(crate) interval: Duration,
    /// What the answers allow.
    pub(crate) keepable: Option<Keepable>,
}

/// The facts of `world` when its user says what is asked for, and it is this.
pub(crate) fn asking(world: &World, asks: Asks) -> Facts {
    let mut facts = world.facts();
    facts.asking = Asking::Listed;
    for (call, index) in facts.baseline.exchanges.iter_mut().zip(0..) {
        call.begun = Some(asks.interval * index);
        if let Some(asked) = &mut call.asked {
            asked.resource = Some(u64::from(index) % asks.resources);
        }
        if let Some(answer) = &mut call.answer {
            answer.keepable = asks.keepable;
        }
    }
    facts
}

/// The facts of `world` when so many of its calls are one piece of work.
pub(crate) fn chained(world: &World, length: u32) -> Facts {
    let mut facts = world.facts();
    facts.asking = NonZeroU32::new(length).map_or(Asking::StandIn, Asking::Chain);
    let mut now = Duration::ZERO;
    for call in &mut facts.baseline.exchanges {
        call.begun = Some(now);
        now += call.service_time();
    }
    facts
}

/// The facts of `world` when every n-th call is redirected that often, each time for so many milliseconds.
pub(crate) fn redirected(world: &World, nth: usize, redirects: u32, each: f64) -> Facts {
    let mut facts = world.facts();
    let lead = ms(each) * redirects;
    for call in facts.baseline.exchanges.iter_mut().step_by(nth) {
        call.timeline = call.timeline.asked_for(lead);
        call.timeline.mark(Phase::Queue, Duration::ZERO, lead);
        call.journey.redirects = redirects;
        call.journey.moved = redirects;
        call.journey.redirected = lead;
        if let Some(answer) = &mut call.answer {
            answer.came_from = Some("http://shop.test/now".to_owned());
        }
    }
    facts
}

/// The facts of `world` with a head of so many bytes, of which HTTP/2 would send so many, and a line that takes `per_kb`
/// milliseconds for a thousand of them.
pub(crate) fn heavy(world: &World, head: u64, shorter: Option<u64>, per_kb: f64) -> Facts {
    const ADDED: u64 = 4_000;
    let mut facts = world.facts();
    let survey = &mut facts.survey;
    survey.padded = survey.warm.clone();
    survey.multiplexed = shorter.map(|_| survey.warm.clone()).unwrap_or_default();
    let carry = |call: &mut Exchange, sent: u64| {
        if let Some(asked) = &mut call.asked {
            asked.head = Bytes::new(head);
        }
        call.traffic.sent = Bytes::new(sent);
        let time = ms(per_kb * f64::from(u32::try_from(sent).unwrap_or(u32::MAX)) / 1e3);
        if let Some(span) = call.timeline.span(Phase::Wait) {
            let end = span.end() + time;
            call.timeline.mark(Phase::Wait, span.start(), end);
            call.timeline.mark(Phase::Receive, end, end + ms(0.02));
        }
    };
    let plain = facts.baseline.exchanges.iter_mut();
    let all = plain.chain(&mut survey.warm).chain(&mut survey.fresh);
    all.for_each(|call| carry(call, head));
    survey
        .padded
        .iter_mut()
        .for_each(|call| carry(call, head + ADDED));
    for call in &mut survey.multiplexed {
        carry(call, shorter.unwrap_or(head));
        if let Some(connection) = &mut call.connection {
            connection.protocol = Protocol::Http2;
        }
    }
    facts
}
