//! Whose fault a new connection is, what it costs, and when it is nobody's.

use netopt_core::plan::Plan;

use super::*;
use crate::worlds::{World, assert_quiet, fired, ms, saving};

fn without_keep_alive() -> Plan {
    Plan::new().with(Change::KeepAlive(Switch::Off))
}

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}

fn advice(finding: &Finding) -> &str {
    match &finding.remedy {
        Remedy::Advice(text) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_client_that_does_not_keep_connections_is_told_to() {
    let world = World {
        client: without_keep_alive(),
        ..far()
    };
    let finding = fired(&AUDIT, &world.facts());
    assert_eq!(finding.change(), Some(Change::KeepAlive(Switch::On)));
    assert_eq!(finding.severity, Severity::High);
    assert!((38.0..42.0).contains(&saving(&finding)), "{finding:?}");
    assert!(finding.evidence.iter().all(|fact| fact.n > 0));
}

#[test]
fn a_server_that_closes_is_advised_with_its_own_directive() {
    let closing = |server| World {
        server_keeps: false,
        server,
        ..far()
    };
    let finding = fired(&AUDIT, &closing(Some("nginx/1.27")).facts());
    assert!(advice(&finding).contains("keepalive_timeout 75s; keepalive_requests 1000;"));
    assert!(
        finding
            .summary
            .contains("closes the connection after each answer (10 of 10)"),
        "{}",
        finding.summary
    );
    assert_eq!(finding.severity, Severity::High);
    let apache = fired(&AUDIT, &closing(Some("Apache/2.4.65")).facts());
    assert!(advice(&apache).contains("KeepAlive On"));
    let unknown = fired(&AUDIT, &closing(None).facts());
    assert!(advice(&unknown).contains("without `Connection: close`"));
}

#[test]
fn a_closing_server_on_a_short_path_is_low_but_told() {
    let world = World {
        rtt: ms(0.1),
        server_keeps: false,
        ..World::default()
    };
    let finding = fired(&AUDIT, &world.facts());
    assert_eq!(finding.severity, Severity::Low);
    assert!(finding.change().is_none());
}

#[test]
fn a_closing_server_is_the_cause_even_when_the_client_does_not_offer() {
    let world = World {
        client: without_keep_alive(),
        server_keeps: false,
        ..far()
    };
    assert!(fired(&AUDIT, &world.facts()).change().is_none());
}

#[test]
fn a_server_that_closes_now_and_then_is_told_so() {
    let mut facts = far().facts();
    for (index, call) in facts.baseline.exchanges.iter_mut().enumerate() {
        call.connection.as_mut().unwrap().earlier = index as u64 % 3;
        call.answer.as_mut().unwrap().closes = index % 3 == 2;
    }
    let finding = fired(&AUDIT, &facts);
    assert!(
        finding.summary.contains("after some answers (20 of 60)"),
        "{}",
        finding.summary
    );
    assert_eq!(finding.estimate.unwrap().metric, "mean_latency");
}

#[test]
fn connections_that_end_while_idle_are_nobodys_wish() {
    let mut facts = far().facts();
    for call in &mut facts.baseline.exchanges {
        call.connection.as_mut().unwrap().earlier = 0;
    }
    let finding = fired(&AUDIT, &facts);
    assert!(advice(&finding).contains("idle time-out"), "{finding:?}");
}

#[test]
fn a_slow_lookup_is_left_to_its_own_audit_where_the_server_closes() {
    let closing = World {
        server_keeps: false,
        lookup: Some(ms(60.0)),
        ..far()
    };
    assert!((38.0..42.0).contains(&saving(&fired(&AUDIT, &closing.facts()))));
    let ours = World {
        client: without_keep_alive(),
        lookup: Some(ms(60.0)),
        ..far()
    };
    assert!((98.0..102.0).contains(&saving(&fired(&AUDIT, &ours.facts()))));
}

#[test]
fn clients_that_reuse_are_quiet() {
    assert_quiet(&AUDIT, &World::default().facts());
    assert_quiet(&AUDIT, &far().facts());
}

#[test]
fn new_connections_on_loopback_are_not_worth_telling() {
    let world = World {
        client: without_keep_alive(),
        rtt: ms(0.1),
        ..World::default()
    };
    assert_quiet(&AUDIT, &world.facts());
}

#[test]
fn without_a_survey_the_handshakes_of_the_baseline_count() {
    let world = World {
        client: without_keep_alive(),
        ..far()
    };
    let mut facts = world.facts();
    facts.survey = crate::facts::Survey::default();
    let finding = fired(&AUDIT, &facts);
    assert!((38.0..42.0).contains(&saving(&finding)), "{finding:?}");
}

#[test]
fn connections_that_we_cut_off_are_not_the_servers_doing() {
    let mut facts = World {
        server_keeps: false,
        ..far()
    }
    .facts();
    for call in &mut facts.baseline.exchanges {
        call.answer.as_mut().unwrap().cut = true;
    }
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(WHOLE));
}

#[test]
fn too_few_calls_are_not_measured() {
    let world = World {
        calls: 9,
        ..World::default()
    };
    assert_eq!((AUDIT.check)(&world.facts()), Outcome::missing(CALLS));
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(CALLS));
}
