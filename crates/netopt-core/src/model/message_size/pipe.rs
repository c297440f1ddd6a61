//! How much to have under way on a path (3.1f): its bandwidth-delay product.
//!
//! With less, the line idles; with more, nothing arrives sooner and a queue stands. The size that is best for a window
//! is thus a product, not a root. Kleinrock, *Power and deterministic rules of thumb for probabilistic problems in
//! computer communications*, ICC 1979. What a real sender's window is, and what limits it, belongs to `model::window`.

use std::time::Duration;

use crate::unit::{BitRate, Bytes};

/// A path without chance: one bottleneck with a queue, and a distance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pipe {
    /// The rate of the bottleneck.
    pub rate: BitRate,
    /// The round trip through the empty path.
    pub round_trip: Duration,
}

impl Pipe {
    /// The window with the most [`Self::power`]: `B·RTT`.
    #[must_use]
    pub fn optimum(&self) -> Bytes {
        self.rate * self.round_trip
    }

    /// What arrives with that much under way: `min(W/RTT, B)`; `None` with nothing under way.
    #[must_use]
    pub fn throughput(&self, window: Bytes) -> Option<BitRate> {
        if window > self.optimum() {
            return Some(self.rate);
        }
        BitRate::from_bps(window.bits() / self.round_trip.as_secs_f64())
            .map(|rate| if rate > self.rate { self.rate } else { rate })
    }

    /// The round trip with that much under way: `max(RTT, W/B)`.
    #[must_use]
    pub fn delay(&self, window: Bytes) -> Duration {
        self.round_trip.max(window / self.rate)
    }

    /// Throughput over delay, in bit/s²: what a window that pleases both users and operators maximises. `None` with
    /// nothing under way or no delay.
    #[must_use]
    pub fn power(&self, window: Bytes) -> Option<f64> {
        let power = self.throughput(window)?.bps() / self.delay(window).as_secs_f64();
        power.is_finite().then_some(power)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pipe(bps: f64, millis: u64) -> Pipe {
        Pipe {
            rate: BitRate::from_bps(bps).unwrap(),
            round_trip: Duration::from_millis(millis),
        }
    }

    #[test]
    fn ten_gigabit_and_100_ms_want_125_mb() {
        let pipe = pipe(10e9, 100);
        let best = pipe.optimum();
        assert_eq!(best, Bytes::new(125_000_000));
        assert_eq!(pipe.delay(best), Duration::from_millis(100));
        assert_eq!(pipe.throughput(best), Some(pipe.rate));
        // Twice as much arrives no faster and waits twice as long; half as much halves the rate.
        let (half, twice) = (Bytes::new(62_500_000), Bytes::new(250_000_000));
        assert_eq!(pipe.throughput(twice), Some(pipe.rate));
        assert_eq!(pipe.delay(twice), Duration::from_millis(200));
        assert_eq!(pipe.throughput(half), BitRate::from_bps(5e9));
    }

    #[test]
    fn nothing_under_way_has_no_throughput() {
        assert_eq!(pipe(1e6, 10).throughput(Bytes::ZERO), None);
        assert_eq!(pipe(1e6, 0).throughput(Bytes::ZERO), None);
        assert_eq!(pipe(1e6, 0).power(Bytes::ZERO), None);
        assert_eq!(
            pipe(1e6, 0).throughput(Bytes::new(1)),
            BitRate::from_bps(1e6)
        );
    }

    proptest! {
        #[test]
        fn no_window_has_more_power(bps in 1e6..1e11f64, millis in 1u64..1000, factor in 0.01..100.0f64) {
            let pipe = pipe(bps, millis);
            let best = pipe.optimum();
            let other = super::super::Length::from_bits(best.bits() * factor).unwrap().bytes();
            // Half a byte of rounding in the optimum, of 125 bytes at least.
            let tolerance = 1.0 + 1.0 / (best.bits() / 8.0);
            prop_assert!(pipe.power(other).unwrap_or(0.0) <= pipe.power(best).unwrap() * tolerance);
        }

        #[test]
        fn littles_law_holds(bps in 1e6..1e11f64, millis in 1u64..1000, bytes in 1u64..1 << 40) {
            let pipe = pipe(bps, millis);
            let window = Bytes::new(bytes);
            let under_way = pipe.throughput(window).unwrap() * pipe.delay(window);
            prop_assert!(under_way.get().abs_diff(bytes) <= 1 + bytes / 1000, "{under_way}");
        }
    }
}
