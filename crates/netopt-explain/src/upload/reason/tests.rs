//! Each longer request has its reason: windows as they grow, lines as they fill, losses with and without a queue.

use netopt_core::change::Change;
use netopt_core::plan::Plan;
use proptest::prelude::*;

use super::*;
use crate::worlds::{World, ms, upload};

/// A client with that congestion control, 40 ms away.
fn by(name: &str) -> World {
    World {
        rtt: ms(40.0),
        client: Plan::new().with(Change::CongestionControl(name.parse().ok())),
        ..World::default()
    }
}

/// Requests of `size` that were under way for `busy`, at a delivery of `mbit` Mbit/s, of which so much went again.
fn sent(size: u64, busy: f64, mbit: f64, again: u64) -> PathSample {
    PathSample {
        rtt: Some(ms(41.0)),
        busy: Some(ms(busy)),
        delivery_rate: BitRate::from_bps(mbit * 1e6),
        window_limited: Some(Duration::ZERO),
        buffer_limited: Some(Duration::ZERO),
        bytes_sent: Some(Bytes::new(size)),
        bytes_again: Some(Bytes::new(again)),
        app_limited: Some(false),
        ..PathSample::default()
    }
}

/// The reason that all requests have.
fn reason(world: &World, sent: PathSample) -> Reason {
    let size = sent.bytes_sent.unwrap_or_default().get();
    let all = held(&upload(world, size, 1_000.0, sent));
    let [first, rest @ ..] = all.as_slice() else {
        panic!("no request was judged")
    };
    assert!(rest.iter().all(|held| held.reason == first.reason));
    first.reason
}

#[test]
fn what_is_sent_again_without_a_queue_is_loss() {
    assert_eq!(
        reason(&by("cubic"), sent(404_000, 900.0, 3.9, 4_344)),
        Reason::Loss
    );
    assert_eq!(
        reason(&by("reno"), sent(404_000, 900.0, 3.9, 4_344)),
        Reason::Loss
    );
}

#[test]
fn a_sender_that_goes_by_the_rate_is_not_slowed_down_by_loss() {
    assert_eq!(
        reason(&by("bbr"), sent(404_000, 200.0, 19.0, 4_344)),
        Reason::Line
    );
    assert_eq!(
        reason(&by("bbr"), sent(404_000, 900.0, 19.0, 4_344)),
        Reason::Unknown
    );
}

#[test]
fn a_full_line_that_drops_shows_its_queue() {
    let queued = PathSample {
        rtt: Some(ms(90.0)),
        ..sent(404_000, 200.0, 19.0, 4_344)
    };
    assert_eq!(reason(&by("cubic"), queued), Reason::Line);
}

#[test]
fn a_line_is_full_with_and_without_a_queue() {
    assert_eq!(
        reason(&by("bbr"), sent(400_000, 205.0, 19.0, 0)),
        Reason::Line
    );
    assert_eq!(
        reason(&by("cubic"), sent(4_000_000, 1_720.0, 19.0, 0)),
        Reason::Line
    );
}

#[test]
fn who_never_has_enough_to_send_does_not_fill_a_line() {
    let idle = PathSample {
        app_limited: Some(true),
        ..sent(400_000, 205.0, 19.0, 0)
    };
    assert_eq!(reason(&by("cubic"), idle), Reason::Unknown);
}

#[test]
fn what_the_kernel_names_is_not_judged_again() {
    let window = PathSample {
        window_limited: Some(ms(600.0)),
        ..sent(404_000, 900.0, 3.9, 4_344)
    };
    assert_eq!(held(&upload(&by("cubic"), 404_000, 900.0, window)).len(), 0);
    let buffer = PathSample {
        buffer_limited: Some(ms(600.0)),
        ..sent(404_000, 900.0, 3.9, 4_344)
    };
    assert_eq!(held(&upload(&by("cubic"), 404_000, 900.0, buffer)).len(), 0);
}

#[test]
fn few_of_many_are_not_most() {
    let world = by("cubic");
    let mut facts = upload(&world, 404_000, 900.0, sent(404_000, 900.0, 3.9, 4_344));
    let calls = &mut facts.baseline.exchanges;
    let (few, all) = (calls.len() / 2 + 1, calls.len());
    for call in calls.iter_mut().take(few) {
        if let Some(path) = &mut call.path {
            path.bytes_again = Some(Bytes::ZERO);
        }
    }
    let held = held(&facts);
    assert_eq!(held.len(), all);
    assert!(mostly(&held, Reason::Loss).is_none());
}

proptest! {
    /// A connection that doubles its window each round trip, over a line that would carry any of them.
    #[test]
    fn a_window_that_grows_is_never_a_full_line(segments in 11u64..20_000, rtt in 1.0f64..300.0) {
        let (mut left, mut window, mut most) = (segments, 10, 0);
        let mut flights = 0.0;
        while left > 0 {
            let flight = window.min(left);
            (left, window, most) = (left - flight, window * 2, most.max(flight));
            flights += 1.0;
        }
        let world = World { rtt: ms(rtt), ..by("cubic") };
        let rate = (Bytes::new(most * 1448)).over(ms(rtt)).unwrap();
        let sample = PathSample {
            rtt: Some(ms(rtt)),
            ..sent(segments * 1448, flights * rtt, rate.bps() / 1e6, 0)
        };
        prop_assert_eq!(reason(&world, sample), Reason::Unknown);
    }

    #[test]
    fn no_request_is_held_for_longer_than_it_took(
        size in 15_000u64..10_000_000, busy in 0.0f64..10_000.0, mbit in 0.001f64..10_000.0, again in 0u64..10_000_000,
    ) {
        for held in held(&upload(&by("cubic"), size, 1.0, sent(size, busy, mbit, again))) {
            prop_assert!(held.on_the_line <= ms(busy) && held.beyond_flights <= ms(busy));
            prop_assert!((0.0..=1.0).contains(&held.again));
        }
    }
}
