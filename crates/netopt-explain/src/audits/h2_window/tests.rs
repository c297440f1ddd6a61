//! Answers that come a window at a time, and those that come otherwise.

use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::finding::Severity;
use netopt_core::plan::Plan;
use proptest::prelude::*;

use super::*;
use crate::audits::{slow_start_bound, small_receive_buffer, small_send_buffer};
use crate::worlds::{World, assert_quiet, download, fired, ms, saving};

const KIB: u64 = 1024;

fn client(window: Window) -> Plan {
    Plan::new().with(Change::H2Window(window))
}

/// A path of 40 ms and a client with that window.
fn far(window: Window) -> World {
    World {
        client: client(window),
        rtt: ms(40.0),
        ..World::default()
    }
}

/// Ten windows of `size`, each in two halves a little apart, as room is given back, at `mbit` Mbit/s.
fn halves(size: u64, mbit: f64) -> Vec<(f64, u64)> {
    let mut flights = Vec::new();
    for window in 0..10 {
        let start = 40.0 * f64::from(window);
        for segment in 0..size / 1448 {
            #[expect(clippy::cast_precision_loss, reason = "a small size")]
            let at = (segment * 1448 * 8) as f64 / (mbit * 1e3);
            flights.push((start + at, 1448));
        }
    }
    flights
}

fn over_http2(call: &mut Exchange) {
    call.connection.as_mut().unwrap().protocol = Protocol::Http2;
}

/// The facts of `world` with answers that come so, over HTTP/2, one after the other.
fn one_by_one(world: &World, flights: &[(f64, u64)]) -> Facts {
    let mut facts = download(world, flights, over_http2);
    let calls = facts.baseline.exchanges.iter();
    facts.baseline.window = calls.map(Exchange::service_time).sum();
    facts
}

#[test]
fn a_window_each_round_trip_gets_a_larger_one() {
    let window = Window::Fixed(Bytes::new(64 * KIB));
    let facts = one_by_one(&far(window), &halves(64 * KIB, 100.0));
    let finding = fired(&AUDIT, &facts);
    // 500 kB are on the path, and the engine's own window has room for twice that.
    assert_eq!(finding.change(), Some(Change::H2Window(Window::Default)));
    assert_eq!(finding.severity, Severity::High);
    assert!(saving(&finding) > 250.0, "{finding:?}");
    for other in [
        small_receive_buffer::AUDIT,
        small_send_buffer::AUDIT,
        slow_start_bound::AUDIT,
    ] {
        assert_quiet(&other, &facts);
    }
}

#[test]
fn the_engines_own_window_is_too_small_for_a_long_fat_path() {
    let facts = one_by_one(&far(Window::Default), &halves(2048 * KIB, 1000.0));
    let finding = fired(&AUDIT, &facts);
    let larger = Window::Fixed(Bytes::new(16 * 1024 * KIB));
    assert_eq!(finding.change(), Some(Change::H2Window(larger)));
}

#[test]
fn the_same_course_over_http1_is_not_its_doing() {
    let window = Window::Fixed(Bytes::new(64 * KIB));
    let facts = download(&far(window), &halves(64 * KIB, 100.0), |_| {});
    assert_quiet(&AUDIT, &facts);
}

#[test]
fn another_amount_each_round_trip_is_another_window() {
    let window = Window::Fixed(Bytes::new(256 * KIB));
    let facts = one_by_one(&far(window), &halves(64 * KIB, 100.0));
    assert_quiet(&AUDIT, &facts);
}

#[test]
fn a_line_that_is_full_needs_no_window() {
    // 13 Mbit/s bring 64 KiB each 40 ms, all the time.
    let window = Window::Fixed(Bytes::new(64 * KIB));
    let facts = one_by_one(&far(window), &halves(64 * KIB, 13.2));
    assert_quiet(&AUDIT, &facts);
}

#[test]
fn answers_at_a_time_share_the_window_of_their_connection() {
    // Four at a time have a quarter of it each.
    let world = far(Window::Fixed(Bytes::new(256 * KIB)));
    let mut facts = one_by_one(&world, &halves(64 * KIB, 100.0));
    assert_quiet(&AUDIT, &facts);
    facts.baseline.window /= 4;
    fired(&AUDIT, &facts);
}

#[test]
fn an_adaptive_window_is_not_known_and_small_answers_need_none() {
    let facts = one_by_one(&far(Window::Adaptive), &halves(64 * KIB, 100.0));
    assert_quiet(&AUDIT, &facts);
    assert_quiet(&AUDIT, &far(Window::Default).facts());
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(CALLS));
}

proptest! {
    #[test]
    fn a_window_that_is_proposed_is_larger_and_within_bounds(today in 1u64..1 << 31, holds in 0u64..1 << 40) {
        for window in [Window::Default, Window::Fixed(Bytes::new(today))] {
            match larger(window, Bytes::new(holds)) {
                Some(Window::Fixed(size)) => {
                    prop_assert!(size <= LARGEST && (size.get() >= holds || size == LARGEST));
                    prop_assert!(window == Window::Default || size.get() > today);
                }
                Some(Window::Default) => prop_assert!(2 * holds <= DEFAULT_STREAM.get()),
                other => prop_assert!(other.is_none(), "{other:?}"),
            }
        }
    }
}
