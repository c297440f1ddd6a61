//! The throughput equation of TCP-friendly rate control, RFC 5348 §3.1.
//!
//! The closed form of PFTK as a standard fixed it: without min(1, ·) around the share of timeouts, with b = 1 whatever the
//! receiver does, and without window limit. It is the rate that a flow which does not want to harm TCP may send, which is
//! how much a Reno flow would get. The rest of TFRC, such as how to measure the loss event ratio, is left out.

use super::Connection;
use super::pftk::CHECKED_LOSS;
use crate::model::validity::Validity;
use crate::unit::{PerSecond, Ratio};

/// Segments per second: 1 / (R·√(2p/3) + `t_RTO`·3√(3p/8)·p·(1 + 32p²)). `None` without loss.
///
/// `loss` is the loss event ratio: several losses within one round trip count once.
#[must_use]
pub fn segments(connection: &Connection, loss: Ratio) -> Option<PerSecond> {
    let p = loss.get();
    let halving = connection.rtt.as_secs_f64() * (2.0 * p / 3.0).sqrt();
    let timeouts = 3.0 * (3.0 * p / 8.0).sqrt() * p * (1.0 + 32.0 * p * p);
    PerSecond::new((halving + connection.rto.as_secs_f64() * timeouts).recip())
}

/// Holds up to [`CHECKED_LOSS`], and while the window limit is above the result.
#[must_use]
pub fn validity(connection: &Connection, loss: Ratio) -> Validity {
    if loss.get() > CHECKED_LOSS {
        return Validity::Beyond(
            "above 10 % loss it falls below the full PFTK form, so it is too low",
        );
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
    use crate::unit::{Bytes, Segments};

    fn ratio(value: f64) -> Ratio {
        Ratio::new(value).unwrap()
    }

    #[test]
    fn vectors_of_1460_bytes_and_100_ms() {
        let connection = Connection::new(Bytes::new(1460), Duration::from_millis(100));
        for (loss, bytes) in [(1e-3, 560_412.0), (0.01, 164_005.0), (0.05, 53_814.0)] {
            let rate = segments(&connection, ratio(loss)).unwrap().get() * 1460.0;
            assert!((rate - bytes).abs() <= 0.5, "{loss}: {rate}");
        }
        assert_eq!(segments(&connection, ratio(0.0)), None);
    }

    #[test]
    fn the_window_and_heavy_loss_are_unknown_to_it() {
        let connection = Connection {
            window: Segments::new(20.0),
            ..Connection::new(Bytes::new(1460), Duration::from_millis(100))
        };
        assert_eq!(validity(&connection, ratio(0.01)), Validity::Holds);
        assert!(validity(&connection, ratio(0.001)).warning().is_some());
        assert!(validity(&connection, ratio(0.2)).warning().is_some());
    }
}
