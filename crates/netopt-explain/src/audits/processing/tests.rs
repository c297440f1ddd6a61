//! The server's time, told apart from paths, hidden paths, stalls and queues.

use netopt_core::change::{Change, Switch};
use netopt_core::plan::Plan;

use super::*;
use crate::worlds::{World, Writes, assert_quiet, fired, ms, saving};

fn slow_server() -> World {
    World {
        service: ms(120.0),
        ..World::default()
    }
}

#[test]
fn a_slow_server_is_named_and_the_network_is_not() {
    let facts = slow_server().facts();
    let finding = fired(&AUDIT, &facts);
    assert!((saving(&finding) - 120.0).abs() < 4.0, "{finding:?}");
    assert_eq!(finding.severity, Severity::High);
    assert!(finding.change().is_none());
    let all = crate::explain(&facts);
    assert_eq!(all.first().map(|found| found.id), Some(ID));
    assert_eq!(crate::primary(&all), None, "the network is innocent");
}

#[test]
fn a_long_path_is_not_the_server() {
    for (rtt, hidden) in [(80.0, 0.0), (0.1, 80.0), (0.1, 30.0), (40.0, 40.0)] {
        let world = World {
            rtt: ms(rtt),
            hidden: ms(hidden),
            ..World::default()
        };
        assert_quiet(&AUDIT, &world.facts());
    }
}

#[test]
fn a_path_that_only_tls_shows_is_not_the_server() {
    let world = World {
        rtt: ms(0.1),
        hidden: ms(80.0),
        tls: Some(ms(162.0)),
        ..World::default()
    };
    assert_quiet(&AUDIT, &world.facts());
}

#[test]
fn a_path_behind_a_relay_is_taken_off() {
    let world = World {
        hidden: ms(40.0),
        ..slow_server()
    };
    let finding = fired(&AUDIT, &world.facts());
    assert!((saving(&finding) - 120.0).abs() < 6.0, "{finding:?}");
}

#[test]
fn a_stall_of_nagles_algorithm_is_not_the_server() {
    for rtt in [0.1, 20.0, 45.0] {
        let world = World {
            client: Plan::new().with(Change::Nodelay(Switch::Off)),
            request: Writes::Pieces,
            rtt: ms(rtt),
            ..World::default()
        };
        assert_quiet(&AUDIT, &world.facts());
    }
}

#[test]
fn a_queue_under_load_is_not_the_server() {
    let world = World {
        queue_under_load: ms(200.0),
        smoothed: Some(ms(200.0)),
        ..World::default()
    };
    assert_quiet(&AUDIT, &world.facts());
}

#[test]
fn without_reuse_a_hidden_path_looks_the_same_and_it_stays_low() {
    let closing = World {
        server_keeps: false,
        ..slow_server()
    };
    let finding = fired(&AUDIT, &closing.facts());
    assert_eq!(finding.severity, Severity::Low);
    assert!(finding.summary.starts_with("At most"));
    let told = World {
        server_time: Some(ms(115.0)),
        ..closing.clone()
    };
    assert_eq!(fired(&AUDIT, &told.facts()).severity, Severity::High);
    let tls = World {
        tls: Some(ms(3.0)),
        ..closing
    };
    assert_eq!(fired(&AUDIT, &tls.facts()).severity, Severity::High);
}

#[test]
fn a_server_that_says_it_worked_less_points_in_front_of_the_application() {
    let world = World {
        server_time: Some(ms(5.0)),
        ..slow_server()
    };
    let finding = fired(&AUDIT, &world.facts());
    assert!(finding.summary.contains("in front of the application"));
    let fact = finding.evidence.last().unwrap();
    assert_eq!(
        (fact.metric.as_str(), fact.n),
        ("server-timing total p50", 10)
    );
}

#[test]
fn ordinary_service_times_are_quiet() {
    let short = World {
        service: ms(9.0),
        rtt: ms(0.1),
        ..World::default()
    };
    assert_quiet(&AUDIT, &short.facts());
    let beside_a_long_path = World {
        service: ms(30.0),
        rtt: ms(80.0),
        ..World::default()
    };
    assert_quiet(&AUDIT, &beside_a_long_path.facts());
}

#[test]
fn without_a_round_trip_it_is_not_measured() {
    let mut facts = slow_server().facts();
    facts.survey = crate::facts::Survey::default();
    facts.baseline.exchanges.retain(Exchange::is_reused);
    for call in &mut facts.baseline.exchanges {
        call.path = None;
    }
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(WAITS));
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(BASELINE));
}
