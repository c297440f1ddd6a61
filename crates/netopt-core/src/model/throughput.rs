//! Data over time, and the share of the bottleneck that it uses.
//!
//! Three figures that are often confused: throughput counts every byte that was sent, goodput only those that arrived
//! for the first time, and utilisation compares with the rate of the bottleneck. That rate has to be stated by somebody;
//! without it there is no utilisation, and traffic faster than it proves the statement wrong. How to find the rate is
//! left to whoever measures.

use std::time::Duration;

use crate::unit::{BitRate, Bytes, Ratio};

/// Throughput: `data` / `time`. `None` for an instant, and when there was no data (a [`BitRate`] is above zero).
///
/// Seed definition 1.2. The time has to come from a clock that never steps.
#[must_use]
pub fn throughput(data: Bytes, time: Duration) -> Option<BitRate> {
    data.over(time)
}

/// Goodput: (`sent` − `again`) / `time`, with `again` the bytes that were sent more than once.
///
/// RFC 2647 §3.17. `None` for an instant, and when nothing new was sent.
#[must_use]
pub fn goodput(sent: Bytes, again: Bytes, time: Duration) -> Option<BitRate> {
    sent.saturating_sub(again).over(time)
}

/// The most payload that a line of `rate` carries when each `payload` bytes travel with `overhead` bytes of headers:
/// rate · payload / (payload + overhead). `None` for packets without payload.
///
/// The best goodput that can be seen; a rate found by measuring goodput is this one, not that of the line.
#[must_use]
pub fn payload_rate(rate: BitRate, payload: Bytes, overhead: Bytes) -> Option<BitRate> {
    rate.in_pieces_of(payload + overhead)?.carrying(payload)
}

/// How a measured throughput compares with the stated rate of the bottleneck.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Utilisation {
    /// The share of the stated rate, 0 to 1.
    Share(Ratio),
    /// More went through than the stated rate can carry, so the statement is wrong.
    Refuted {
        /// What was measured: a lower bound of the true rate.
        measured: BitRate,
        /// What was stated.
        stated: BitRate,
    },
}

impl Utilisation {
    /// The share, unless the stated rate was refuted.
    #[must_use]
    pub const fn share(self) -> Option<Ratio> {
        match self {
            Self::Share(share) => Some(share),
            Self::Refuted { .. } => None,
        }
    }
}

/// Utilisation: throughput / stated rate of the bottleneck. `None` when no rate is stated, and for an instant.
///
/// Seed definition 1.3. Time in which nothing was sent is used by a share of 0, which is not the same as unknown.
#[must_use]
pub fn utilisation(data: Bytes, time: Duration, stated: Option<BitRate>) -> Option<Utilisation> {
    let stated = stated?;
    if time.is_zero() {
        return None;
    }
    let Some(measured) = throughput(data, time) else {
        return Ratio::new(0.0).map(Utilisation::Share);
    };
    Some(match Ratio::new(measured.bps() / stated.bps()) {
        Some(share) => Utilisation::Share(share),
        None => Utilisation::Refuted { measured, stated },
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn rate(bps: f64) -> BitRate {
        BitRate::from_bps(bps).unwrap()
    }

    #[test]
    fn seed_definition_1_2_throughput_is_data_over_time() {
        let megabyte = Bytes::new(1_000_000);
        assert_eq!(throughput(megabyte, SECOND), BitRate::from_bps(8e6));
        assert_eq!(throughput(megabyte, Duration::ZERO), None);
        assert_eq!(throughput(Bytes::ZERO, SECOND), None);
    }

    #[test]
    fn what_was_sent_again_is_throughput_but_no_goodput() {
        let (sent, again) = (Bytes::new(1_000), Bytes::new(200));
        assert_eq!(goodput(sent, again, SECOND), BitRate::from_bps(6_400.0));
        assert_eq!(goodput(sent, sent, SECOND), None);
    }

    #[test]
    fn headers_leave_19_3_of_20_mbit() {
        let best = payload_rate(rate(20e6), Bytes::new(1448), Bytes::new(52)).unwrap();
        assert!((best.bps() - 20e6 * 1448.0 / 1500.0).abs() < 1e-6);
        assert_eq!(payload_rate(rate(20e6), Bytes::ZERO, Bytes::new(52)), None);
    }

    #[test]
    fn seed_definition_1_3_an_unknown_bottleneck_gives_no_utilisation_not_zero() {
        let data = Bytes::new(625_000);
        assert_eq!(utilisation(data, SECOND, None), None);
        assert_eq!(utilisation(data, Duration::ZERO, Some(rate(10e6))), None);
        let half = utilisation(data, SECOND, Some(rate(10e6))).unwrap();
        assert_eq!(half.share(), Ratio::new(0.5));
        let idle = utilisation(Bytes::ZERO, SECOND, Some(rate(10e6))).unwrap();
        assert_eq!(idle.share(), Ratio::new(0.0));
    }

    #[test]
    fn more_than_the_stated_rate_refutes_the_statement() {
        let stated = rate(1e6);
        let seen = utilisation(Bytes::new(250_000), SECOND, Some(stated)).unwrap();
        let measured = rate(2e6);
        assert_eq!(seen, Utilisation::Refuted { measured, stated });
        assert_eq!(seen.share(), None);
    }

    proptest! {
        #[test]
        fn a_share_times_the_stated_rate_is_the_throughput(
            data in 1u64..1 << 40, ms in 1u64..100_000, stated in 1e3..1e12f64,
        ) {
            let (data, time) = (Bytes::new(data), Duration::from_millis(ms));
            let measured = throughput(data, time).unwrap();
            match utilisation(data, time, Some(rate(stated))).unwrap() {
                Utilisation::Share(share) => {
                    prop_assert!((share.get() * stated / measured.bps() - 1.0).abs() < 1e-12);
                }
                Utilisation::Refuted { stated, .. } => prop_assert!(measured > stated),
            }
        }

        #[test]
        fn goodput_never_exceeds_throughput(sent in 1u64..1 << 40, again in 0u64..1 << 40) {
            let (sent, again) = (Bytes::new(sent), Bytes::new(again));
            prop_assert!(goodput(sent, again, SECOND) <= throughput(sent, SECOND));
        }
    }
}
