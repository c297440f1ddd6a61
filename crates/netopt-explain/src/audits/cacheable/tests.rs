//! What may be kept and is asked for again, and what may not or is not.

use netopt_core::asked::Keepable;
use netopt_core::finding::{Severity, Status};
use netopt_core::plan::Plan;
use proptest::prelude::*;

use super::*;
use crate::facts::Asking;
use crate::worlds::{Asks, World, asking, assert_quiet, fired, ms, saving};

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}

/// Ten things in turn, each asked for again a second later.
fn again(fresh_for: f64, then: Afterwards) -> Asks {
    Asks {
        resources: 10,
        interval: ms(100.0),
        keepable: Some(Keepable {
            fresh_for: ms(fresh_for),
            then,
        }),
    }
}

#[test]
fn what_is_still_fresh_and_asked_for_again_gets_a_cache() {
    let facts = asking(&far(), again(60_000.0, Afterwards::FetchAnew));
    let finding = fired(&AUDIT, &facts);
    assert_eq!(finding.change(), Some(Change::CacheSize(PROPOSED_SIZE)));
    assert_eq!(finding.severity, Severity::High);
    assert_eq!(finding.status(), Status::Hypothesis);
    // The first ten of sixty have nothing to find.
    let share = saving(&finding) / 42.0;
    assert!((0.8..0.87).contains(&share), "{finding:?}");
    assert!(finding.summary.starts_with("50 of 60 calls"));
}

#[test]
fn one_request_that_stands_for_others_is_quiet() {
    let mut facts = asking(&far(), again(60_000.0, Afterwards::FetchAnew));
    facts.asking = Asking::StandIn;
    assert_quiet(&AUDIT, &facts);
}

#[test]
fn what_runs_out_before_it_is_asked_for_again_is_quiet() {
    // It is asked for again after a second, and an answer is fresh from its end on.
    assert_quiet(&AUDIT, &asking(&far(), again(900.0, Afterwards::FetchAnew)));
    fired(&AUDIT, &asking(&far(), again(980.0, Afterwards::FetchAnew)));
}

#[test]
fn a_validator_saves_the_body_and_not_the_round_trip() {
    let small = asking(&far(), again(0.0, Afterwards::Revalidate));
    assert_quiet(&AUDIT, &small);
    let large = World {
        rate: netopt_core::unit::BitRate::from_bps(10e6),
        body: Bytes::new(100_000),
        ..far()
    };
    let finding = fired(&AUDIT, &asking(&large, again(0.0, Afterwards::Revalidate)));
    // 80 ms of the line for the body, in five calls of six.
    assert!((60.0..70.0).contains(&saving(&finding)), "{finding:?}");
    assert!(finding.summary.contains("can be asked if it changed"));
}

#[test]
fn calls_that_overlap_find_the_first_answer_that_came() {
    // One every 10 ms. The first two connect; the third begins after 20 ms and ends 42 ms later, before them.
    let asks = Asks {
        resources: 1,
        interval: ms(10.0),
        ..again(60_000.0, Afterwards::FetchAnew)
    };
    let finding = fired(&AUDIT, &asking(&far(), asks));
    let first = finding.summary.split(' ').next().unwrap();
    let found: u64 = first.parse().unwrap();
    assert_eq!(found, 53, "{finding:?}");
}

#[test]
fn what_may_not_be_kept_is_quiet_and_so_is_a_client_with_a_cache() {
    let forbidden = Asks {
        keepable: None,
        ..again(0.0, Afterwards::FetchAnew)
    };
    assert_quiet(&AUDIT, &asking(&far(), forbidden));
    let caching = World {
        client: Plan::new().with(Change::CacheSize(PROPOSED_SIZE)),
        ..far()
    };
    let asks = again(60_000.0, Afterwards::FetchAnew);
    assert_quiet(&AUDIT, &asking(&caching, asks));
    let once = Asks {
        resources: 1_000,
        ..asks
    };
    assert_quiet(&AUDIT, &asking(&far(), once));
}

#[test]
fn downloads_posts_and_calls_of_loopback_are_quiet() {
    let asks = again(60_000.0, Afterwards::FetchAnew);
    let mut downloads = asking(&far(), asks);
    for call in &mut downloads.baseline.exchanges {
        call.traffic.decoded = Bytes::new(2_000_000);
    }
    let mut posts = asking(&far(), asks);
    for call in &mut posts.baseline.exchanges {
        call.asked.as_mut().unwrap().resource = None;
    }
    let near = World {
        rtt: ms(0.05),
        service: ms(0.1),
        ..World::default()
    };
    for facts in [downloads, posts, asking(&near, asks)] {
        assert_quiet(&AUDIT, &facts);
    }
}

#[test]
fn too_few_calls_are_not_measured() {
    let world = World { calls: 9, ..far() };
    let facts = asking(&world, again(60_000.0, Afterwards::FetchAnew));
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(CALLS));
}

proptest! {
    /// The first call for a thing finds nothing, and for ever is never worse than for a while.
    #[test]
    fn no_first_call_is_answered_and_what_never_runs_out_answers_most(
        resources in 1u64..30, interval in 1.0f64..200.0, fresh in 0.0f64..5_000.0,
    ) {
        let played = |fresh_for| {
            let keepable = Keepable { fresh_for: ms(fresh_for), then: Afterwards::FetchAnew };
            let asks = Asks { resources, interval: ms(interval), keepable: Some(keepable) };
            Played::of(&placed(&asking(&far(), asks)))
        };
        let (some, most) = (played(fresh), played(1e9));
        prop_assert!(some.fresh <= most.fresh && some.saved <= most.saved, "{some:?} {most:?}");
        prop_assert!(most.fresh as u64 + resources.min(60) <= 60);
        prop_assert_eq!(some.stale, 0);
    }
}
