//! The textbook's formula for slow start on a path with a bottleneck.
//!
//! Kurose and Ross, "Computer networking", give the latency of an object of O bits as
//! 2·RTT + O/B + P·(RTT + S) − (2^P − 1)·S, with S the time of a packet and P the number of windows after which the sender
//! stalls; that is for a first window of one packet. With IW packets the last term is (2^P − 1)·IW·S. One of the two round
//! trips opens the connection, the other is the way of the request and of the last bit; [`sent`] is what is left.
//!
//! It equals [`super::recurrence`] and shows what counts: P round trips, whatever the rate. Windows that are limited by the
//! receiver are left to the recurrence.

use std::time::Duration;

use super::Path;
use super::recurrence::real;
use crate::model::slow_start::windows;
use crate::unit::Bytes;

/// P, the number of windows after which the sender stalls: min(Q, K − 1).
///
/// K windows cover the data, and Q = ⌈log₂((1 + RTT/S)/IW)⌉ windows are sent before the first acknowledgement is back.
/// `None` as for [`sent`].
#[must_use]
pub fn stalls(path: &Path, data: Bytes) -> Option<u32> {
    let packets = path.packets(data)?;
    let covering = windows(packets, path.initial_window);
    if path.initial_window == 0
        || path
            .window
            .is_some_and(|limit| limit < largest(path, packets))
    {
        return None;
    }
    let packets_per_ack = 1.0 + path.rtt.as_secs_f64() / path.packet_seconds();
    let early = (packets_per_ack / real(path.initial_window)).log2().ceil();
    let most = covering.saturating_sub(1);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number between 0 and `most`; infinite on an endless line, where `most` is taken"
    )]
    Some(early.clamp(0.0, f64::from(most)) as u32)
}

/// The most packets in one window when nothing limits it: those of the last full window, or of the rest after it.
fn largest(path: &Path, packets: u64) -> u64 {
    let first = path.initial_window;
    let mut window = first.min(packets);
    let mut left = packets - window;
    while left > 0 {
        window = left.min(window.saturating_mul(2)).max(window);
        left = left.saturating_sub(window);
    }
    window
}

/// From the first bit on the line to the last one: O/B + P·(RTT + S) − (2^P − 1)·IW·S, with O in full packets.
///
/// `None` when packets or windows are empty, when the receiver's window would limit, and when the time exceeds what
/// [`Duration`] holds.
#[must_use]
pub fn sent(path: &Path, data: Bytes) -> Option<Duration> {
    let stalls = stalls(path, data)?;
    let packet = path.packet_seconds();
    let sending = real(path.packets(data)?) * packet;
    let covered = (2f64.powi(stalls.cast_signed()) - 1.0) * real(path.initial_window) * packet;
    let waiting = f64::from(stalls) * (path.rtt.as_secs_f64() + packet);
    Duration::try_from_secs_f64(sending + waiting - covered).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::flow_time::recurrence::course;
    use crate::unit::BitRate;

    fn path(rtt_ms: u64, mbit: f64) -> Path {
        Path::new(Duration::from_millis(rtt_ms), BitRate::from_bps(mbit * 1e6))
    }

    #[test]
    fn stalls_end_when_the_line_is_full_or_the_data_is_sent() {
        // 68 packets go out in the 40.6 ms until the first acknowledgement: windows of 10, 20 and 40 are too small.
        let path = path(40, 20.0);
        for (packets, expected) in [
            (0, 0),
            (10, 0),
            (11, 1),
            (31, 2),
            (71, 3),
            (151, 3),
            (100_000, 3),
        ] {
            assert_eq!(
                stalls(&path, Bytes::new(packets * 1448)),
                Some(expected),
                "{packets}"
            );
        }
        let endless = Path { rate: None, ..path };
        assert_eq!(stalls(&endless, Bytes::new(1000 * 1448)), Some(6));
        let nowhere = Path {
            rtt: Duration::ZERO,
            ..endless
        };
        assert_eq!(sent(&nowhere, Bytes::new(1448)), Some(Duration::ZERO));
    }

    #[test]
    fn the_textbook_formula_with_a_first_window_of_one() {
        let path = Path {
            initial_window: 1,
            ..path(100, 1.0)
        };
        // S = 12 ms, 15 packets: windows of 1, 2, 4, 8; stalls of 100, 88 and 64 ms.
        let data = Bytes::new(15 * 1448);
        assert_eq!(stalls(&path, data), Some(3));
        assert_eq!(
            sent(&path, data),
            Some(Duration::from_millis(15 * 12 + 100 + 88 + 64))
        );
    }

    #[test]
    fn a_window_limit_that_bites_is_not_in_the_formula() {
        // 31 packets leave as 10, 20 and 1; 70 as 10, 20 and 40.
        for (packets, enough) in [(7, 7), (10, 10), (30, 20), (31, 20), (55, 25), (70, 40)] {
            let data = Bytes::new(packets * 1448);
            let limited = |limit| Path {
                window: Some(limit),
                ..path(40, 20.0)
            };
            assert_eq!(
                sent(&limited(enough), data),
                sent(&path(40, 20.0), data),
                "{packets}"
            );
            assert_eq!(sent(&limited(enough - 1), data), None, "{packets}");
        }
        let stuck = Path {
            initial_window: 0,
            ..path(40, 20.0)
        };
        assert_eq!(sent(&stuck, Bytes::new(1)), None);
    }

    proptest! {
        #[test]
        fn it_equals_the_recurrence(
            rtt in 0u64..500, mbit in 0.1..10_000.0f64, initial_window in 1u64..50, data in 0u64..1 << 36,
            window in prop::option::of(1u64..10_000),
        ) {
            let path = Path { initial_window, window, ..path(rtt, mbit) };
            prop_assume!(window.is_none_or(|limit| largest(&path, data.div_ceil(1448)) <= limit));
            let formula = sent(&path, Bytes::new(data)).unwrap().as_secs_f64();
            let steps = course(&path, Bytes::new(data)).unwrap().sent().as_secs_f64();
            prop_assert!((formula - steps).abs() <= 2e-9 + 1e-12 * steps, "{formula} {steps}");
        }
    }
}
