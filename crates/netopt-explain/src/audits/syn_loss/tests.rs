//! Losses that cost, and those that do not.

use netopt_core::plan::Plan;

use super::*;
use crate::worlds::{World, assert_quiet, fired, ms, saving};

/// Each call opens a connection, and one in ten loses its first segment.
fn lossy() -> World {
    World {
        rtt: ms(20.0),
        client: Plan::new().with(Change::KeepAlive(Switch::Off)),
        one_syn_lost_in: Some(10),
        ..World::default()
    }
}

#[test]
fn a_client_that_opens_a_connection_a_call_is_told_to_keep_them() {
    let finding = fired(&AUDIT, &lossy().facts());
    assert_eq!(finding.change(), Some(Change::KeepAlive(Switch::On)));
    // A tenth of a second.
    assert!((saving(&finding) - 100.0).abs() < 1.0, "{finding:?}");
    let findings = crate::explain(&lossy().facts());
    assert_eq!(crate::primary(&findings).map(|f| f.id), Some(ID));
}

#[test]
fn where_the_server_closes_there_is_advice() {
    let world = World {
        client: Plan::new(),
        server_keeps: false,
        ..lossy()
    };
    let finding = fired(&AUDIT, &world.facts());
    assert!(matches!(finding.remedy, Remedy::Advice(_)));
}

#[test]
fn no_loss_one_loss_and_kept_connections_are_quiet() {
    let none = World {
        one_syn_lost_in: None,
        ..lossy()
    };
    let one = World {
        one_syn_lost_in: Some(40),
        ..lossy()
    };
    let kept = World {
        client: Plan::new(),
        ..lossy()
    };
    for world in [none, one, kept] {
        assert_quiet(&AUDIT, &world.facts());
    }
}

#[test]
fn without_the_kernels_count_it_is_not_measured() {
    let world = World {
        kernel_tells: false,
        ..lossy()
    };
    assert_eq!((AUDIT.check)(&world.facts()), Outcome::missing(COUNTS));
    let few = World {
        calls: 5,
        ..lossy()
    };
    assert_eq!((AUDIT.check)(&few.facts()), Outcome::missing(CALLS));
}
