//! What a sender does when it hears nothing.

use std::time::Duration;

use super::*;
use crate::sim::Controller;

fn ms(count: u64) -> Time {
    Time::of(Duration::from_millis(count))
}

fn sender() -> Sender {
    let flow = Flow {
        controller: Controller::Reno,
        ..Flow::default()
    };
    Sender::new(&flow, SplitMix64::new(1))
}

/// The segments that it sends now.
fn burst(sender: &mut Sender, now: Time) -> Vec<u64> {
    std::iter::from_fn(|| match sender.step(now) {
        Step::Send { segment, .. } => Some(segment),
        Step::Pace(_) | Step::Wait => None,
    })
    .collect()
}

fn threshold(sender: &Sender) -> Option<f64> {
    match &sender.control {
        Control::Reno(reno) => reno.threshold().map(Segments::get),
        Control::Cubic(_) | Control::Bbr(_) => None,
    }
}

#[test]
fn the_threshold_is_halved_by_the_first_timeout_in_a_row_only() {
    let mut sender = sender();
    assert_eq!(burst(&mut sender, Time::ZERO).len(), 10);
    for timeout in 1..=3 {
        sender.timed_out();
        assert_eq!(threshold(&sender), Some(5.0), "{timeout}");
        assert_eq!(burst(&mut sender, ms(1_000 * timeout)), [0]);
        assert_eq!(sender.patience(), Some(ms(1_000 << timeout)));
    }
}

#[test]
fn what_is_acknowledged_late_is_not_sent_again() {
    let mut sender = sender();
    burst(&mut sender, Time::ZERO);
    sender.timed_out();
    assert_eq!(burst(&mut sender, ms(1_000)), [0]);
    // The first copies of segments 0 to 4 arrived after all; only what follows is missing.
    let late = Acknowledgement {
        latest: 4,
        earlier: None,
        missing: 5,
    };
    assert_eq!(sender.acked(ms(1_010), late), Some(ms(1_010)));
    assert_eq!(whole(sender.window()), 1, "it does not grow by it");
    // Its round trip is the first one: 1,010 ms and twice as much for the variation.
    assert_eq!(sender.patience(), Some(ms(3_030)));
    let again = Acknowledgement {
        latest: 10,
        earlier: None,
        missing: 5,
    };
    assert_eq!(sender.acked(ms(1_100), again), Some(ms(100)));
    assert_eq!(burst(&mut sender, ms(1_100)), [5, 6]);
}

#[test]
fn the_threshold_is_half_of_what_was_in_flight_and_not_of_the_window() {
    let flow = Flow {
        size: Some(crate::unit::Bytes::new(6 * 1448)),
        controller: Controller::Reno,
        ..Flow::default()
    };
    let mut sender = Sender::new(&flow, SplitMix64::new(1));
    assert_eq!(burst(&mut sender, Time::ZERO).len(), 6);
    sender.timed_out();
    assert_eq!(threshold(&sender), Some(3.0));
}

#[test]
fn a_rate_of_delivery_does_not_count_the_wait_for_the_timer() {
    let mut sender = sender();
    burst(&mut sender, Time::ZERO);
    sender.timed_out();
    burst(&mut sender, ms(1_000));
    let sent = sender.flight.arrived(10).unwrap();
    assert_eq!(sender.sample(ms(1_100), &sent).interval, ms(100));
}
