//! Worlds in which bulk data is on the path beside the calls: the client's own, or that of others.

use std::time::Duration;

use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::path::PathSample;
use netopt_core::phase::Phase;
use netopt_core::unit::{BitRate, Bytes};

use super::{World, ms};
use crate::facts::Facts;

/// What the client's own uploads do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bulk {
    /// Where they are: on the connection of the calls, or not.
    pub(crate) protocol: Protocol,
    /// What they leave in the socket.
    pub(crate) unsent: Bytes,
    /// In megabits a second.
    pub(crate) rate: f64,
    /// What they leave on the path, in milliseconds.
    pub(crate) queue: f64,
}

/// The facts of `world` with such uploads under its load and none in its survey.
pub(crate) fn beside(world: &World, bulk: Bulk) -> Facts {
    let mut facts = world.facts();
    let rate = BitRate::from_bps(bulk.rate * 1e6);
    let path = |sent: u64| PathSample {
        rtt: Some(world.rtt + ms(bulk.queue)),
        min_rtt: Some(world.rtt),
        delivery_rate: rate,
        unsent: Some(bulk.unsent),
        bytes_sent: Some(Bytes::new(sent)),
        ..PathSample::default()
    };
    let shared = bulk.protocol == Protocol::Http2;
    let in_front = rate
        .filter(|_| shared)
        .map_or(Duration::ZERO, |rate| bulk.unsent / rate);
    for call in &mut facts.baseline.exchanges {
        wait_longer(call, ms(bulk.queue) + in_front);
        if shared {
            call.path_before = Some(Box::new(path(1_000_000)));
            call.path = Some(Box::new(path(1_200_000)));
        }
        if let Some(connection) = &mut call.connection {
            connection.protocol = bulk.protocol;
        }
    }
    if !shared {
        let upload = Exchange {
            path: Some(Box::new(path(2_000_000))),
            path_before: None,
            ..facts.baseline.exchanges[0].clone()
        };
        facts.baseline.beside = vec![upload; 4];
    }
    facts
}

/// The facts of `world` when others fill its queue from its second call on: handshakes and waits are later by what `queue`
/// says of each in turn, in milliseconds.
pub(crate) fn crowded(world: &World, queue: &[f64]) -> Facts {
    let mut facts = world.facts();
    let mut late = queue.iter().copied().map(ms).cycle();
    for call in facts.baseline.exchanges.iter_mut().skip(1) {
        wait_longer(call, late.next().unwrap_or_default());
    }
    let survey = &mut facts.survey;
    let all = survey.fresh.iter_mut();
    for call in all.chain(&mut survey.warm).chain(&mut survey.encoded) {
        let late = late.next().unwrap_or_default();
        wait_longer(call, late);
        if let Some(span) = call.timeline.span(Phase::Connect) {
            call.timeline
                .mark(Phase::Connect, span.start(), span.end() + late);
        }
        if let Some(path) = &mut call.path {
            path.min_rtt = path.min_rtt.map(|trip| trip + late);
            path.rtt = path.rtt.map(|trip| trip + late);
        }
    }
    facts
}

fn wait_longer(call: &mut Exchange, late: Duration) {
    if let Some(span) = call.timeline.span(Phase::Wait) {
        let (start, end) = (span.start(), span.end() + late);
        call.timeline.mark(Phase::Wait, start, end);
        call.timeline.mark(Phase::Receive, end, end + ms(0.02));
    }
}
