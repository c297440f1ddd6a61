//! Kleinrock's power, throughput over delay: how full a queue should be kept, and how long a full buffer takes.
//!
//! Its maximum is where a line is used and does not yet make anybody wait. For a pipe without variation that is one
//! bandwidth-delay product in flight, which is where BBR aims; what is sent beyond only fills the buffer.

use std::time::Duration;

use crate::unit::{BitRate, Bytes, Ratio};

use super::probability;

/// λ/T of an M/M/1 queue, in units of μ²: ρ(1-ρ). Its maximum of a quarter is at ρ = ½, where one call is in the system
/// and it takes twice the service time (Kleinrock 1979, ICC, "Power and deterministic rules of thumb").
#[must_use]
pub fn mm1_power(utilisation: Ratio) -> Ratio {
    probability(utilisation.get() * (1.0 - utilisation.get()))
}

/// The longest time that a drop-tail buffer can hold a packet back: buffer over rate. A full one adds this to every round
/// trip, which is what bufferbloat is.
#[must_use]
pub fn drop_tail_bound(buffer: Bytes, rate: BitRate) -> Duration {
    buffer / rate
}

/// A path that never varies: a bottleneck rate, and the round trip while nothing queues.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pipe {
    /// The rate of the slowest line.
    pub rate: BitRate,
    /// The empty round trip.
    pub round_trip: Duration,
}

impl Pipe {
    /// The bandwidth-delay product: with so much in flight the power is at its maximum (Kleinrock 1979).
    #[must_use]
    pub fn best_inflight(self) -> Bytes {
        self.rate * self.round_trip
    }

    /// The round trip with so much in flight: the empty one, until the line is full; then what is in flight over the rate.
    #[must_use]
    pub fn round_trip_at(self, inflight: Bytes) -> Duration {
        self.round_trip.max(inflight / self.rate)
    }

    /// What gets through: what is in flight a round trip, at most the rate; `None` of nothing, or if the round trip is an
    /// instant.
    #[must_use]
    pub fn throughput_at(self, inflight: Bytes) -> Option<BitRate> {
        inflight.over(self.round_trip_at(inflight))
    }

    /// Throughput over round trip, as a share of the maximum: inflight/BDP below the bandwidth-delay product, and
    /// BDP/inflight above; `None` if that product is zero.
    #[must_use]
    pub fn power_at(self, inflight: Bytes) -> Option<Ratio> {
        let (best, inflight) = (self.best_inflight().bits(), inflight.bits());
        Ratio::new(best.min(inflight) / best.max(inflight)).filter(|_| best > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mbit(rate: f64) -> BitRate {
        BitRate::from_bps(rate * 1e6).unwrap()
    }

    #[test]
    fn power_of_one_server_is_best_half_busy() {
        for (busy, power) in [
            (0.3, 0.21),
            (0.5, 0.25),
            (0.7, 0.21),
            (0.0, 0.0),
            (1.0, 0.0),
        ] {
            let got = mm1_power(Ratio::new(busy).unwrap()).get();
            assert!((got - power).abs() < 1e-12, "{busy}: {got}");
        }
    }

    #[test]
    fn a_buffer_of_200_kb_at_20_mbit_adds_80_ms() {
        let bound = drop_tail_bound(Bytes::new(200_000), mbit(20.0));
        assert_eq!(bound, Duration::from_millis(80));
    }

    #[test]
    fn a_pipe_is_best_with_one_product_in_flight() {
        let pipe = Pipe {
            rate: mbit(20.0),
            round_trip: Duration::from_millis(40),
        };
        let best = pipe.best_inflight();
        assert_eq!(best, Bytes::new(100_000));
        assert_eq!(pipe.power_at(best), Ratio::new(1.0));
        assert_eq!(pipe.power_at(Bytes::new(50_000)), Ratio::new(0.5));
        assert_eq!(pipe.power_at(Bytes::new(200_000)), Ratio::new(0.5));
        let full = Bytes::new(200_000);
        assert_eq!(pipe.round_trip_at(full), Duration::from_millis(80));
        assert_eq!(pipe.throughput_at(full), Some(mbit(20.0)));
        assert_eq!(pipe.throughput_at(Bytes::new(50_000)), Some(mbit(10.0)));
        assert_eq!(pipe.throughput_at(Bytes::new(0)), None);
        let instant = Pipe {
            round_trip: Duration::ZERO,
            ..pipe
        };
        assert_eq!(instant.power_at(full), None);
    }

    proptest! {
        #[test]
        fn no_other_amount_has_more_power(rate in 1.0..1e4f64, ms in 1u64..1000, inflight in 1u64..1 << 32) {
            let pipe = Pipe { rate: mbit(rate), round_trip: Duration::from_millis(ms) };
            let inflight = Bytes::new(inflight);
            let by_definition = |inflight| {
                let through = pipe.throughput_at(inflight).unwrap().bps();
                through / pipe.round_trip_at(inflight).as_secs_f64()
            };
            let (best, here) = (by_definition(pipe.best_inflight()), by_definition(inflight));
            prop_assert!(here <= best * (1.0 + 1e-4));
            let power = pipe.power_at(inflight).unwrap().get();
            prop_assert!((here / best - power).abs() <= 1e-3 * power + 1e-9, "{here} {best} {power}");
        }

        #[test]
        fn littles_law_holds_in_a_pipe(rate in 1.0..1e4f64, ms in 1u64..1000, inflight in 1u64..1 << 40) {
            let pipe = Pipe { rate: mbit(rate), round_trip: Duration::from_millis(ms) };
            let inflight = Bytes::new(inflight);
            let under_way = pipe.throughput_at(inflight).unwrap() * pipe.round_trip_at(inflight);
            prop_assert!(under_way.get().abs_diff(inflight.get()) <= 1 + inflight.get() / 1000);
        }

        #[test]
        fn half_busy_is_the_maximum(busy in 0.0..=1f64) {
            prop_assert!(mm1_power(Ratio::new(busy).unwrap()).get() <= 0.25);
        }
    }
}
