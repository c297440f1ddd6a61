//! Storms, and retries that heal.

use netopt_core::outcome::Outcome as End;
use netopt_core::plan::Plan;
use proptest::prelude::*;

use super::*;
use crate::worlds::{World, assert_quiet, fired, ms};

/// A client without a budget.
fn client() -> Plan {
    [Change::RetryAttempts(3), Change::RetryBudget(None)]
        .into_iter()
        .collect()
}

/// Of ten calls so many fail after three retries, and so many succeed after one.
fn facts(client: Plan, fail: usize, heal: usize) -> Facts {
    let world = World {
        client,
        calls: 400,
        ..World::default()
    };
    let mut facts = world.facts();
    // A hundred calls a second.
    facts.baseline.window = Duration::from_secs(4);
    for (index, call) in facts.baseline.exchanges.iter_mut().enumerate() {
        let place = index % 10;
        if place < fail {
            call.journey.retries = 3;
            call.outcome = End::Answered(503);
            call.timeline = call.timeline.asked_for(ms(150.0));
        } else if place < fail + heal {
            call.journey.retries = 1;
            call.timeline = call.timeline.asked_for(ms(30.0));
        }
    }
    facts
}

#[test]
fn retries_in_vain_under_load_are_a_storm() {
    let finding = fired(&AUDIT, &facts(client(), 7, 1));
    let budget = Change::RetryBudget(Ratio::new(0.2));
    assert_eq!(finding.change(), Some(budget));
    assert_eq!(finding.severity, Severity::High);
    assert!(finding.summary.starts_with("3.2 requests"), "{finding:?}");
}

#[test]
fn retries_that_heal_are_none() {
    assert_quiet(&AUDIT, &facts(client(), 0, 9));
    assert_quiet(&AUDIT, &facts(client(), 1, 6));
}

#[test]
fn what_a_budget_would_let_through_is_none() {
    // 12 retries in ten calls are 480, a tenth of the calls with three each are 120 of the 180 that are allowed.
    assert_quiet(&AUDIT, &facts(client(), 1, 0));
    let bounded = client().with(Change::RetryBudget(Ratio::new(0.1)));
    assert_quiet(&AUDIT, &facts(bounded, 7, 1));
    let none = client().with(Change::RetryAttempts(0));
    assert_quiet(&AUDIT, &facts(none, 7, 1));
}

#[test]
fn a_service_that_fails_one_by_one_is_ill_for_another_reason() {
    let mut facts = facts(client(), 7, 1);
    for call in facts.survey.warm.iter_mut().chain(&mut facts.survey.fresh) {
        call.outcome = End::Answered(503);
    }
    assert_quiet(&AUDIT, &facts);
}

#[test]
fn without_single_calls_it_is_not_measured() {
    let mut facts = facts(client(), 7, 1);
    facts.survey = crate::facts::Survey::default();
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(SINGLE));
    let short = World {
        client: client(),
        calls: 12,
        ..World::default()
    };
    assert_eq!((AUDIT.check)(&short.facts()), Outcome::missing(CALLS));
}

proptest! {
    #[test]
    fn more_failures_never_make_a_storm_go_away(fail in 0usize..9, heal in 0usize..3) {
        let heal = heal.min(9 - fail);
        let fires = |fail| matches!((AUDIT.check)(&facts(client(), fail, heal)), Outcome::Fires(_));
        if fires(fail) && fail + 1 + heal < 10 {
            prop_assert!(fires(fail + 1));
        }
    }
}
