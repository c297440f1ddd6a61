//! Flights of new connections.

use netopt_core::change::{Change, Switch};
use netopt_core::plan::Plan;

use super::*;
use crate::worlds::{World, assert_quiet, download, fired, ms, saving};

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}

const FLIGHTS: [(f64, u64); 3] = [(0.0, 14_300), (40.0, 28_960), (80.0, 17_000)];

#[test]
fn a_client_that_keeps_nothing_is_told_to_keep_and_it_comes_before_the_handshake() {
    let world = World {
        client: Plan::new().with(Change::KeepAlive(Switch::Off)),
        ..far()
    };
    let facts = download(&world, &FLIGHTS, |_| {});
    let finding = fired(&AUDIT, &facts);
    assert_eq!(finding.change(), Some(Change::KeepAlive(Switch::On)));
    assert!((55.0..80.0).contains(&saving(&finding)), "{finding:?}");
    assert_eq!(crate::explain(&facts)[0].id, ID);
}

#[test]
fn a_server_that_closes_gets_advice() {
    let world = World {
        server_keeps: false,
        ..far()
    };
    let finding = fired(&AUDIT, &download(&world, &FLIGHTS, |_| {}));
    assert!(matches!(&finding.remedy, Remedy::Advice(text) if text.contains("initcwnd")));
}

#[test]
fn kept_connections_are_not_in_slow_start() {
    assert_quiet(&AUDIT, &download(&far(), &FLIGHTS, |_| {}));
    assert_quiet(&AUDIT, &far().facts());
}

#[test]
fn without_an_answer_it_is_not_measured() {
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(CALLS));
}
