//! Where BBR settles: it paces at the measured rate of the bottleneck and bounds what is in flight, whatever is lost.
//!
//! Formulas of loss such as Mathis' say nothing about it. These are its steady state, derived from the constants of the
//! two versions in use (`tcp_bbr.c` of Linux, draft-ietf-ccwg-bbr); the way there is in the simulator.

use std::time::Duration;

use crate::model::validity::Validity;
use crate::unit::{BitRate, Bytes, Ratio};

/// Pacing and window gain of startup in version 1: 2/ln 2, the least that doubles the rate every round trip.
pub const HIGH_GAIN: f64 = 2.0 / std::f64::consts::LN_2;

/// The pacing gains of version 1 once the pipe is full, one smallest round trip each.
pub const GAIN_CYCLE: [f64; 8] = [1.25, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];

/// The window in bandwidth-delay products once the pipe is full, both versions.
pub const WINDOW_GAIN: f64 = 2.0;

/// Round trips over which the rate is a maximum, version 1.
pub const RATE_FILTER_ROUNDS: u64 = 10;

/// Time over which the round trip is a minimum, both versions.
pub const ROUND_TRIP_FILTER: Duration = Duration::from_secs(10);

/// How long a probe of the round trip keeps the window small, both versions.
pub const PROBE_TIME: Duration = Duration::from_millis(200);

/// The window while version 1 probes the round trip, in segments.
pub const PROBE_WINDOW: u64 = 4;

/// The pipe is full when the rate grew by less than this in each of [`FULL_PIPE_ROUNDS`] round trips.
pub const FULL_PIPE_GROWTH: f64 = 1.25;

/// See [`FULL_PIPE_GROWTH`].
pub const FULL_PIPE_ROUNDS: u32 = 3;

/// Pacing stays this share below the measured rate, so that queues drain; both versions.
pub const PACING_MARGIN: f64 = 0.01;

/// Which BBR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Version {
    /// What Linux has as `bbr`: blind to loss.
    #[default]
    V1,
    /// draft-ietf-ccwg-bbr: backs off above a loss ratio of 2 %.
    V3,
}

impl Version {
    /// The loss ratio above which the version holds back; `None` for version 1, which has no such rule.
    #[must_use]
    pub fn loss_ceiling(self) -> Option<Ratio> {
        match self {
            Self::V1 => None,
            Self::V3 => Ratio::new(0.02),
        }
    }

    /// The share of time spent probing the round trip: 200 ms every 10.2 s in version 1, every 5.2 s in version 3.
    #[must_use]
    pub fn probe_share(self) -> Ratio {
        let between = match self {
            Self::V1 => ROUND_TRIP_FILTER,
            Self::V3 => Duration::from_secs(5),
        };
        share_of(PROBE_TIME, between + PROBE_TIME)
    }

    /// What is sent during such a probe, as a share of the pipe: 4 segments count as nothing, half a pipe as half.
    const fn probe_rate(self) -> f64 {
        match self {
            Self::V1 => 0.0,
            Self::V3 => 0.5,
        }
    }

    /// The highest loss ratio for which [`throughput`] holds.
    const fn domain(self) -> f64 {
        match self {
            Self::V1 => 0.15,
            Self::V3 => 0.02,
        }
    }
}

/// What arrives of one flow alone on a bottleneck of `rate`:
/// rate · (1 - pacing margin) · (1 - share of the pipe lost to probing) · (1 - loss).
///
/// About 0.97 of the bottleneck without loss, and no function of the round trip. The probe of the round trip is counted in
/// full, though a flow that never fills a queue is spared it. In version 1 a probe at 1.25 must bring the loss back in:
/// 1.25·(1 - p) ≥ 1 up to p = 20 %, where the rate breaks down; the domain ends at 15 %. Version 3 holds back above its
/// ceiling. Beyond either the value is an upper bound, and the [`Validity`] says so. `None` if everything is lost.
#[must_use]
pub fn throughput(version: Version, rate: BitRate, loss: Ratio) -> Option<(BitRate, Validity)> {
    let probing = version.probe_share().get() * (1.0 - version.probe_rate());
    let share = (1.0 - PACING_MARGIN) * (1.0 - probing) * (1.0 - loss.get());
    let value = BitRate::from_bps(rate.bps() * share)?;
    let validity = if loss.get() <= version.domain() {
        Validity::Holds
    } else {
        Validity::Beyond(match version {
            Version::V1 => "losses near 20 % exceed what a probe at 1.25 regains: an upper bound",
            Version::V3 => "losses above 2 % make version 3 hold back: an upper bound",
        })
    };
    Some((value, validity))
}

