//! Handshakes that are most of a call, and those that are a part of it.

use netopt_core::finding::Severity;
use netopt_core::plan::Plan;

use super::*;
use crate::worlds::{World, assert_quiet, fired, ms, saving};

/// A connection for each call, TLS 1.2 and a chain of two windows: three round trips of five.
fn long() -> World {
    let mut world = World {
        rtt: ms(40.0),
        tls: Some(ms(124.0)),
        client: Plan::new().with(Change::KeepAlive(Switch::Off)),
        ..World::default()
    };
    world.session.version = "TLSv1.2".to_owned();
    world.session.certificates = Bytes::new(18_000);
    world
}

#[test]
fn a_client_that_closes_is_told_to_keep_connections() {
    let finding = fired(&AUDIT, &long().facts());
    assert_eq!(finding.change(), Some(Change::KeepAlive(Switch::On)));
    assert!((saving(&finding) - 124.0).abs() < 2.0, "{finding:?}");
    assert_eq!(finding.severity, Severity::High);
    assert!(
        finding.summary.contains("18.0 kB of certificates"),
        "{finding:?}"
    );
    let findings = crate::explain(&long().facts());
    assert_eq!(crate::primary(&findings).map(|found| found.id), Some(ID));
    // The rest of what a new connection costs is told apart: a round trip.
    let reuse = findings
        .iter()
        .find(|found| found.id == "http.connection-reuse");
    assert!((saving(reuse.unwrap()) - 40.0).abs() < 4.0, "{reuse:?}");
}

#[test]
fn where_the_server_closes_it_is_told_what_makes_them_long() {
    let world = World {
        client: Plan::new(),
        server_keeps: false,
        ..long()
    };
    let finding = fired(&AUDIT, &world.facts());
    let Remedy::Advice(text) = &finding.remedy else {
        panic!("{finding:?}")
    };
    for step in ["TLS 1.3", "first window", "resumed"] {
        assert!(text.contains(step), "{text}");
    }
    let others = crate::explain(&world.facts());
    let weight = |id: &str| {
        others
            .iter()
            .find(|found| found.id == id)
            .map(Finding::weight)
    };
    // Nobody else claims the same time.
    assert_eq!(weight("tls.no-resumption"), Some(Severity::Low));
}

#[test]
fn an_ordinary_handshake_is_a_part_of_the_call() {
    let mut ordinary = long();
    ordinary.tls = Some(ms(43.0));
    ordinary.session.version = "TLSv1.3".to_owned();
    let kept = World {
        client: Plan::new(),
        ..long()
    };
    let slow = World {
        service: ms(300.0),
        ..long()
    };
    for world in [ordinary, kept, slow] {
        assert_quiet(&AUDIT, &world.facts());
    }
}

#[test]
fn what_the_client_could_resume_is_not_claimed() {
    let mut client = long().client;
    client = client.with(Change::Resumption(Switch::Off));
    let world = World { client, ..long() };
    assert_quiet(&AUDIT, &world.facts());
}

#[test]
fn a_handful_of_calls_is_not_measured() {
    let world = World { calls: 5, ..long() };
    assert_eq!((AUDIT.check)(&world.facts()), Outcome::missing(CALLS));
}
