//! A send buffer below what the path holds, on either side.

use netopt_core::path::PathSample;
use netopt_core::plan::Plan;
use netopt_core::unit::Bytes;

use super::*;
use crate::worlds::{World, assert_quiet, download, fired, ms, saving, upload};

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}

fn uploading(plan: Plan, buffer_limited: f64) -> Facts {
    let sent = PathSample {
        busy: Some(ms(300.0)),
        buffer_limited: Some(ms(buffer_limited)),
        ..PathSample::default()
    };
    let world = World {
        client: plan,
        ..far()
    };
    upload(&world, 160_000, 305.0, sent)
}

#[test]
fn a_fixed_buffer_of_the_client_is_removed() {
    let plan = Plan::new().with(Change::SendBuffer(Some(Bytes::new(16_000))));
    let finding = fired(&AUDIT, &uploading(plan, 220.0));
    assert_eq!(finding.change(), Some(Change::SendBuffer(None)));
    assert!((saving(&finding) - 220.0).abs() < 1.0, "{finding:?}");
    let finding = fired(&AUDIT, &uploading(Plan::new(), 220.0));
    assert!(matches!(finding.remedy, Remedy::Advice(_)));
    assert_quiet(&AUDIT, &uploading(Plan::new(), 100.0));
}

#[test]
fn a_server_that_sends_the_same_each_round_trip_gets_advice() {
    let flat: Vec<(f64, u64)> = (0..8).map(|n| (f64::from(n) * 40.0, 20_000)).collect();
    let finding = fired(&AUDIT, &download(&far(), &flat, |_| {}));
    assert!(matches!(finding.remedy, Remedy::Advice(_)));
    assert!(saving(&finding) > 150.0, "{finding:?}");
}

#[test]
fn a_server_that_paces_hides_neither_its_bursts_nor_its_waiting() {
    // Six bursts of 68 kB, stretched to 20 ms each, that begin 56 ms after one another.
    let paced: Vec<(f64, u64)> = (0..6)
        .flat_map(|burst| (0..20).map(move |at| (f64::from(burst * 56 + at), 3_400)))
        .collect();
    let finding = fired(&AUDIT, &download(&far(), &paced, |_| {}));
    assert!(matches!(finding.remedy, Remedy::Advice(_)));
    assert!((100.0..=250.0).contains(&saving(&finding)), "{finding:?}");
}

#[test]
fn a_line_that_carries_each_burst_in_time_is_no_buffer() {
    // The same bursts, but each begins when the one before is through: the line is full.
    let full: Vec<(f64, u64)> = (0..6)
        .flat_map(|burst| (0..56).map(move |at| (f64::from(burst * 56 + at), 1_214)))
        .collect();
    assert_quiet(&AUDIT, &download(&far(), &full, |_| {}));
}

#[test]
fn a_window_that_grows_is_no_buffer() {
    let grows = [
        (0.0, 14_480),
        (40.0, 28_960),
        (80.0, 57_920),
        (120.0, 90_000),
        (160.0, 90_000),
        (200.0, 9_000),
    ];
    assert_quiet(&AUDIT, &download(&far(), &grows, |_| {}));
}

#[test]
fn without_an_answer_it_is_not_measured() {
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(CALLS));
}
