//! Worlds whose calls move more than a flight of data.

use netopt_core::arrivals::Arrivals;
use netopt_core::exchange::Exchange;
use netopt_core::path::PathSample;
use netopt_core::phase::Phase;
use netopt_core::unit::Bytes;

use super::{World, ms};
use crate::facts::Facts;

/// The facts of `world` with answers that come in these flights: so many milliseconds after the first byte, so many bytes.
/// `edit` changes what else is known of each call.
pub(crate) fn download(
    world: &World,
    flights: &[(f64, u64)],
    edit: impl Fn(&mut Exchange),
) -> Facts {
    let mut facts = world.facts();
    let mut arrivals = Arrivals::default();
    let mut body = Bytes::ZERO;
    for (at, size) in flights {
        arrivals.note(ms(*at), Bytes::new(*size));
        body += Bytes::new(*size);
    }
    let last = flights.last().map_or(0.0, |(at, _)| *at);
    each(&mut facts, |call| {
        call.arrivals = arrivals.clone();
        call.traffic.body = body;
        call.traffic.received = body;
        call.traffic.decoded = body;
        if let Some(span) = call.timeline.span(Phase::Receive) {
            let start = span.start();
            call.timeline.mark(Phase::Receive, start, start + ms(last));
        }
        edit(call);
    });
    facts
}

/// The facts of `world` with requests of `size`, of which the kernel says `sent`; the wait lasts for `wait` milliseconds.
pub(crate) fn upload(world: &World, size: u64, wait: f64, sent: PathSample) -> Facts {
    let mut facts = world.facts();
    each(&mut facts, |call| {
        call.traffic.sent = Bytes::new(size);
        call.path_before = Some(Box::new(PathSample {
            busy: Some(ms(0.0)),
            window_limited: Some(ms(0.0)),
            buffer_limited: Some(ms(0.0)),
            bytes_sent: Some(Bytes::ZERO),
            bytes_again: Some(Bytes::ZERO),
            ..PathSample::default()
        }));
        let min_rtt = call.path.as_ref().and_then(|path| path.min_rtt);
        call.path = Some(Box::new(PathSample {
            min_rtt,
            bytes_sent: Some(Bytes::new(size)),
            ..sent
        }));
        if let Some(span) = call.timeline.span(Phase::Wait) {
            let (start, end) = (span.start(), span.start() + ms(wait));
            call.timeline.mark(Phase::Wait, start, end);
            call.timeline.mark(Phase::Receive, end, end + ms(0.02));
        }
    });
    facts
}

fn each(facts: &mut Facts, edit: impl Fn(&mut Exchange)) {
    let survey = &mut facts.survey;
    let all = facts.baseline.exchanges.iter_mut();
    all.chain(&mut survey.fresh)
        .chain(&mut survey.warm)
        .for_each(edit);
}
