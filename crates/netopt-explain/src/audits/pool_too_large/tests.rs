//! A server that thrashes, one that has a queue, and pools that are small already.

use netopt_core::finding::Severity;
use netopt_core::plan::Plan;
use proptest::prelude::*;

use super::*;
use crate::facts::Survey;
use crate::worlds::{World, assert_quiet, fired, queueing, saving, thrashing};

fn limit(finding: &Finding) -> u32 {
    match finding.change() {
        Some(Change::MaxConnections(Some(limit))) => limit.get(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_that_is_in_its_own_way_gets_fewer_connections() {
    let facts = thrashing(16, 4);
    let finding = fired(&AUDIT, &facts);
    assert_eq!(limit(&finding), 4);
    // 16 at once take 80 ms each, so an answer takes 5 ms of the server; 4 at once 5 ms, so 1.3 ms.
    assert!((55.0..65.0).contains(&saving(&finding)), "{finding:?}");
    assert_eq!(finding.severity, Severity::High);
    assert!(finding.evidence.iter().all(|fact| fact.n > 0));
}

#[test]
fn of_the_levels_the_best_is_proposed_and_not_the_smallest() {
    // 20 is above what it can do, 10 is not.
    assert_eq!(limit(&fired(&AUDIT, &thrashing(40, 12))), 10);
}

#[test]
fn a_server_with_a_queue_is_not_helped_by_fewer_connections() {
    for workers in [1, 2, 4, 8] {
        let facts = queueing(16, workers);
        assert!(!facts.survey.crowds.is_empty(), "{workers}");
        assert_quiet(&AUDIT, &facts);
    }
}

#[test]
fn a_pool_that_is_as_small_already_is_quiet() {
    let mut facts = thrashing(16, 4);
    facts.client = Plan::new().with(Change::MaxConnections(NonZeroU32::new(4)));
    assert_quiet(&AUDIT, &facts);
    facts.client = Plan::new().with(Change::MaxConnections(NonZeroU32::new(16)));
    assert_eq!(limit(&fired(&AUDIT, &facts)), 4);
}

#[test]
fn one_call_at_a_time_is_no_crowd() {
    assert_quiet(&AUDIT, &World::default().facts());
}

#[test]
fn a_crowd_that_was_not_made_smaller_is_not_measured() {
    let mut facts = thrashing(16, 4);
    facts.survey = Survey {
        crowds: Vec::new(),
        ..facts.survey
    };
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(CROWDS));
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(CALLS));
}

proptest! {
    #[test]
    fn a_proposal_is_a_level_below_today_and_only_where_the_server_thrashes(callers in 4u32..200, above in 1u32..200) {
        let facts = thrashing(callers, above);
        match (AUDIT.check)(&facts) {
            Outcome::Fires(finding) => {
                prop_assert!(callers > above);
                prop_assert!(limit(&finding) <= callers / 2);
                prop_assert!(saving(&finding) > 0.0);
            }
            // The next level below is half of today: a little too much is not seen.
            Outcome::Quiet => prop_assert!(callers < 3 * above || above < 2),
            other => prop_assert!(false, "{other:?}"),
        }
    }
}
