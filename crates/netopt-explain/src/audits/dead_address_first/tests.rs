//! Dead addresses that cost, and those that do not.

use netopt_core::finding::Severity;
use netopt_core::plan::Plan;

use super::*;
use crate::worlds::{World, assert_quiet, fired, ms, saving};

/// Each call opens a connection and waits two seconds for a dead address.
fn dead() -> World {
    World {
        server_keeps: false,
        detour: ms(2000.0),
        ..World::default()
    }
}

#[test]
fn a_client_that_waits_for_a_dead_address_is_told_to_race() {
    let finding = fired(&AUDIT, &dead().facts());
    assert_eq!(finding.change(), Some(Change::AddressRacing(Switch::On)));
    assert_eq!(finding.severity, Severity::High);
    assert!((saving(&finding) - 1750.0).abs() < 1.0, "{finding:?}");
    let findings = crate::explain(&dead().facts());
    assert_eq!(crate::primary(&findings).map(|f| f.id), Some(ID));
}

#[test]
fn a_client_that_races_gets_advice_about_what_is_left() {
    let world = World {
        client: Plan::new().with(Change::AddressRacing(Switch::On)),
        detour: ms(250.0),
        ..dead()
    };
    let finding = fired(&AUDIT, &world.facts());
    assert!(matches!(finding.remedy, Remedy::Advice(_)));
    assert!((saving(&finding) - 250.0).abs() < 1.0, "{finding:?}");
}

#[test]
fn kept_connections_and_live_addresses_are_quiet() {
    let kept = World {
        server_keeps: true,
        ..dead()
    };
    let live = World {
        detour: ms(0.0),
        ..dead()
    };
    for world in [kept, live] {
        assert_quiet(&AUDIT, &world.facts());
    }
}

#[test]
fn too_few_calls_are_not_measured() {
    let world = World { calls: 5, ..dead() };
    assert_eq!((AUDIT.check)(&world.facts()), Outcome::missing(CALLS));
}
