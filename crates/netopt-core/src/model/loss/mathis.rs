//! The square-root law: throughput falls with the root of the loss ratio.
//!
//! Between two losses the window grows by one segment each b round trips from W/2 to W, and 1/p segments pass. That fixes
//! W and gives MSS/RTT · C/√p with C = √(3/(2b)). Mathis, Semke, Mahdavi, Ott, "The macroscopic behavior of the TCP
//! congestion avoidance algorithm", CCR 27(3), 1997. Two of the authors deprecated it in CCR 49(5), 2019: it holds for
//! senders that halve on loss, which many no longer are. Timeouts are left to [`super::pftk`].

use super::{Acks, Connection};
use crate::model::validity::Validity;
use crate::unit::{PerSecond, Ratio};

/// Above this loss ratio timeouts take a share of the time that the law does not know.
pub const MOST_LOSS: f64 = 0.02;

/// C of the law: √(3/2) = 1.2247 with an acknowledgement per segment, √(3/4) = 0.8660 with delayed ones.
#[must_use]
pub fn constant(acks: Acks) -> f64 {
    (1.5 / acks.segments()).sqrt()
}

/// Segments per second: C / (RTT·√p). `None` without loss (the law knows no other limit) or without round trip.
#[must_use]
pub fn segments(connection: &Connection, loss: Ratio) -> Option<PerSecond> {
    PerSecond::new(constant(connection.acks) / (connection.rtt.as_secs_f64() * loss.get().sqrt()))
}

/// The loss ratio at which the law gives `segments` per second: (C / (RTT·segments))².
///
/// `None` when that exceeds 1.
#[must_use]
pub fn loss_for(connection: &Connection, segments: PerSecond) -> Option<Ratio> {
    let window = segments.get() * connection.rtt.as_secs_f64();
    Ratio::new((constant(connection.acks) / window).powi(2))
}

/// Holds up to [`MOST_LOSS`], and while the window limit is above the result.
#[must_use]
pub fn validity(connection: &Connection, loss: Ratio) -> Validity {
    if loss.get() > MOST_LOSS {
        return Validity::Beyond("above 2 % loss timeouts count, so the result is too high");
    }
    match (segments(connection, loss), connection.window_limit()) {
        (_, None) => Validity::Holds,
        (Some(rate), Some(limit)) if rate <= limit => Validity::Holds,
        _ => Validity::Beyond("the window limits before loss does, so the result is too high"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::unit::{BitRate, Bytes, Segments};

    fn ratio(value: f64) -> Ratio {
        Ratio::new(value).unwrap()
    }

    fn connection(acks: Acks) -> Connection {
        Connection {
            acks,
            ..Connection::new(Bytes::new(1460), Duration::from_millis(100))
        }
    }

    #[test]
    fn vectors_of_1460_bytes_and_100_ms() {
        let every = connection(Acks::EverySegment);
        for (loss, bps) in [
            (1e-4, 14_305_020.0),
            (1e-3, 4_523_645.0),
            (1e-2, 1_430_502.0),
        ] {
            let rate = segments(&every, ratio(loss)).unwrap().carrying(every.mss);
            assert!((rate.unwrap().bps() - bps).abs() <= 0.5, "{loss}: {rate:?}");
        }
    }

    #[test]
    fn delayed_acknowledgements_cost_a_factor_of_root_two() {
        assert!((constant(Acks::EverySegment) - 1.2247).abs() < 5e-5);
        assert!((constant(Acks::EverySecond) - 0.8660).abs() < 5e-5);
    }

    #[test]
    fn no_loss_is_no_limit() {
        assert_eq!(segments(&connection(Acks::EverySecond), ratio(0.0)), None);
        let instant = Connection::new(Bytes::new(1460), Duration::ZERO);
        assert_eq!(segments(&instant, ratio(0.01)), None);
    }

    #[test]
    fn a_trickle_is_reached_at_any_loss() {
        let rate = BitRate::from_bps(10.0).unwrap();
        let wanted = rate.in_pieces_of(Bytes::new(1460)).unwrap();
        assert_eq!(loss_for(&connection(Acks::EverySecond), wanted), None);
    }

    #[test]
    fn beyond_two_percent_and_beyond_the_window() {
        let open = connection(Acks::EverySecond);
        assert_eq!(validity(&open, ratio(0.02)), Validity::Holds);
        assert!(validity(&open, ratio(0.021)).warning().is_some());
        let limited = Connection {
            window: Segments::new(10.0),
            ..open
        };
        // C/√p is 8.7 segments at 1 %, and 27 at 0.1 %.
        assert_eq!(validity(&limited, ratio(0.01)), Validity::Holds);
        assert!(validity(&limited, ratio(0.001)).warning().is_some());
        assert!(validity(&limited, ratio(0.0)).warning().is_some());
    }
}
