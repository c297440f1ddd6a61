//! Sessions that could be resumed, and those that could not or need not.

use netopt_core::plan::Plan;
use netopt_core::unit::Bytes;

use super::*;
use crate::worlds::{World, assert_quiet, fired, ms, saving};

/// A server that closes after each answer and speaks TLS 1.2, 40 ms away, and a client that keeps no sessions.
fn old() -> World {
    let mut world = World {
        rtt: ms(40.0),
        tls: Some(ms(83.0)),
        server_keeps: false,
        client: Plan::new().with(Change::Resumption(Switch::Off)),
        ..World::default()
    };
    world.session.version = "TLSv1.2".to_owned();
    world
}

#[test]
fn a_client_without_sessions_is_told_to_keep_them() {
    let finding = fired(&AUDIT, &old().facts());
    assert_eq!(finding.change(), Some(Change::Resumption(Switch::On)));
    assert!((saving(&finding) - 40.0).abs() < 1.0, "{finding:?}");
    assert_eq!(finding.severity, Severity::Medium);
}

#[test]
fn a_server_without_sessions_gets_advice() {
    let world = World {
        client: Plan::new(),
        server: Some("nginx"),
        ..old()
    };
    let finding = fired(&AUDIT, &world.facts());
    let Remedy::Advice(text) = &finding.remedy else {
        panic!("{finding:?}")
    };
    assert!(text.contains("ssl_session_cache"), "{text}");
}

#[test]
fn of_the_newer_version_only_a_long_chain_is_spared() {
    let newer = |certificates| {
        let mut world = old();
        world.session.version = "TLSv1_3".to_owned();
        world.session.certificates = Bytes::new(certificates);
        world.facts()
    };
    assert_quiet(&AUDIT, &newer(4_000));
    assert!((saving(&fired(&AUDIT, &newer(20_000))) - 40.0).abs() < 1.0);
}

#[test]
fn kept_connections_resumed_sessions_and_plain_text_are_quiet() {
    let kept = World {
        server_keeps: true,
        ..old()
    };
    let mut resumed = old();
    resumed.session.resumed = true;
    let plain = World { tls: None, ..old() };
    for world in [kept, resumed, plain] {
        assert_quiet(&AUDIT, &world.facts());
    }
}

#[test]
fn a_relay_is_no_chain_and_nothing_is_spared_that_was_not_spent() {
    let mut world = old();
    world.tls = Some(ms(50.0));
    assert!((saving(&fired(&AUDIT, &world.facts())) - 10.0).abs() < 1.0);
}

#[test]
fn a_handful_of_calls_is_not_measured() {
    let world = World { calls: 5, ..old() };
    assert_eq!((AUDIT.check)(&world.facts()), Outcome::missing(CALLS));
}
