//! Calls that fail after a pause, calls that are made again, and servers that only close.

use netopt_core::plan::Plan;
use proptest::prelude::*;

use super::*;
use crate::worlds::{World, assert_quiet, fired, idling, ms, queue_first, saving};

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}

fn timeout(finding: &Finding) -> Duration {
    match finding.change() {
        Some(Change::IdleTimeout(timeout)) => timeout,
        other => panic!("{other:?}"),
    }
}

#[test]
fn calls_that_fail_after_a_pause_shorten_it() {
    let finding = fired(&AUDIT, &idling(&far(), ms(200.0), &[50.0, 250.0, 120.0]));
    assert_eq!(timeout(&finding), ms(200.0));
    assert_eq!(finding.severity, Severity::High);
    assert_eq!(finding.estimate.unwrap().metric, "throughput");
    assert!(
        finding.summary.starts_with("19 of 60 calls got no answer"),
        "{}",
        finding.summary
    );
    assert!(
        finding.summary.contains("keeps it for 90"),
        "{}",
        finding.summary
    );
}

#[test]
fn a_few_failures_weigh_as_much_as_slowness() {
    let mut pauses = vec![50.0; 18];
    pauses.push(300.0);
    let finding = fired(&AUDIT, &idling(&far(), ms(200.0), &pauses));
    assert_eq!(finding.severity, Severity::Medium);
}

#[test]
fn calls_that_are_made_again_are_about_latency() {
    let mut facts = far().facts();
    queue_first(&mut facts, ms(60.0));
    for call in &mut facts.baseline.exchanges {
        call.journey.broken_after = Some(ms(500.0));
    }
    let finding = fired(&AUDIT, &facts);
    assert_eq!(timeout(&finding), ms(400.0));
    assert!((58.0..62.0).contains(&saving(&finding)), "{finding:?}");
    assert!(
        finding.summary.contains("had to be made again"),
        "{}",
        finding.summary
    );
}

#[test]
fn pauses_that_the_server_outlasts_are_quiet() {
    assert_quiet(
        &AUDIT,
        &idling(&far(), ms(2_000.0), &[50.0, 250.0, 1_900.0]),
    );
    assert_quiet(&AUDIT, &far().facts());
}

#[test]
fn connections_that_were_seen_to_be_closed_cost_no_call() {
    let mut facts = far().facts();
    for call in &mut facts.baseline.exchanges {
        call.connection.as_mut().unwrap().earlier = 0;
    }
    assert_quiet(&AUDIT, &facts);
}

#[test]
fn a_client_that_closes_sooner_already_is_quiet() {
    let mut facts = idling(&far(), ms(200.0), &[50.0, 250.0]);
    facts.client = Plan::new().with(Change::IdleTimeout(ms(150.0)));
    assert_quiet(&AUDIT, &facts);
}

#[test]
fn without_the_kernel_idle_times_are_not_measured() {
    let mut facts = idling(&far(), ms(200.0), &[250.0]);
    for call in &mut facts.baseline.exchanges {
        call.path_before = None;
    }
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(IDLE));
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(CALLS));
}

proptest! {
    #[test]
    fn what_is_proposed_is_below_what_broke(keeps in 2.0f64..10_000.0, pause in 1.0f64..20_000.0) {
        let (keeps, pause) = (keeps.round(), pause.round());
        match (AUDIT.check)(&idling(&far(), ms(keeps), &[1.0, pause])) {
            Outcome::Fires(finding) => {
                prop_assert!(pause >= keeps);
                prop_assert!(timeout(&finding) < ms(pause) && timeout(&finding) >= ms(1.0));
            }
            _ => prop_assert!(pause < keeps),
        }
    }
}
