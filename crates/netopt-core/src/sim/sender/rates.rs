//! The highest rate of delivery of the last ten round trips.

use std::collections::VecDeque;

use super::super::time::Time;
use super::control::Sample;
use crate::model::congestion::bbr::RATE_FILTER_ROUNDS;

/// A windowed maximum over round trips, which it counts by packets.
#[derive(Debug, Default)]
pub(super) struct RateFilter {
    /// Round trip and rate in segments/s; rates fall from front to back, so the front is the maximum.
    samples: VecDeque<(u64, f64)>,
    round: u64,
    /// The round trip ends when a packet is acknowledged that was sent after this many were delivered.
    round_end: u64,
}

impl RateFilter {
    /// Takes a sample in; returns whether a round trip began with it. One shorter than the least round trip is no rate:
    /// its acknowledgements were bunched up.
    pub(super) fn update(&mut self, sample: &Sample, least: Option<Time>) -> bool {
        let new_round = sample.before >= self.round_end;
        if new_round {
            self.round_end = sample.delivered;
            self.round += 1;
        }
        let bunched = least.is_some_and(|least| sample.interval < least);
        if !bunched && sample.interval > Time::ZERO {
            self.push(rate(sample));
        }
        let oldest = self.round.saturating_sub(RATE_FILTER_ROUNDS);
        while self.samples.len() > 1
            && self
                .samples
                .front()
                .is_some_and(|(round, _)| *round < oldest)
        {
            self.samples.pop_front();
        }
        new_round
    }

    fn push(&mut self, rate: f64) {
        while self.samples.back().is_some_and(|(_, lower)| *lower <= rate) {
            self.samples.pop_back();
        }
        self.samples.push_back((self.round, rate));
    }

    /// The maximum in segments/s; zero before the first sample.
    pub(super) fn max(&self) -> f64 {
        self.samples.front().map_or(0.0, |(_, rate)| *rate)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "windows are below 2^53 segments"
)]
fn rate(sample: &Sample) -> f64 {
    (sample.delivered - sample.before) as f64 / sample.interval.seconds()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// One round trip of 100 ms in which `packets` were delivered.
    fn round(filter: &mut RateFilter, delivered: &mut u64, packets: u64) {
        let sample = Sample {
            before: *delivered,
            delivered: *delivered + packets,
            interval: Time::of(Duration::from_millis(100)),
        };
        *delivered += packets;
        assert!(filter.update(&sample, None));
    }

    #[test]
    fn a_maximum_is_forgotten_after_ten_round_trips() {
        let (mut filter, mut delivered) = (RateFilter::default(), 0);
        round(&mut filter, &mut delivered, 50);
        for packets in [10, 20, 10, 10, 10, 10, 10, 10, 10, 10] {
            round(&mut filter, &mut delivered, packets);
            assert!((filter.max() - 500.0).abs() < 1e-9);
        }
        round(&mut filter, &mut delivered, 10);
        assert!((filter.max() - 200.0).abs() < 1e-9);
    }

    #[test]
    fn acknowledgements_in_less_than_a_round_trip_are_no_rate() {
        let mut filter = RateFilter::default();
        let mut sample = Sample {
            before: 0,
            delivered: 50,
            interval: Time::of(Duration::from_millis(99)),
        };
        let least = Some(Time::of(Duration::from_millis(100)));
        filter.update(&sample, least);
        assert!(filter.max() < 1e-9);
        sample.interval = Time::of(Duration::from_millis(100));
        filter.update(&sample, least);
        assert!((filter.max() - 500.0).abs() < 1e-9);
    }
}
