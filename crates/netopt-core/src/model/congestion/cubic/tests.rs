//! The tables of RFC 9438, and the machine against its own curve.

use proptest::prelude::*;

use super::*;
use crate::model::congestion::reno;
use crate::unit::{BitRate, Bytes, Ratio};

fn many(count: f64) -> Segments {
    Segments::new(count).unwrap()
}

fn near(left: f64, right: f64, tolerance: f64) -> bool {
    (left - right).abs() <= tolerance * right.abs()
}

/// The mean windows of RFC 9438 for p = 10^-first, 10^-(first+1) …, in whole packets as printed there.
fn check_table(round_trip: Duration, scale: f64, windows: &[u32]) {
    for (power, expected) in (2..).zip(windows) {
        let loss = Ratio::new(10_f64.powi(-power)).unwrap();
        let scale = Scale::new(scale).unwrap();
        let window = steady_window(scale, loss, round_trip).unwrap().get();
        // Every cell is the value rounded to whole packets; 3332.5 is one that fell either way.
        assert!(
            (window - f64::from(*expected)).abs() <= 0.5 + 1e-3,
            "p=1e-{power}: {window}, not {expected}"
        );
    }
}

#[test]
fn rfc_9438_table_1() {
    let round_trip = Duration::from_millis(100);
    check_table(round_trip, 0.04, &[12, 38, 120, 593, 3332, 18740, 105_383]);
    check_table(round_trip, 0.4, &[12, 38, 187, 1054, 5926, 33325, 187_400]);
    check_table(round_trip, 4.0, &[12, 59, 333, 1874, 10538, 59261, 333_250]);
}

#[test]
fn rfc_9438_table_2() {
    let round_trip = Duration::from_millis(10);
    check_table(round_trip, 0.4, &[12, 38, 120, 379, 1200, 5926, 33325]);
}

#[test]
fn rfc_9438_table_3_loss_that_a_throughput_allows() {
    let round_trip = Duration::from_millis(100);
    for (mbit, by_reno, by_cubic) in [
        (1.0, 2.0e-2, 2.0e-2),
        (10.0, 2.0e-4, 2.9e-4),
        (100.0, 2.0e-6, 1.4e-5),
        (1_000.0, 2.0e-8, 6.3e-7),
        (10_000.0, 2.0e-10, 2.9e-8),
    ] {
        let rate = BitRate::from_bps(mbit * 1e6).unwrap();
        let window = many((rate * round_trip).bits() / Bytes::new(1500).bits());
        let reno = reno::required_loss(window).unwrap().get();
        let cubic = required_loss(Scale::STANDARD, window, round_trip)
            .unwrap()
            .get();
        assert!(near(reno, by_reno, 0.05), "Reno at {mbit} Mbit/s: {reno}");
        assert!(
            near(cubic, by_cubic, 0.05),
            "CUBIC at {mbit} Mbit/s: {cubic}"
        );
    }
}

#[test]
fn rfc_9438_text_1200_packets_in_10_ms_are_1_44_gbit() {
    let loss = Ratio::new(1e-6).unwrap();
    let window = steady_window(Scale::STANDARD, loss, Duration::from_millis(10)).unwrap();
    let rate = window
        .bytes(Bytes::new(1500))
        .over(Duration::from_millis(10));
    assert!(near(rate.unwrap().bps(), 1.44e9, 1e-9));
}

#[test]
fn the_factor_of_the_mean_window_is_1_054() {
    let loss = Ratio::new(1.0).unwrap();
    let window = average_window(Scale::STANDARD, loss, Duration::from_secs(1)).unwrap();
    assert!((window.get() - 1.054).abs() < 5e-4);
    assert!((ALPHA - 0.5294).abs() < 5e-5);
}

#[test]
fn from_70_back_to_100_segments_takes_4_217_s() {
    let curve = Curve::new(Scale::STANDARD, many(100.0), many(70.0));
    assert!((curve.rise().as_secs_f64() - 4.21716).abs() < 5e-6);
    assert!(near(curve.at(Duration::ZERO).get(), 70.0, 1e-12));
    assert!(near(curve.at(curve.rise()).get(), 100.0, 1e-12));
    // Beyond the plateau the same way up: symmetric about K.
    assert!(near(curve.at(curve.rise() * 2).get(), 130.0, 1e-8));
}

#[test]
fn eight_times_as_steep_is_back_in_half_the_time() {
    let steep = Scale::new(8.0 * Scale::STANDARD.get()).unwrap();
    let [usual, steep] =
        [Scale::STANDARD, steep].map(|scale| Curve::new(scale, many(100.0), many(70.0)));
    let half = usual.rise() / 2;
    assert!(steep.rise().abs_diff(half) < Duration::from_nanos(10));
    assert!(near(
        steep.at(half * 3).get(),
        usual.at(half * 6).get(),
        1e-8
    ));
}

#[test]
fn a_start_above_the_plateau_is_its_own_plateau() {
    let curve = Curve::new(Scale::STANDARD, many(70.0), many(100.0));
    assert_eq!(curve.rise(), Duration::ZERO);
    assert_eq!(curve.at(Duration::ZERO), many(100.0));
    assert!(curve.at(Duration::from_secs(1)) > many(100.0));
}

/// A sender in congestion avoidance with a loss at 100 segments behind it.
fn after_a_loss_at_100() -> Cubic {
    let mut cubic = Cubic::new(Counting::Segments);
    cubic.acked(Duration::ZERO, many(90.0), Duration::from_millis(100));
    assert_eq!(cubic.window(), many(100.0));
    cubic.lost(many(100.0));
    assert_eq!(cubic.window(), many(70.0));
    cubic
}

