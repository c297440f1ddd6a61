//! Cases by hand, and the laws that make an expected time one.

use proptest::prelude::*;

use super::*;
use crate::model::flow_time::USUAL_PAYLOAD;
use crate::unit::BitRate;

fn ratio(value: f64) -> Ratio {
    Ratio::new(value).unwrap()
}

fn transfer(rtt_ms: u64, mbit: Option<f64>) -> Transfer {
    let rate = mbit.and_then(|mbit| BitRate::from_bps(mbit * 1e6));
    Transfer::new(Path::new(Duration::from_millis(rtt_ms), rate))
}

fn data(packets: u64) -> Bytes {
    Bytes::new(packets * USUAL_PAYLOAD.get())
}

fn seconds(transfer: &Transfer, size: Bytes, loss: f64) -> f64 {
    transfer
        .expect(size, ratio(loss))
        .unwrap()
        .total()
        .as_secs_f64()
}

#[test]
fn loss_does_not_help() {
    // What the sum of Cardwell's parts made of these: 107.2 ms, 126.5 ms, 204 ms, 16.49 ms and 69.96 s.
    for (bytes, rtt, mbit, loss, without) in [
        (20_000, 100, None, 1e-4, 0.15),
        (44_000, 100, None, 1e-4, 0.25),
        (1_000, 100, None, 0.01, 0.05),
        (100_000_000, 100, Some(1.0), 1e-4, 828.8),
    ] {
        let transfer = transfer(rtt, mbit);
        let expected = transfer.expect(Bytes::new(bytes), ratio(loss)).unwrap();
        let lossless = expected.without_loss.as_secs_f64();
        assert!(
            (lossless / without - 1.0).abs() < 1e-3,
            "{bytes}: {lossless}"
        );
        let more = expected.total().as_secs_f64() - lossless;
        assert!(
            more > 0.0 && more < 0.02 * lossless + 0.01,
            "{bytes}: {more}"
        );
    }
}

#[test]
fn one_packet_waits_for_the_timer_when_it_is_lost() {
    // 50 ms on the way; with 1 % a series of timeouts of 300 ms, 1.0102… / 0.99 times as long.
    let expected = transfer(100, None).expect(data(1), ratio(0.01)).unwrap();
    assert_eq!(expected.without_loss, Duration::from_millis(50));
    let wait = 0.01 * 0.3 * backoff(ratio(0.01)) / 0.99;
    assert!((expected.tail.as_secs_f64() - wait).abs() < 2e-9);
    assert_eq!(
        (expected.repair, expected.slower),
        (Duration::ZERO, Duration::ZERO)
    );
}

#[test]
fn where_all_is_lost_nothing_is_expected() {
    let transfer = transfer(100, Some(10.0));
    assert_eq!(transfer.expect(data(10), ratio(1.0)), None);
    assert!(transfer.validity(ratio(0.011)).warning().is_some());
    assert_eq!(transfer.validity(ratio(0.01)), Validity::Holds);
    let none = transfer.expect(Bytes::ZERO, ratio(0.5)).unwrap();
    assert_eq!((none.repair, none.slower, none.tail), Default::default());
}

#[test]
fn blocks_cover_each_packet_once() {
    let mut next = 1;
    for (from, to) in blocks(100_000) {
        assert_eq!(from, next);
        next = to + 1;
    }
    assert!(next > 100_000 && blocks(0).is_empty());
    assert!(blocks(u64::MAX).len() < 1_000);
}

#[test]
fn windows_of_packets() {
    let path = Path {
        window: Some(30),
        ..Path::new(Duration::from_millis(10), None)
    };
    for (packet, window) in [
        (1, 10),
        (10, 10),
        (11, 20),
        (30, 20),
        (31, 30),
        (1_000_000, 30),
    ] {
        assert_eq!(window_of(&path, packet), window, "{packet}");
    }
}

fn transfers() -> impl Strategy<Value = Transfer> {
    // One segment acknowledged at a time has the seam of PFTK at its window limit, so it comes without limit here.
    let receivers = prop_oneof![
        Just((Acks::EverySegment, None)),
        prop::option::of(4_u64..10_000).prop_map(|window| (Acks::EverySecond, window)),
    ];
    let rates = prop::option::of((-1.0..5.0_f64).prop_map(|exponent| 10_f64.powf(exponent)));
    (1_u64..500, 1_u64..2_000, rates, receivers, 1_u64..100).prop_map(
        |(rtt, rto, mbit, (acks, window), initial_window)| {
            let usual = transfer(rtt, mbit);
            Transfer {
                path: Path {
                    initial_window,
                    window,
                    ..usual.path
                },
                rto: Duration::from_millis(rto),
                acks,
            }
        },
    )
}

/// From one in ten million to nearly all.
fn losses() -> impl Strategy<Value = f64> {
    (-7.0..-0.05_f64).prop_map(|exponent| 10_f64.powf(exponent))
}

fn sizes() -> impl Strategy<Value = u64> {
    prop_oneof![1_u64..40, 1_u64..1_000_000]
}

/// Rounding of the sums, in parts and in seconds.
fn at_least(left: f64, right: f64) -> bool {
    left >= right * (1.0 - 1e-9) - 1e-8
}

proptest! {
    #[test]
    fn it_is_never_below_the_time_without_loss(
        transfer in transfers(), packets in sizes(), loss in losses(),
    ) {
        let without = transfer.path.one_way(data(packets)).unwrap();
        let expected = transfer.expect(data(packets), ratio(loss)).unwrap();
        prop_assert_eq!(expected.without_loss, without);
        prop_assert!(expected.total() >= without);
    }

    #[test]
    fn without_loss_it_is_the_recurrence_and_rare_loss_tends_to_it(
        transfer in transfers(), packets in sizes(),
    ) {
        let without = transfer.path.one_way(data(packets)).unwrap();
        let at = |p| transfer.expect(data(packets), ratio(p)).unwrap().total();
        prop_assert_eq!(at(0.0), without);
        // A loss costs at most some timeouts here, and slows down only where the window limits.
        prop_assert!((at(1e-15) - without).as_secs_f64() < 1e-5 + 1e-6 * without.as_secs_f64());
    }

    #[test]
    fn more_loss_takes_longer(
        transfer in transfers(), packets in sizes(), loss in losses(), factor in 1.0..3.0_f64,
    ) {
        let more = (loss * factor).min(0.999);
        let (less, more) = (seconds(&transfer, data(packets), loss), seconds(&transfer, data(packets), more));
        prop_assert!(at_least(more, less), "{less} {more}");
    }

    #[test]
    fn more_data_takes_longer(
        transfer in transfers(), packets in sizes(), more in 1_u64..1_000, loss in losses(),
    ) {
        let less = seconds(&transfer, data(packets), loss);
        let more = seconds(&transfer, data(packets + more), loss);
        prop_assert!(at_least(more, less), "{less} {more}");
    }

    #[test]
    fn long_transfers_tend_to_the_slower_of_line_and_loss(
        transfer in transfers(), exponent in -3.0..-1.0_f64,
    ) {
        let loss = ratio(10_f64.powf(exponent));
        let packets = 1_000_000_000;
        let time = transfer.expect(data(packets), loss).unwrap();
        let by_loss = 1e9 / received(&transfer.connection(), loss).unwrap().get();
        let slower = by_loss.max(time.without_loss.as_secs_f64());
        prop_assert!((time.total().as_secs_f64() / slower - 1.0).abs() < 1e-3);
    }
}
