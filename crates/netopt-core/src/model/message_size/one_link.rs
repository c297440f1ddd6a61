//! One message on one link (3.1a): the smaller, the sooner.
//!
//! `T(L) = D/v + L/B` has the slope `1/B`, which is above zero everywhere. So there is no best size but "as little as
//! possible", and a bound that no size gets below: the propagation.

use std::time::Duration;

use super::Length;
use crate::unit::{BitRate, Ratio};

/// A link with a length in time and a rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneLink {
    /// One way through the empty link: distance over speed, see [`crate::model::latency::propagation`].
    pub propagation: Duration,
    /// The rate at which bits enter it.
    pub rate: BitRate,
}

impl OneLink {
    /// From the first bit sent to the last bit received: `D/v + L/B` (Kurose and Ross, *Computer Networking*, §1.4).
    #[must_use]
    pub fn time(&self, message: Length) -> Duration {
        self.propagation.saturating_add(message / self.rate)
    }

    /// What [`Self::time`] comes near to as the message gets smaller, and never gets below: `D/v`.
    #[must_use]
    pub const fn bound(&self) -> Duration {
        self.propagation
    }

    /// The share of [`Self::time`] that a smaller message could save at most; the rest is distance. `None` for nothing
    /// over no distance.
    #[must_use]
    pub fn share_of_size(&self, message: Length) -> Option<Ratio> {
        let serialisation = message / self.rate;
        Ratio::new(serialisation.as_secs_f64() / self.time(message).as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_packet_over_1000_km_is_nearly_all_distance() {
        let link = OneLink {
            propagation: Duration::from_millis(5),
            rate: BitRate::from_bps(1e9).unwrap(),
        };
        let packet = Length::from_bytes(1500.0).unwrap();
        assert_eq!(link.time(packet), Duration::from_micros(5012));
        let share = link.share_of_size(packet).unwrap().get();
        assert!((share - 12.0 / 5012.0).abs() < 1e-12, "{share}");
    }

    proptest! {
        #[test]
        fn more_takes_longer_and_nothing_beats_the_bound(
            bps in 1e3..1e12f64, micros in 0u64..1_000_000, bits in 0.0..1e9f64, more in 1.0..100.0f64
        ) {
            let link = OneLink { propagation: Duration::from_micros(micros), rate: BitRate::from_bps(bps).unwrap() };
            let small = link.time(Length::from_bits(bits).unwrap());
            // At least 10 ns more on the line, so that whole nanoseconds show the difference.
            let large = link.time(Length::from_bits(bits + more * bps * 1e-8).unwrap());
            prop_assert!(small < large);
            prop_assert!(small >= link.bound());
            prop_assert_eq!(link.time(Length::default()), link.bound());
        }
    }
}
