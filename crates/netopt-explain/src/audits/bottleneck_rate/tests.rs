//! A full line, and what could make it shorter.

use netopt_core::unit::Bytes;

use super::*;
use crate::worlds::{World, assert_quiet, download, fired, ms, saving};

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}
use crate::facts::BodySample;

/// 2.5 kB each millisecond.
fn steady(world: &World, millis: u32) -> Facts {
    let course: Vec<(f64, u64)> = (0..millis).map(|n| (f64::from(n), 2_500)).collect();
    download(world, &course, |_| {})
}

#[test]
fn a_line_that_takes_most_of_the_call_is_told() {
    let finding = fired(&AUDIT, &steady(&far(), 200));
    assert!(matches!(finding.remedy, Remedy::Advice(_)));
    assert!((150.0..=200.0).contains(&saving(&finding)), "{finding:?}");
}

#[test]
fn bytes_that_would_shrink_are_the_business_of_compression() {
    let sample = |packed| {
        Some(BodySample {
            plain: Bytes::new(60_000),
            packed: Bytes::new(packed),
        })
    };
    let world = World {
        sample: sample(6_000),
        ..far()
    };
    assert_quiet(&AUDIT, &steady(&world, 200));
    let world = World {
        sample: sample(59_000),
        ..far()
    };
    fired(&AUDIT, &steady(&world, 200));
}

#[test]
fn a_short_transfer_is_ordinary() {
    assert_quiet(&AUDIT, &steady(&far(), 20));
    assert_quiet(&AUDIT, &far().facts());
}

#[test]
fn without_an_answer_it_is_not_measured() {
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(CALLS));
}
