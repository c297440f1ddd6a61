//! Published values of PFTK, and laws.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::unit::Bytes;

fn ratio(value: f64) -> Ratio {
    Ratio::new(value).unwrap()
}

fn connection(window: Option<f64>) -> Connection {
    Connection {
        window: window.and_then(Segments::new),
        ..Connection::new(Bytes::new(1460), Duration::from_millis(100))
    }
}

/// Half a unit of the last printed digit.
const PRINTED: f64 = 0.0005;

#[test]
fn vectors_of_100_ms_and_a_timeout_of_400_ms() {
    let open = connection(None);
    for (loss, simple, complete) in [
        (1e-4, 865.247, 862.789),
        (1e-3, 271.418, 269.091),
        (0.01, 79.431, 77.846),
        (0.02, 51.795, 50.855),
        (0.05, 26.063, 26.714),
        (0.1, 12.517, 15.148),
    ] {
        let (near, exact) = (approximate(&open, ratio(loss)), full(&open, ratio(loss)));
        assert!(
            (near.unwrap().get() - simple).abs() <= PRINTED,
            "{loss}: {near:?}"
        );
        assert!(
            (exact.unwrap().get() - complete).abs() <= PRINTED,
            "{loss}: {exact:?}"
        );
    }
}

#[test]
fn vectors_with_a_window_of_32_segments() {
    let limited = connection(Some(32.0));
    for (loss, simple, complete) in [(1e-4, 320.0, 310.709), (1e-3, 271.418, 247.795)] {
        let (near, exact) = (
            approximate(&limited, ratio(loss)),
            full(&limited, ratio(loss)),
        );
        assert!(
            (near.unwrap().get() - simple).abs() <= PRINTED,
            "{loss}: {near:?}"
        );
        assert!(
            (exact.unwrap().get() - complete).abs() <= PRINTED,
            "{loss}: {exact:?}"
        );
    }
}

#[test]
fn what_arrives_is_equation_22_in_a_second_program() {
    let (open, limited) = (connection(None), connection(Some(32.0)));
    for (connection, loss, segments) in [
        (open, 1e-3, 264.265),
        (open, 0.01, 73.593),
        (open, 0.1, 12.798),
        (limited, 1e-4, 310.213),
    ] {
        let rate = received(&connection, ratio(loss)).unwrap();
        assert!((rate.get() - segments).abs() <= PRINTED, "{loss}: {rate:?}");
    }
}

#[test]
fn vectors_of_the_parts() {
    let window = expected_window(ratio(0.01), Acks::EverySecond).unwrap();
    assert!((window.get() - 12.175).abs() <= PRINTED);
    assert!((timeout_share(ratio(0.01), window) - 0.2799).abs() <= 0.000_05);
    assert!((backoff(ratio(0.1)) - 1.12499).abs() <= 0.000_005);
    assert!((backoff(ratio(1.0)) - 64.0).abs() < 1e-12);
}

#[test]
fn without_loss_only_the_window_limits() {
    for model in [approximate, full, received] {
        assert_eq!(
            model(&connection(Some(32.0)), ratio(0.0)),
            PerSecond::new(320.0)
        );
        assert_eq!(model(&connection(None), ratio(0.0)), None);
    }
    let nearly = full(&connection(Some(32.0)), ratio(1e-12)).unwrap();
    assert!((nearly.get() - 320.0).abs() < 1e-6, "{nearly:?}");
}

#[test]
fn at_a_loss_of_one_nothing_arrives_and_sending_is_undefined() {
    assert_eq!(full(&connection(None), ratio(1.0)), None);
    assert_eq!(received(&connection(None), ratio(1.0)), PerSecond::new(0.0));
}

#[test]
fn the_seam_at_the_window_limit_with_an_acknowledgement_per_segment() {
    // E[W] is 8 segments at a loss of 5.27 %: just below the limit counts, just above it does not.
    let limited = Connection {
        acks: Acks::EverySegment,
        ..connection(Some(8.0))
    };
    let (below, above) = (full(&limited, ratio(0.0526)), full(&limited, ratio(0.0528)));
    let rise = above.unwrap().get() / below.unwrap().get() - 1.0;
    assert!((0.03..0.04).contains(&rise), "{rise}");
}

#[test]
fn heavy_loss_and_early_timeouts_are_beyond() {
    let open = connection(None);
    assert_eq!(validity(&open, ratio(0.1)), Validity::Holds);
    assert!(validity(&open, ratio(0.11)).warning().is_some());
    let hasty = Connection {
        rto: Duration::from_millis(50),
        ..open
    };
    assert!(validity(&hasty, ratio(0.01)).warning().is_some());
}

#[test]
fn short_and_long_timeouts_are_beyond_unless_loss_is_rare() {
    let with = |timeout| Connection {
        rto: Duration::from_millis(timeout),
        ..connection(None)
    };
    for (timeout, most) in [
        (100, 0.02),
        (299, 0.02),
        (300, 0.1),
        (2_100, 0.1),
        (2_101, 0.001),
    ] {
        let connection = with(timeout);
        assert_eq!(
            validity(&connection, ratio(most)),
            Validity::Holds,
            "{timeout} ms"
        );
        let more = validity(&connection, ratio(most * 1.01));
        assert!(more.warning().is_some(), "{timeout} ms");
    }
}

proptest! {
    #[test]
    fn fewer_arrive_than_are_sent(exponent in -8.0..-0.53f64, window in 4.0..1e4f64) {
        let (limited, loss) = (connection(Some(window)), ratio(10f64.powf(exponent)));
        prop_assert!(received(&limited, loss) <= full(&limited, loss));
        prop_assert!(full(&limited, loss) <= limited.window_limit());
    }

    #[test]
    fn timeouts_are_a_share_and_rarer_with_large_windows(p in 1e-9..0.99f64, window in 0.0..1e6f64) {
        let at = |w: f64| timeout_share(ratio(p), Segments::new(w).unwrap());
        prop_assert!((0.0..=1.0).contains(&at(window)));
        prop_assert!(at(window * 2.0) <= at(window) + 1e-12);
    }

    #[test]
    fn a_window_that_is_never_reached_does_not_matter(exponent in -6.0..-0.53f64) {
        let loss = ratio(10f64.powf(exponent));
        let far = expected_window(loss, Acks::EverySecond).unwrap().get() * 1.01;
        prop_assert_eq!(full(&connection(Some(far)), loss), full(&connection(None), loss));
    }
}
