//! Few connections of HTTP/1.1, with and without a server that would carry calls side by side.

use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::exchange::Protocol;
use netopt_core::finding::Severity;
use netopt_core::plan::Plan;
use proptest::prelude::*;

use super::*;
use crate::audits::pool_too_small;
use crate::worlds::{World, assert_quiet, fired, ms, saving};

fn few(limit: u32) -> Plan {
    Plan::new()
        .with(Change::Version(HttpVersion::Http1))
        .with(Change::MaxConnections(NonZeroU32::new(limit)))
}

/// Calls of 21 ms that wait for 60 ms before, and what they take at once on one connection of HTTP/2.
fn blocked(together: f64) -> Facts {
    let world = World {
        client: few(2),
        service: ms(20.0),
        tls: Some(ms(2.0)),
        pool_wait: ms(60.0),
        ..World::default()
    };
    side_by_side(&world, together)
}

fn side_by_side(world: &World, together: f64) -> Facts {
    let mut facts = world.facts();
    let calls = World {
        service: ms(together),
        ..world.clone()
    }
    .facts();
    facts.survey.together = calls.survey.warm;
    for call in &mut facts.survey.together {
        call.connection.as_mut().unwrap().protocol = Protocol::Http2;
    }
    facts
}

#[test]
fn calls_that_wait_for_few_connections_get_one_that_carries_all() {
    let facts = blocked(20.0);
    let finding = fired(&AUDIT, &facts);
    assert_eq!(finding.change(), Some(Change::Version(HttpVersion::Auto)));
    assert!((58.0..61.0).contains(&saving(&finding)), "{finding:?}");
    assert_eq!(finding.severity, Severity::High);
    assert_quiet(&pool_too_small::AUDIT, &facts);
}

#[test]
fn a_server_that_takes_one_after_the_other_needs_more_connections() {
    // Eight of 20 ms one after the other: the median one takes 80 ms and more.
    let facts = blocked(85.0);
    assert_quiet(&AUDIT, &facts);
    fired(&pool_too_small::AUDIT, &facts);
}

#[test]
fn a_server_without_http2_needs_more_connections() {
    let mut facts = blocked(20.0);
    for call in &mut facts.survey.together {
        call.connection.as_mut().unwrap().protocol = Protocol::Http1;
    }
    assert_quiet(&AUDIT, &facts);
    fired(&pool_too_small::AUDIT, &facts);
}

#[test]
fn a_client_that_may_speak_http2_or_has_room_or_no_tls_is_quiet() {
    for change in [
        Change::Version(HttpVersion::Auto),
        Change::MaxConnections(None),
    ] {
        let mut facts = blocked(20.0);
        facts.client = facts.client.with(change);
        assert_quiet(&AUDIT, &facts);
    }
    let clear = World {
        client: few(2),
        pool_wait: ms(60.0),
        ..World::default()
    };
    assert_quiet(&AUDIT, &side_by_side(&clear, 2.0));
    let roomy = World {
        client: few(8),
        tls: Some(ms(2.0)),
        ..World::default()
    };
    assert_quiet(&AUDIT, &side_by_side(&roomy, 2.0));
}

#[test]
fn a_question_that_nobody_asked_is_not_measured() {
    let mut facts = blocked(20.0);
    facts.survey.together.clear();
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(TOGETHER));
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(CALLS));
}

proptest! {
    #[test]
    fn no_more_is_saved_than_was_waited(wait in 0.0f64..200.0, service in 0.5f64..100.0, longer in 0.0f64..300.0) {
        let world = World {
            client: few(2),
            service: ms(service),
            spread: 0.0,
            tls: Some(ms(2.0)),
            pool_wait: ms(wait),
            ..World::default()
        };
        if let Outcome::Fires(finding) = (AUDIT.check)(&side_by_side(&world, service + longer)) {
            let least = Duration::from_secs_f64(saving(&finding) / 1e3);
            prop_assert!(least <= ms((wait - longer).max(0.0)) + ms(0.1), "{finding:?}");
        }
    }
}
