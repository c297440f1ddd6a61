//! The audit on calls as they were measured: HTTP/2 over TLS with Nagle's algorithm on, 20 ms away, 600 bytes of body.
//!
//! Head and body are frames of their own, and over TLS records of their own. The first goes at once, the second is held until
//! the first is acknowledged: at once on a new connection, 40 ms late on a kept one. An HTTP/2 connection has no phase for
//! sending, so all of it is wait.

use netopt_core::exchange::{Exchange, Protocol, TlsSession};
use netopt_core::finding::Severity;
use netopt_core::phase::{Phase, Timeline};
use netopt_core::plan::Plan;
use netopt_core::unit::Bytes;

use super::*;
use crate::worlds::{World, assert_quiet, fired, ms, saving};

/// Waits and what was held of calls on new connections.
const FRESH: [(f64, u64); 8] = [
    (45.5, 812),
    (48.6, 812),
    (47.0, 812),
    (47.8, 790),
    (44.4, 812),
    (45.7, 812),
    (45.5, 812),
    (44.8, 812),
];

/// Of calls one by one on a kept connection.
const WARM: [(f64, u64); 8] = [
    (81.6, 675),
    (87.0, 631),
    (89.6, 631),
    (84.7, 631),
    (89.3, 631),
    (89.2, 631),
    (89.9, 631),
    (91.8, 631),
];

/// Of the baseline.
const BASELINE: [(f64, u64); 10] = [
    (88.0, 631),
    (93.7, 631),
    (86.5, 631),
    (87.1, 631),
    (89.6, 631),
    (86.3, 631),
    (130.7, 631),
    (47.4, 631),
    (88.0, 631),
    (88.5, 631),
];

fn as_measured(nodelay: Switch) -> Facts {
    let world = World {
        client: Plan::new().with(Change::Nodelay(nodelay)),
        rtt: ms(20.1),
        tls: Some(ms(22.0)),
        calls: 12,
        singles: 8,
        ..World::default()
    };
    let mut facts = world.facts();
    // The first two calls of the baseline opened their connections.
    facts.baseline.exchanges.drain(..2);
    put(&mut facts.baseline.exchanges, &BASELINE, nodelay);
    put(&mut facts.survey.fresh, &FRESH, nodelay);
    put(&mut facts.survey.warm, &WARM, nodelay);
    facts
}

fn put(calls: &mut [Exchange], measured: &[(f64, u64)], nodelay: Switch) {
    for (index, (call, (wait, held))) in calls.iter_mut().zip(measured).enumerate() {
        let mut timeline = Timeline::new();
        let mut at = ms(0.0);
        for phase in [Phase::Connect, Phase::Tls] {
            if let Some(took) = call.timeline.length(phase) {
                timeline.mark(phase, at, at + took);
                at += took;
            }
        }
        timeline.mark(Phase::Wait, at, at + ms(*wait));
        timeline.mark(Phase::Receive, at + ms(*wait), at + ms(*wait + 0.1));
        call.timeline = timeline;
        call.traffic.sent = Bytes::new(700);
        call.traffic.held = (!nodelay.is_on()).then_some(Bytes::new(*held));
        // Delayed acknowledgements lengthen the smoothed round trip, call by call.
        let late = f64::from(u32::try_from(index).unwrap());
        if let Some(path) = &mut call.path {
            path.rtt = Some(ms(20.3 + late * 2.0));
        }
        if let Some(connection) = &mut call.connection {
            connection.protocol = Protocol::Http2;
            connection.tls = Some(TlsSession {
                version: "TLSv1.3".to_owned(),
                resumed: false,
                certificates: Bytes::new(800),
            });
        }
    }
}

#[test]
fn the_body_of_http2_that_waits_behind_its_head_is_the_clients_stall() {
    let finding = fired(&AUDIT, &as_measured(Switch::Off));
    assert_eq!(finding.change(), Some(Change::Nodelay(Switch::On)));
    // A round trip and a delay of 42 ms: what kept connections wait longer than new ones.
    assert!((saving(&finding) - 62.4).abs() < 1.0, "{finding:?}");
}

#[test]
fn the_stall_is_the_first_finding_and_the_only_one() {
    let findings = crate::explain(&as_measured(Switch::Off));
    let told: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.weight() > Severity::Low)
        .map(|finding| finding.id)
        .collect();
    assert_eq!(told, [ID]);
}

#[test]
fn the_same_waits_without_nagle_are_not_his() {
    assert_quiet(&AUDIT, &as_measured(Switch::On));
}
