//! A slow minority that is bad luck, and slow minorities that are not.

use netopt_core::path::PathSample;
use netopt_core::plan::Plan;
use proptest::prelude::*;

use super::*;
use crate::worlds::{World, assert_quiet, fired, ms, saving};

/// One call of twenty-one takes 300 ms instead of 5, each by itself.
fn unlucky() -> World {
    World {
        service: ms(5.0),
        one_slow_in: Some((21, ms(300.0))),
        calls: 400,
        ..World::default()
    }
}

fn slow(call: &Exchange) -> bool {
    call.wait().is_some_and(|wait| wait > ms(100.0))
}

#[test]
fn a_slow_minority_is_asked_twice() {
    let finding = fired(&AUDIT, &unlucky().facts());
    let after = Percentile::new(85);
    assert_eq!(finding.change(), Some(Change::HedgeAfter(after)));
    // 290 ms for a twenty-first of the calls are 14 ms; a median of 6 ms cannot lose more than itself.
    assert!((saving(&finding) - 6.0).abs() < 0.2, "{finding:?}");
    assert_eq!(finding.estimate.unwrap().metric, "mean_latency");
    assert_eq!(finding.severity, netopt_core::finding::Severity::High);
}

#[test]
fn quick_calls_rare_accidents_and_a_slow_majority_have_no_tail() {
    let none = World {
        one_slow_in: None,
        ..unlucky()
    };
    let accidents = World {
        one_slow_in: Some((150, ms(900.0))),
        ..unlucky()
    };
    let majority = World {
        one_slow_in: Some((2, ms(300.0))),
        ..unlucky()
    };
    let hardly = World {
        one_slow_in: Some((21, ms(9.0))),
        ..unlucky()
    };
    for world in [none, accidents, majority, hardly] {
        assert_quiet(&AUDIT, &world.facts());
    }
}

#[test]
fn who_hedges_already_or_may_not_is_left_alone() {
    for change in [
        Change::HedgeAfter(Percentile::new(90)),
        Change::RetryBudget(Some(Ratio::ZERO)),
    ] {
        let world = World {
            client: Plan::new().with(change),
            ..unlucky()
        };
        assert_quiet(&AUDIT, &world.facts());
    }
}

#[test]
fn calls_that_are_slow_together_stand_in_a_queue() {
    let mut facts = unlucky().facts();
    for (index, call) in (0_u32..).zip(&mut facts.baseline.exchanges) {
        // The slow ones come within a second, two in three of those that begin then.
        let at = if slow(call) {
            index / 21 * 30
        } else {
            700 + index * 100
        };
        call.begun = Some(Duration::from_millis(at.into()));
    }
    assert_quiet(&AUDIT, &facts);
}

#[test]
fn where_packets_are_lost_the_path_is_the_reason() {
    let mut facts = unlucky().facts();
    for call in facts.baseline.exchanges.iter_mut().step_by(42) {
        call.path_before = Some(Box::new(PathSample::default()));
        let path = call.path.as_mut().unwrap();
        path.bytes_again = Some(Bytes::new(600));
        call.path_before.as_mut().unwrap().bytes_again = Some(Bytes::ZERO);
    }
    assert_quiet(&AUDIT, &facts);
}

#[test]
fn larger_answers_and_a_connection_of_their_own_are_reasons() {
    let mut larger = unlucky().facts();
    let mut apart = unlucky().facts();
    for call in larger
        .baseline
        .exchanges
        .iter_mut()
        .filter(|call| slow(call))
    {
        call.traffic.body = Bytes::new(60_000);
    }
    for call in apart
        .baseline
        .exchanges
        .iter_mut()
        .filter(|call| slow(call))
    {
        call.connection.as_mut().unwrap().id = 9;
    }
    assert_quiet(&AUDIT, &larger);
    assert_quiet(&AUDIT, &apart);
}

#[test]
fn too_few_calls_and_unknown_beginnings_are_not_measured() {
    let few = World {
        calls: 39,
        ..unlucky()
    };
    assert_eq!((AUDIT.check)(&few.facts()), Outcome::missing(CALLS));
    let mut facts = unlucky().facts();
    for call in &mut facts.baseline.exchanges {
        call.begun = None;
    }
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(BEGINNINGS));
}

proptest! {
    #[test]
    fn bad_luck_is_found_whatever_its_size(every in 13u64..32, usual in 3.0f64..30.0, factor in 15.0f64..60.0) {
        // An odd one of so many, so that it is not always the same connection.
        let world = World {
            service: ms(usual),
            one_slow_in: Some((every | 1, ms(usual * factor))),
            ..unlucky()
        };
        let finding = fired(&AUDIT, &world.facts());
        let Some(Change::HedgeAfter(Some(after))) = finding.change() else {
            return Err(TestCaseError::fail(format!("{finding:?}")));
        };
        // Twice as many lie beyond it.
        let slow = 1.0 / (every | 1) as f64;
        prop_assert!(slow * 2.0 < 1.0 - after.share().get(), "{after} of one in {every}");
    }

    #[test]
    fn slow_calls_that_come_together_are_never_bad_luck(together in 8usize..60, usual in 1.0f64..30.0) {
        let world = World { service: ms(usual), one_slow_in: None, ..unlucky() };
        let mut facts = world.facts();
        for call in facts.baseline.exchanges.iter_mut().skip(50).take(together) {
            let slow = call.timeline.end() + ms(20_000.0);
            call.timeline.mark(netopt_core::phase::Phase::Wait, Duration::ZERO, slow);
        }
        assert_quiet(&AUDIT, &facts);
    }
}
