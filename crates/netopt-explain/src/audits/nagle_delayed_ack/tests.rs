//! Stalls of both sides, on short, long and hidden paths, and pauses that are none.

use netopt_core::finding::Severity;
use netopt_core::plan::Plan;

use super::*;
use crate::worlds::{World, Writes, assert_quiet, fired, ms, saving};

fn with_nagle() -> World {
    World {
        client: Plan::new().with(Change::Nodelay(Switch::Off)),
        request: Writes::Pieces,
        rtt: ms(0.1),
        ..World::default()
    }
}

fn answering_in_pieces() -> World {
    World {
        answer: Writes::Pieces,
        ..World::default()
    }
}

#[test]
fn a_request_in_pieces_stalls_for_the_delay_and_a_round_trip() {
    for rtt in [0.1, 5.0, 40.0, 120.0] {
        let world = World {
            rtt: ms(rtt),
            ..with_nagle()
        };
        let finding = fired(&AUDIT, &world.facts());
        assert_eq!(finding.change(), Some(Change::Nodelay(Switch::On)));
        let expected = 40.0 + rtt;
        assert!(
            (saving(&finding) - expected).abs() < 2.0,
            "{rtt}: {finding:?}"
        );
        assert!(finding.severity >= Severity::Medium, "{rtt}: {finding:?}");
    }
}

#[test]
fn the_stall_is_seen_through_a_relay() {
    let world = World {
        hidden: ms(50.0),
        ..with_nagle()
    };
    let finding = fired(&AUDIT, &world.facts());
    assert!((saving(&finding) - 40.0).abs() < 2.0, "{finding:?}");
}

#[test]
fn the_servers_work_is_not_part_of_the_stall() {
    let world = World {
        service: ms(100.0),
        ..with_nagle()
    };
    let finding = fired(&AUDIT, &world.facts());
    assert!((saving(&finding) - 40.0).abs() < 2.0, "{finding:?}");
}

#[test]
fn without_a_word_from_the_kernel_the_times_tell() {
    let world = World {
        kernel_tells: false,
        ..with_nagle()
    };
    let finding = fired(&AUDIT, &world.facts());
    assert_eq!(finding.change(), Some(Change::Nodelay(Switch::On)));
    let innocent = World {
        request: Writes::Whole,
        service: ms(41.0),
        ..world
    };
    assert_quiet(&AUDIT, &innocent.facts());
}

#[test]
fn nagle_that_holds_nothing_is_quiet() {
    let whole = World {
        request: Writes::Whole,
        ..with_nagle()
    };
    assert_quiet(&AUDIT, &whole.facts());
    let off = World {
        client: Plan::new(),
        ..with_nagle()
    };
    assert_quiet(&AUDIT, &off.facts());
}

#[test]
fn an_answer_in_pieces_waits_for_our_acknowledgement() {
    for rtt in [0.1, 20.0, 40.0] {
        let world = World {
            rtt: ms(rtt),
            ..answering_in_pieces()
        };
        let finding = fired(&AUDIT, &world.facts());
        assert_eq!(finding.change(), Some(Change::Quickack(Switch::On)));
        assert!((saving(&finding) - 41.0).abs() < 1.0, "{rtt}: {finding:?}");
        assert!(finding.summary.contains("TCP_NODELAY"));
    }
}

#[test]
fn a_server_that_pauses_by_itself_is_no_stall() {
    let world = World {
        server_pauses: ms(41.0),
        ..World::default()
    };
    assert_quiet(&AUDIT, &world.facts());
}

#[test]
fn a_gap_in_a_large_answer_is_not_judged() {
    let world = World {
        body: netopt_core::unit::Bytes::new(200_000),
        ..answering_in_pieces()
    };
    assert_quiet(&AUDIT, &world.facts());
}

#[test]
fn a_client_that_acknowledges_at_once_gets_advice_for_the_server() {
    let mut facts = answering_in_pieces().facts();
    facts.client = Plan::new().with(Change::Quickack(Switch::On));
    let finding = fired(&AUDIT, &facts);
    assert!(finding.change().is_none());
    assert!(matches!(finding.remedy, Remedy::Advice(_)));
}

#[test]
fn four_calls_are_not_measured() {
    let world = World {
        calls: 4,
        ..with_nagle()
    };
    assert_eq!((AUDIT.check)(&world.facts()), Outcome::missing(CALLS));
}

#[test]
fn systems_that_delay_by_200_ms_stall_for_longer() {
    let mut facts = World::default().facts();
    for call in facts.baseline.exchanges.iter_mut().skip(2) {
        call.traffic.longest_gap = ms(201.0);
    }
    for call in &mut facts.baseline.exchanges {
        // The gap is a part of the call.
        call.lateness = ms(201.0);
    }
    let finding = fired(&AUDIT, &facts);
    assert!((saving(&finding) - 200.0).abs() < 1.0, "{finding:?}");
}
