//! What random loss leaves of the throughput: Mathis, PFTK, TFRC.
//!
//! A sender that takes each loss for congestion and halves its window can keep only so large a window, whatever the line
//! carries. The models say how large, from coarse to fine: [`mathis`] knows halving alone, [`pftk`] adds timeouts and the
//! window limit, [`tfrc`] is the form that a standard fixed. All describe long transfers under Reno; they say nothing
//! about short ones (`flow_time`), about CUBIC (`congestion`), or about senders that do not react to loss, such as BBR.

use std::time::Duration;

use super::validity::Validity;
use crate::unit::{BitRate, Bytes, PerSecond, Ratio, Segments};

pub mod mathis;
pub mod pftk;
pub mod tfrc;

/// How many segments one acknowledgement covers: `b` of the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Acks {
    /// Each segment is acknowledged at once, b = 1.
    EverySegment,
    /// Acknowledgements are delayed until every second segment, b = 2 (RFC 1122 §4.2.3.2, RFC 5681 §4.2).
    #[default]
    EverySecond,
}

impl Acks {
    /// The `b` of the formulas: 1 or 2.
    #[must_use]
    pub const fn segments(self) -> f64 {
        match self {
            Self::EverySegment => 1.0,
            Self::EverySecond => 2.0,
        }
    }
}

/// A long-lived connection as the loss models see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Connection {
    /// Payload of a full segment.
    pub mss: Bytes,
    /// Round trip while the transfer runs, queues included.
    pub rtt: Duration,
    /// The first retransmission timeout, `T0` of the formulas.
    pub rto: Duration,
    /// How the receiver acknowledges.
    pub acks: Acks,
    /// The largest window that the receiver allows; `None` when it never limits.
    pub window: Option<Segments>,
}

impl Connection {
    /// A connection with delayed acknowledgements, no window limit, and a timeout of four round trips
    /// (the simplification of RFC 5348 §3.1).
    #[must_use]
    pub const fn new(mss: Bytes, rtt: Duration) -> Self {
        Self {
            mss,
            rtt,
            rto: rtt.saturating_mul(4),
            acks: Acks::EverySecond,
            window: None,
        }
    }

    /// What the window limit alone allows, W / RTT; `None` without limit or without round trip.
    #[must_use]
    pub fn window_limit(&self) -> Option<PerSecond> {
        PerSecond::new(self.window?.get() / self.rtt.as_secs_f64())
    }
}

/// A formula for the throughput under loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// The square-root law, [`mathis::segments`].
    Mathis,
    /// PFTK in closed form, [`pftk::approximate`].
    PftkApproximate,
    /// PFTK without simplification, [`pftk::full`].
    PftkFull,
    /// The equation of RFC 5348, [`tfrc::segments`].
    Tfrc,
}

impl Model {
    /// All models, from coarse to fine; the standard's form last.
    pub const ALL: [Self; 4] = [
        Self::Mathis,
        Self::PftkApproximate,
        Self::PftkFull,
        Self::Tfrc,
    ];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mathis => "mathis",
            Self::PftkApproximate => "pftk-approximate",
            Self::PftkFull => "pftk-full",
            Self::Tfrc => "tfrc",
        }
    }

    /// Segments per second at this loss ratio; `None` where the formula gives no finite rate.
    #[must_use]
    pub fn segments(self, connection: &Connection, loss: Ratio) -> Option<PerSecond> {
        match self {
            Self::Mathis => mathis::segments(connection, loss),
            Self::PftkApproximate => pftk::approximate(connection, loss),
            Self::PftkFull => pftk::full(connection, loss),
            Self::Tfrc => tfrc::segments(connection, loss),
        }
    }

    /// The same as a rate of payload, segments per second · MSS.
    #[must_use]
    pub fn rate(self, connection: &Connection, loss: Ratio) -> Option<BitRate> {
        self.segments(connection, loss)?.carrying(connection.mss)
    }

    /// The loss ratio at which the connection just reaches `rate`: the inverse of [`Model::rate`].
    ///
    /// `None` when the window does not allow the rate at any loss, or when any loss below 1 does.
    #[must_use]
    pub fn loss_for(self, connection: &Connection, rate: BitRate) -> Option<Ratio> {
        let wanted = rate.in_pieces_of(connection.mss)?;
        match self {
            Self::Mathis => mathis::loss_for(connection, wanted),
            _ => bisect(|loss| self.segments(connection, loss), wanted),
        }
    }

    /// Whether connection and loss lie where the formula was derived or checked.
    #[must_use]
    pub fn validity(self, connection: &Connection, loss: Ratio) -> Validity {
        match self {
            Self::Mathis => mathis::validity(connection, loss),
            Self::PftkApproximate => pftk::validity(connection, loss),
            Self::PftkFull => pftk::validity(connection, loss),
            Self::Tfrc => tfrc::validity(connection, loss),
        }
    }
}

