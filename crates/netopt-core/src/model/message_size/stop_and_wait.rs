//! Chunks that are sent one at a time, each after the answer to the last (3.1c).
//!
//! What a client does that asks for the next page when it has the last. The line is silent for a round trip after each
//! chunk, so the chunk decides how much of the line is used. A larger one is always better; a wanted utilisation
//! decides how large. Here the seed's `2·D·B/v` has its place, without the root: it is the bandwidth-delay product.

use std::time::Duration;

use super::Length;
use crate::unit::{BitRate, Ratio};

/// The share of the line that chunks of this size use: `L/(L + B·RTT)`; `None` for no chunk over no distance.
///
/// The answer's own serialisation is taken to be nil. Kurose and Ross, *Computer Networking*, §3.4.2.
#[must_use]
pub fn utilisation(chunk: Length, rate: BitRate, round_trip: Duration) -> Option<Ratio> {
    let bits = chunk.bits();
    Ratio::new(bits / (bits + rate.bps() * round_trip.as_secs_f64()))
}

/// The smallest chunk that uses this share of the line: `η/(1−η)·B·RTT`. Half of it takes one bandwidth-delay product,
/// 90 % nine.
///
/// `None` for all of it, which no size reaches over a distance.
#[must_use]
pub fn chunk_for(wanted: Ratio, rate: BitRate, round_trip: Duration) -> Option<Length> {
    let share = wanted.get();
    Length::from_bits(share / (1.0 - share) * rate.bps() * round_trip.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Bytes;
    use proptest::prelude::*;

    /// 10 Mbit/s and 80 ms: 100 kB.
    fn path() -> (BitRate, Duration) {
        (BitRate::from_bps(10e6).unwrap(), Duration::from_millis(80))
    }

    #[test]
    fn half_speed_takes_one_bandwidth_delay_product_and_90_percent_nine() {
        let (rate, round_trip) = path();
        for (share, products) in [(0.5, 1), (0.9, 9), (0.0, 0)] {
            let chunk = chunk_for(Ratio::new(share).unwrap(), rate, round_trip).unwrap();
            assert_eq!(chunk.bytes(), Bytes::new(100_000 * products), "{share}");
        }
        let one = Length::from(Bytes::new(100_000));
        assert_eq!(utilisation(one, rate, round_trip), Ratio::new(0.5));
    }

    #[test]
    fn the_whole_line_is_out_of_reach() {
        let (rate, round_trip) = path();
        assert_eq!(chunk_for(Ratio::new(1.0).unwrap(), rate, round_trip), None);
        assert_eq!(utilisation(Length::default(), rate, Duration::ZERO), None);
    }

    proptest! {
        #[test]
        fn the_chunk_reaches_what_was_wanted(
            share in 0.001..0.999f64, bps in 1e3..1e11f64, micros in 1u64..10_000_000
        ) {
            let (rate, round_trip) = (BitRate::from_bps(bps).unwrap(), Duration::from_micros(micros));
            let chunk = chunk_for(Ratio::new(share).unwrap(), rate, round_trip).unwrap();
            let got = utilisation(chunk, rate, round_trip).unwrap().get();
            prop_assert!((got - share).abs() < 1e-9, "{got} {share}");
            let more = utilisation(chunk + chunk, rate, round_trip).unwrap().get();
            prop_assert!(more > got);
        }
    }
}
