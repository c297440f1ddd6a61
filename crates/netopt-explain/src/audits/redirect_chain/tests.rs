//! Calls that are sent on, often and rarely.

use netopt_core::finding::Severity;
use proptest::prelude::*;

use super::*;
use crate::worlds::{World, assert_quiet, fired, ms, redirected, saving};

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}

fn advice_of(finding: &Finding) -> &str {
    match &finding.remedy {
        Remedy::Advice(text) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_chain_is_told_with_its_time_and_its_end() {
    let finding = fired(&AUDIT, &redirected(&far(), 1, 2, 40.0));
    assert!((saving(&finding) - 80.0).abs() < 0.1, "{finding:?}");
    assert_eq!(finding.severity, Severity::High);
    assert!(
        finding
            .summary
            .contains("60 of 60 calls are redirected, twice")
    );
    let advice = advice_of(&finding);
    assert!(advice.contains("`http://shop.test/now`") && advice.contains("for good"));
}

#[test]
fn a_server_that_decides_anew_each_time_is_told_apart() {
    let mut facts = redirected(&far(), 1, 1, 40.0);
    for call in &mut facts.baseline.exchanges {
        call.journey.moved = 0;
    }
    assert!(advice_of(&fired(&AUDIT, &facts)).contains("Not all of these redirects are for good"));
}

#[test]
fn some_redirected_calls_weigh_by_their_share() {
    let finding = fired(&AUDIT, &redirected(&far(), 4, 1, 40.0));
    assert!((saving(&finding) - 10.0).abs() < 0.1, "{finding:?}");
    assert_eq!(finding.estimate.unwrap().metric, "mean_latency");
    assert_quiet(&AUDIT, &redirected(&far(), 60, 1, 40.0));
}

#[test]
fn none_and_quick_ones_are_quiet() {
    assert_quiet(&AUDIT, &far().facts());
    assert_quiet(&AUDIT, &redirected(&far(), 1, 1, 0.3));
}

#[test]
fn redirects_are_no_wait_for_a_connection() {
    let limited = World {
        client: netopt_core::plan::Plan::new().with(netopt_core::change::Change::MaxConnections(
            std::num::NonZeroU32::new(2),
        )),
        ..far()
    };
    let facts = redirected(&limited, 1, 2, 40.0);
    assert_quiet(&crate::audits::pool_too_small::AUDIT, &facts);
    let breakdown = crate::typical(&facts).unwrap();
    let term = |term| breakdown.term(term).unwrap_or_default();
    use netopt_core::model::latency::Term;
    assert!(term(Term::Rounds) >= ms(80.0), "{breakdown:?}");
    assert_eq!(term(Term::PoolWait), Duration::ZERO);
}

#[test]
fn too_few_calls_are_not_measured() {
    let world = World { calls: 9, ..far() };
    let facts = redirected(&world, 1, 1, 40.0);
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(CALLS));
}

proptest! {
    /// What is told is the mean of what was measured, and never more than a call takes.
    #[test]
    fn the_estimate_is_the_mean_of_what_was_measured(nth in 1usize..10, redirects in 1u32..5, each in 1.0f64..60.0) {
        let facts = redirected(&far(), nth, redirects, each);
        if let Outcome::Fires(finding) = check(&facts) {
            let of = 60_usize.div_ceil(nth);
            let p50 = facts.p50().unwrap().as_secs_f64() * 1e3;
            let expected = (each * f64::from(redirects) * share(of, 60)).min(p50);
            prop_assert!((saving(&finding) - expected).abs() < 0.01 * expected + 0.001);
        }
    }
}
