//! Lookups that weigh, and lookups that do not.

use netopt_core::change::Switch;
use netopt_core::finding::Severity;
use netopt_core::plan::Plan;

use super::*;
use crate::worlds::{World, assert_quiet, fired, ms, saving};

/// Each call opens a connection and asks a resolver that takes 50 ms.
fn slow() -> World {
    World {
        server_keeps: false,
        lookup: Some(ms(50.0)),
        ..World::default()
    }
}

#[test]
fn a_slow_resolver_asked_by_each_call_gets_a_cache() {
    let finding = fired(&AUDIT, &slow().facts());
    assert_eq!(finding.change(), Some(Change::DnsCacheTtl(PROPOSED_TTL)));
    assert_eq!(finding.severity, Severity::High);
    assert!((saving(&finding) - 50.0).abs() < 1.0, "{finding:?}");
    assert!(finding.summary.contains("Keeping connections open"));
}

#[test]
fn it_comes_before_a_reuse_that_the_client_cannot_change() {
    let findings = crate::explain(&slow().facts());
    assert_eq!(
        crate::primary(&findings).map(|finding| finding.id),
        Some(ID)
    );
}

#[test]
fn a_client_with_a_cache_gets_advice() {
    let world = World {
        client: Plan::new().with(Change::DnsCacheTtl(PROPOSED_TTL)),
        ..slow()
    };
    assert!(matches!(
        fired(&AUDIT, &world.facts()).remedy,
        Remedy::Advice(_)
    ));
}

#[test]
fn kept_connections_quick_resolvers_and_literal_addresses_are_quiet() {
    let kept = World {
        server_keeps: true,
        ..slow()
    };
    let quick = World {
        lookup: Some(ms(2.0)),
        ..slow()
    };
    let literal = World {
        lookup: None,
        client: Plan::new().with(Change::KeepAlive(Switch::Off)),
        ..slow()
    };
    for world in [kept, quick, literal] {
        assert_quiet(&AUDIT, &world.facts());
    }
}

#[test]
fn a_lookup_that_is_short_beside_the_call_is_quiet() {
    let world = World {
        lookup: Some(ms(4.0)),
        service: ms(300.0),
        ..slow()
    };
    assert_quiet(&AUDIT, &world.facts());
}

#[test]
fn too_few_calls_are_not_measured() {
    let world = World { calls: 5, ..slow() };
    assert_eq!((AUDIT.check)(&world.facts()), Outcome::missing(CALLS));
}