/// Acknowledges a window every round trip until `end`.
fn drive(cubic: &mut Cubic, from: Duration, end: Duration, round_trip: Duration) {
    let mut now = from;
    while now < end {
        let window = cubic.window().get().floor();
        for _ in 0..segments_in(window) {
            cubic.acked(now, many(1.0), round_trip);
        }
        now += round_trip;
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small windows"
)]
fn segments_in(window: f64) -> u32 {
    window as u32
}

#[test]
fn the_machine_follows_the_curve() {
    let mut cubic = after_a_loss_at_100();
    let round_trip = Duration::from_millis(200);
    let curve = Curve::new(Scale::STANDARD, many(100.0), many(70.0));
    let end = curve.rise();
    drive(&mut cubic, Duration::ZERO, end, round_trip);
    assert!(
        near(cubic.window().get(), 100.0, 0.01),
        "{:?}",
        cubic.window()
    );
    drive(&mut cubic, end, end * 2, round_trip);
    assert!(
        near(cubic.window().get(), 130.0, 0.03),
        "{:?}",
        cubic.window()
    );
}

#[test]
fn a_segment_moves_the_window_towards_where_the_curve_is_a_round_trip_later() {
    let round_trip = Duration::from_millis(100);
    // By hand: K = 4.21716 s, so W(2.1 s) = 100 - 0.4·2.11716³ = 96.2040; much later the step ends at half the window.
    for (seconds, target) in [(2, 96.2040), (100, 1.5 * 70.0)] {
        let mut cubic = after_a_loss_at_100();
        cubic.acked(Duration::ZERO, many(1.0), round_trip);
        let before = cubic.window().get();
        cubic.acked(Duration::from_secs(seconds), many(1.0), round_trip);
        let step = cubic.window().get() - before;
        assert!(near(step, (target - before) / before, 1e-3), "{step}");
    }
}

#[test]
fn on_a_short_path_it_is_as_fast_as_reno_above_the_old_window() {
    let mut cubic = after_a_loss_at_100();
    let round_trip = Duration::from_millis(1);
    // α = 0.53 a round trip up to 100 segments: 57 of them; then one a round trip.
    drive(&mut cubic, Duration::ZERO, round_trip * 57, round_trip);
    assert!(
        near(cubic.window().get(), 100.0, 0.01),
        "{:?}",
        cubic.window()
    );
    drive(&mut cubic, round_trip * 57, round_trip * 157, round_trip);
    assert!(
        near(cubic.window().get(), 200.0, 0.02),
        "{:?}",
        cubic.window()
    );
}

#[test]
fn a_second_cut_below_the_plateau_lowers_the_next_one() {
    let mut cubic = after_a_loss_at_100();
    cubic.lost(many(70.0));
    assert_eq!(cubic.window(), many(49.0));
    assert_eq!(cubic.plateau, Some(70.0 * 0.85));
}

#[test]
fn the_longest_times_there_are_do_not_overflow() {
    let mut cubic = after_a_loss_at_100();
    cubic.acked(Duration::ZERO, many(1.0), Duration::MAX);
    cubic.acked(Duration::MAX, many(1.0), Duration::MAX);
    assert!(cubic.window() > many(70.0));
}

#[test]
fn a_timeout_starts_over_and_the_next_stage_on_its_plateau() {
    let mut cubic = after_a_loss_at_100();
    cubic.timed_out(many(70.0));
    assert_eq!(cubic.window(), many(1.0));
    assert_eq!(cubic.threshold(), Some(many(49.0)));
    cubic.acked(Duration::ZERO, many(48.0), Duration::from_millis(200));
    assert!(!cubic.in_slow_start());
    cubic.acked(Duration::ZERO, many(1.0), Duration::from_millis(200));
    assert_eq!(cubic.epoch.unwrap().curve.rise(), Duration::ZERO);
}

proptest! {
    #[test]
    fn more_loss_means_a_smaller_window(power in 0.1..10.0_f64, ms in 1_u64..1_000) {
        let round_trip = Duration::from_millis(ms);
        let at = |power: f64| {
            let loss = Ratio::new(10_f64.powf(-power)).unwrap();
            steady_window(Scale::STANDARD, loss, round_trip).unwrap()
        };
        prop_assert!(at(power) > at(power - 0.1));
    }

    #[test]
    fn steady_window_and_required_loss_are_inverse(power in 0.1..10.0_f64, ms in 1_u64..1_000) {
        let (round_trip, loss) = (Duration::from_millis(ms), Ratio::new(10_f64.powf(-power)).unwrap());
        let window = steady_window(Scale::STANDARD, loss, round_trip).unwrap();
        let back = required_loss(Scale::STANDARD, window, round_trip).unwrap();
        prop_assert!(near(back.get(), loss.get(), 1e-9));
    }

    #[test]
    fn the_window_only_shrinks_at_a_loss(
        steps in proptest::collection::vec((0..6_u8, 0.0..20.0_f64, 1_u64..500), 1..80)
    ) {
        let mut cubic = Cubic::new(Counting::Segments);
        let mut now = Duration::ZERO;
        for (kind, amount, ms) in steps {
            let before = cubic.window();
            now += Duration::from_millis(ms);
            match kind {
                0 => cubic.lost(before),
                1 => cubic.timed_out(before),
                _ => {
                    cubic.acked(now, many(amount), Duration::from_millis(100));
                    prop_assert!(cubic.window() >= before);
                }
            }
            prop_assert!(cubic.window().get() >= 1.0);
        }
    }
}
