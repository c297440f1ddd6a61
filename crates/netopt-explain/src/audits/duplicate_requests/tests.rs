//! Identical calls that meet, and calls that do not.

use netopt_core::plan::Plan;
use proptest::prelude::*;

use super::*;
use crate::worlds::{Asks, World, asking, assert_quiet, fired, ms, saving};

/// A server that works for 100 ms.
fn slow() -> World {
    World {
        service: ms(100.0),
        spread: 0.0,
        ..World::default()
    }
}

fn every(interval: f64, resources: u64) -> Asks {
    Asks {
        resources,
        interval: ms(interval),
        keepable: None,
    }
}

#[test]
fn calls_that_meet_an_identical_one_could_share_its_answer() {
    // One in six leads; the others join 20, 40, 60, 80 and 100 ms later.
    let finding = fired(&AUDIT, &asking(&slow(), every(20.0, 1)));
    assert_eq!(finding.change(), Some(Change::Coalesce(Switch::On)));
    assert_eq!(finding.severity, Severity::High);
    assert!((45.0..55.0).contains(&saving(&finding)), "{finding:?}");
    assert!(finding.summary.starts_with("50 of 60 calls"));
}

#[test]
fn different_things_at_once_and_the_same_in_turn_are_quiet() {
    assert_quiet(&AUDIT, &asking(&slow(), every(20.0, 60)));
    assert_quiet(&AUDIT, &asking(&slow(), every(120.0, 1)));
}

#[test]
fn what_only_stands_for_others_is_quiet_and_so_is_a_client_that_merges() {
    let mut facts = asking(&slow(), every(20.0, 1));
    facts.asking = Asking::StandIn;
    assert_quiet(&AUDIT, &facts);
    let merging = World {
        client: Plan::new().with(Change::Coalesce(Switch::On)),
        ..slow()
    };
    assert_quiet(&AUDIT, &asking(&merging, every(20.0, 1)));
}

#[test]
fn calls_that_meet_only_while_they_are_redirected_do_not_share() {
    // One every 120 ms, each on its way for 60 ms after a redirect of 100 ms.
    let world = World {
        service: ms(60.0),
        ..slow()
    };
    let mut facts = asking(&world, every(120.0, 1));
    for call in &mut facts.baseline.exchanges {
        let lead = ms(100.0);
        call.timeline = call.timeline.asked_for(lead);
        call.journey.redirects = 1;
        call.journey.redirected = lead;
    }
    assert_quiet(&AUDIT, &facts);
}

#[test]
fn needless_requests_that_save_no_time_are_told_and_stay_low() {
    let quick = World {
        service: ms(0.1),
        rtt: ms(0.1),
        ..World::default()
    };
    let finding = fired(&AUDIT, &asking(&quick, every(0.05, 1)));
    assert_eq!(finding.severity, Severity::Low);
}

#[test]
fn too_few_calls_are_not_measured() {
    let world = World { calls: 9, ..slow() };
    let facts = asking(&world, every(20.0, 1));
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(CALLS));
}

proptest! {
    /// Nobody joins who came alone, nobody gains more than a whole call, and somebody always has to ask.
    #[test]
    fn a_leader_is_needed_and_no_call_saves_more_than_itself(interval in 0.1f64..150.0, resources in 1u64..40) {
        let facts = asking(&slow(), every(interval, resources));
        let calls = placed(&facts);
        let joined = joined(&calls);
        prop_assert!(joined.len() as u64 + resources.min(60) <= 60);
        prop_assert!(joined.iter().all(|saved| *saved <= ms(103.0)));
    }
}