/// The loss between 10⁻¹⁸ and 1 where a rate that falls with the loss passes `wanted`.
fn bisect(rate: impl Fn(Ratio) -> Option<PerSecond>, wanted: PerSecond) -> Option<Ratio> {
    let reached = |exponent: f64| Some(rate(Ratio::new(exponent.exp())?)? >= wanted);
    let (mut low, mut high) = (1e-18f64.ln(), (-1e-12f64).ln_1p());
    if !reached(low)? || reached(high)? {
        return None;
    }
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if reached(middle)? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ratio::new(low.exp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ratio(value: f64) -> Ratio {
        Ratio::new(value).unwrap()
    }

    fn connections() -> impl Strategy<Value = Connection> {
        let acks = prop_oneof![Just(Acks::EverySegment), Just(Acks::EverySecond)];
        (100u64..9_000, 1u64..2_000, 1u64..8, acks).prop_map(|(mss, rtt, factor, acks)| {
            let rtt = Duration::from_millis(rtt);
            let rto = rtt * u32::try_from(factor).unwrap();
            Connection {
                rto,
                acks,
                ..Connection::new(Bytes::new(mss), rtt)
            }
        })
    }

    /// Loss ratios from 10⁻⁸ to 0.3, evenly in the logarithm.
    fn losses() -> impl Strategy<Value = f64> {
        (-8.0..-0.53f64).prop_map(|exponent| 10f64.powf(exponent))
    }

    #[test]
    fn a_rate_above_the_window_limit_is_allowed_by_no_loss() {
        let connection = Connection {
            window: Segments::new(32.0),
            ..Connection::new(Bytes::new(1460), Duration::from_millis(100))
        };
        let limit = connection.window_limit().unwrap();
        let above = PerSecond::new(limit.get() * 1.01).unwrap();
        let rate = above.carrying(connection.mss).unwrap();
        assert_eq!(Model::PftkApproximate.loss_for(&connection, rate), None);
        assert_eq!(Model::PftkFull.loss_for(&connection, rate), None);
    }

    #[test]
    fn a_rate_that_even_the_worst_loss_leaves_has_no_threshold() {
        let connection = Connection::new(Bytes::new(1460), Duration::from_millis(100));
        let trickle = BitRate::from_bps(0.001).unwrap();
        for model in Model::ALL {
            assert_eq!(model.loss_for(&connection, trickle), None, "{model:?}");
        }
    }

    proptest! {
        #[test]
        fn the_rate_at_the_loss_for_a_rate_is_the_rate(connection in connections(), loss in losses()) {
            for model in Model::ALL {
                let rate = model.rate(&connection, ratio(loss)).unwrap();
                let back = model.loss_for(&connection, rate).unwrap();
                prop_assert!((back.get() / loss - 1.0).abs() < 1e-9, "{model:?} {back}");
                let again = model.rate(&connection, back).unwrap();
                prop_assert!((again.bps() / rate.bps() - 1.0).abs() < 1e-9, "{model:?}");
            }
        }

        #[test]
        fn more_loss_and_longer_round_trips_slow_down(connection in connections(), loss in losses()) {
            let further = Connection { rtt: connection.rtt * 2, ..connection };
            for model in Model::ALL {
                let rate = model.segments(&connection, ratio(loss)).unwrap();
                prop_assert!(model.segments(&connection, ratio(loss * 1.01)).unwrap() < rate, "{model:?}");
                prop_assert!(model.segments(&further, ratio(loss)).unwrap() < rate, "{model:?}");
            }
        }

        #[test]
        fn scaling_every_time_scales_the_rate(connection in connections(), loss in losses()) {
            let slow = Connection { rtt: connection.rtt * 3, rto: connection.rto * 3, ..connection };
            for model in Model::ALL {
                let (rate, third) = (
                    model.segments(&connection, ratio(loss)).unwrap().get(),
                    model.segments(&slow, ratio(loss)).unwrap().get(),
                );
                prop_assert!((third * 3.0 / rate - 1.0).abs() < 1e-12, "{model:?}");
            }
        }
    }
}
