//! Lifetimes that are too short, and those that an ordinary memory can use.

use std::time::Duration;

use netopt_core::plan::Plan;

use super::*;
use crate::worlds::{World, assert_quiet, fired, ms, saving};

/// Each call opens a connection and waits 30 ms for an answer that may not be kept.
fn storm() -> World {
    World {
        server_keeps: false,
        lookup: Some(ms(30.0)),
        lifetime: Some(Duration::ZERO),
        ..World::default()
    }
}

#[test]
fn answers_that_may_not_be_kept_are_served_stale() {
    for client in [
        Plan::new(),
        Plan::new().with(Change::DnsCacheTtl(lookup::PROPOSED_TTL)),
    ] {
        let world = World { client, ..storm() };
        let finding = fired(&AUDIT, &world.facts());
        assert_eq!(finding.change(), Some(Change::ServeStale(PROPOSED_STALE)));
        assert!((saving(&finding) - 30.0).abs() < 1.0, "{finding:?}");
        let findings = crate::explain(&world.facts());
        assert_eq!(crate::primary(&findings).map(|f| f.id), Some(ID));
        assert!(findings.iter().all(|f| f.id != "dns.slow-resolver"));
    }
}

#[test]
fn a_client_that_serves_stale_gets_advice() {
    let world = World {
        client: Plan::new().with(Change::ServeStale(PROPOSED_STALE)),
        ..storm()
    };
    assert!(matches!(
        fired(&AUDIT, &world.facts()).remedy,
        Remedy::Advice(_)
    ));
}

#[test]
fn a_lifetime_of_many_calls_is_the_business_of_a_memory() {
    let long = World {
        lifetime: Some(Duration::from_secs(5)),
        ..storm()
    };
    let untold = World {
        lifetime: None,
        ..storm()
    };
    let quick = World {
        lookup: Some(ms(1.0)),
        ..storm()
    };
    for world in [long, untold, quick] {
        assert_quiet(&AUDIT, &world.facts());
    }
}

#[test]
fn too_few_calls_are_not_measured() {
    let world = World {
        calls: 5,
        ..storm()
    };
    assert_eq!((AUDIT.check)(&world.facts()), Outcome::missing(CALLS));
}