/// The most data in flight once the pipe is full: two bandwidth-delay products.
#[must_use]
pub fn inflight_bound(rate: BitRate, round_trip: Duration) -> Bytes {
    rate * scaled(round_trip, WINDOW_GAIN)
}

/// The longest standing queue that one flow makes once the pipe is full: one smallest round trip.
#[must_use]
pub fn queue_bound(round_trip: Duration) -> Duration {
    scaled(round_trip, WINDOW_GAIN - 1.0)
}

/// So many times a time, or the longest there is.
fn scaled(time: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(time.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// A time as a share of a longer one.
fn share_of(part: Duration, whole: Duration) -> Ratio {
    Ratio::new(part.as_secs_f64() / whole.as_secs_f64()).expect("a part of its own sum")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(bps: f64) -> BitRate {
        BitRate::from_bps(bps).unwrap()
    }

    fn loss(share: f64) -> Ratio {
        Ratio::new(share).unwrap()
    }

    #[test]
    fn version_1_gets_97_percent_of_the_bottleneck() {
        for (ratio, expected) in [(0.0, 0.97), (0.01, 0.961)] {
            let (value, validity) = throughput(Version::V1, rate(50e6), loss(ratio)).unwrap();
            let share = 0.99 * (1.0 - 0.2 / 10.2) * (1.0 - ratio);
            assert!((value.bps() / 50e6 - share).abs() < 1e-12);
            assert!((value.bps() / 50e6 - expected).abs() < 0.001);
            assert_eq!(validity, Validity::Holds);
        }
        assert_eq!(throughput(Version::V1, rate(50e6), loss(1.0)), None);
    }

    #[test]
    fn version_3_has_a_ceiling_of_loss_and_version_1_has_none() {
        assert_eq!(Version::V1.loss_ceiling(), None);
        assert_eq!(Version::V3.loss_ceiling(), Some(loss(0.02)));
        for (version, share, holds) in [
            (Version::V1, 0.15, true),
            (Version::V1, 0.2, false),
            (Version::V3, 0.02, true),
            (Version::V3, 0.05, false),
        ] {
            let (_, validity) = throughput(version, rate(1e9), loss(share)).unwrap();
            assert_eq!(validity == Validity::Holds, holds, "{version:?} {share}");
        }
    }

    #[test]
    fn startup_gain_is_2_885() {
        assert!((HIGH_GAIN - 2.885).abs() < 5e-4);
        let mean = GAIN_CYCLE.iter().sum::<f64>() / 8.0;
        assert!(
            (mean - 1.0).abs() < 1e-12,
            "a cycle neither fills nor drains"
        );
    }

    #[test]
    fn a_full_pipe_of_20_mbit_and_40_ms_holds_200_kb_at_most() {
        let round_trip = Duration::from_millis(40);
        assert_eq!(inflight_bound(rate(20e6), round_trip), Bytes::new(200_000));
        assert_eq!(queue_bound(round_trip), round_trip);
        assert_eq!(queue_bound(Duration::MAX), Duration::MAX);
        assert!(inflight_bound(rate(1e3), Duration::MAX) > Bytes::new(1 << 60));
    }

    proptest! {
        #[test]
        fn throughput_is_below_what_loss_leaves(bps in 1e3..1e12_f64, share in 0.0..0.99_f64) {
            for version in [Version::V1, Version::V3] {
                let (value, _) = throughput(version, rate(bps), loss(share)).unwrap();
                let left = bps * (1.0 - share);
                prop_assert!(value.bps() < left && value.bps() > 0.96 * left);
            }
        }
    }
}
