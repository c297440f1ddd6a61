//! A full line, and what could make it shorter.

use netopt_core::path::PathSample;
use netopt_core::unit::{BitRate, Bytes};

use super::*;
use crate::facts::BodySample;
use crate::worlds::{World, assert_quiet, download, fired, ms, saving, upload};

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}

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

/// Requests of 400 kB on 20 Mbit/s.
fn uploading(busy: f64, request: Option<BodySample>) -> Facts {
    let sent = PathSample {
        rtt: Some(ms(45.0)),
        busy: Some(ms(busy)),
        delivery_rate: BitRate::from_bps(19e6),
        bytes_again: Some(Bytes::ZERO),
        app_limited: Some(false),
        ..PathSample::default()
    };
    let mut facts = upload(&far(), 400_000, busy + 5.0, sent);
    facts.survey.request = request;
    facts
}

#[test]
fn a_line_that_is_full_of_requests_is_told_with_what_their_body_would_shrink_to() {
    let sample = |packed| {
        Some(BodySample {
            plain: Bytes::new(60_000),
            packed: Bytes::new(packed),
        })
    };
    for (request, word) in [
        (sample(6_000), "shrink to 10 %"),
        (sample(59_000), "hardly shrink"),
        (None, "Compress its body if"),
    ] {
        let finding = fired(&AUDIT, &uploading(208.0, request));
        assert!((saving(&finding) - 168.4).abs() < 1.0, "{finding:?}");
        assert!(
            matches!(&finding.remedy, Remedy::Advice(text) if text.contains(word)),
            "{finding:?}"
        );
    }
}

#[test]
fn requests_that_wait_for_something_else_do_not_fill_the_line() {
    assert_quiet(&AUDIT, &uploading(400.0, None));
}
