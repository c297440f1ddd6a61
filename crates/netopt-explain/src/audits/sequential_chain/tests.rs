//! Pieces of work that mostly wait, and such that do not.

use netopt_core::outcome;
use netopt_core::unit::{BitRate, Bytes};
use proptest::prelude::*;

use super::*;
use crate::worlds::{World, assert_quiet, chained, fired, ms, saving};

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}

#[test]
fn calls_that_wait_for_distance_could_go_at_once() {
    let finding = fired(&AUDIT, &chained(&far(), 10));
    // 42 ms each: nine tenths of them for nothing.
    assert!((36.0..39.0).contains(&saving(&finding)), "{finding:?}");
    assert!(matches!(finding.remedy, Remedy::Advice(_)));
    assert!(
        finding
            .summary
            .starts_with("A piece of work makes 10 calls")
    );
    assert_eq!(finding.evidence[0].n, 6);
}

#[test]
fn calls_of_which_nothing_was_said_are_no_chain() {
    assert_quiet(&AUDIT, &far().facts());
    assert_quiet(&AUDIT, &chained(&far(), 1));
}

#[test]
fn a_line_that_is_full_anyway_is_quiet() {
    // 400 kB on 10 Mbit/s: 320 ms of each call, whatever goes beside it.
    let full = World {
        rtt: ms(1.0),
        rate: BitRate::from_bps(10e6),
        body: Bytes::new(400_000),
        ..World::default()
    };
    assert_quiet(&AUDIT, &chained(&full, 10));
}

#[test]
fn where_a_call_failed_the_pieces_cannot_be_told() {
    let mut facts = chained(&far(), 10);
    facts.baseline.exchanges[3].outcome = outcome::Outcome::Answered(500);
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(PASSES));
    let few = World { calls: 29, ..far() };
    assert_eq!((AUDIT.check)(&chained(&few, 10)), Outcome::missing(PASSES));
}

proptest! {
    /// At once is never later than one after the other, nor earlier than the longest call.
    #[test]
    fn at_once_lies_between_the_longest_call_and_all_of_them(length in 2u32..12, rtt in 0.1f64..100.0, spread in 0.0f64..1.0) {
        let world = World { rtt: ms(rtt), spread, ..World::default() };
        let facts = chained(&world, length);
        let pieces = pieces(&facts, length);
        prop_assert_eq!(pieces.len(), 60 / usize::try_from(length).unwrap());
        for (piece, calls) in pieces.iter().zip(placed(&facts).chunks_exact(usize::try_from(length).unwrap())) {
            let longest = calls.iter().map(|placed| placed.call.service_time()).max().unwrap();
            prop_assert!(piece.at_once >= longest && piece.at_once <= piece.one_by_one);
        }
    }
}
