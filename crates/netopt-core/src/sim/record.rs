//! What is kept of a flow while it runs, in bounded memory.

use super::outcome::{FlowOutcome, RoundTrip, WindowSample};
use super::time::Time;
use crate::unit::Segments;

/// Counters, round trips and a thinned record of the window.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) retransmissions: u64,
    pub(super) timeouts: u64,
    least: Option<Time>,
    sum: u128,
    count: u64,
    windows: Vec<WindowSample>,
    /// The next sample is not taken before this, and after it not before that much later.
    next: Time,
    interval: Time,
}

impl Record {
    /// An acknowledgement measured a round trip and left this window.
    pub(super) fn round_trip(&mut self, now: Time, round_trip: Time, window: Segments) {
        self.least = Some(self.least.map_or(round_trip, |least| least.min(round_trip)));
        self.sum += u128::from(round_trip.picoseconds());
        self.count += 1;
        if now < self.next {
            return;
        }
        if self.windows.len() == FlowOutcome::MAX_SAMPLES {
            self.thin(now);
        }
        self.next = now.plus(self.interval);
        self.windows.push(WindowSample {
            at: now.duration(),
            window,
            round_trip: round_trip.duration(),
        });
    }

    /// Drops every second sample and takes half as many from now on.
    fn thin(&mut self, now: Time) {
        let mut place = 0_usize;
        self.windows.retain(|_| {
            place += 1;
            place % 2 == 1
        });
        self.interval = self
            .interval
            .times(2)
            .max(now.over(FlowOutcome::MAX_SAMPLES as u64));
    }

    pub(super) fn round_trips(&self) -> Option<RoundTrip> {
        let mean = self.sum.checked_div(u128::from(self.count))?;
        Some(RoundTrip {
            min: self.least?.duration(),
            mean: Time::from_picoseconds(mean).duration(),
        })
    }

    pub(super) fn into_windows(self) -> Vec<WindowSample> {
        self.windows
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn samples_are_bounded_and_cover_the_whole_run() {
        let mut record = Record::default();
        let round_trip = Time::of(Duration::from_millis(10));
        for step in 0..100_000 {
            let now = Time::of(Duration::from_micros(100 * step));
            record.round_trip(now, round_trip, Segments::default());
        }
        let mean = record.round_trips().unwrap().mean;
        assert_eq!(mean, Duration::from_millis(10));
        let windows = record.into_windows();
        assert!((400..=FlowOutcome::MAX_SAMPLES).contains(&windows.len()));
        assert_eq!(windows[0].at, Duration::ZERO);
        let gaps = windows.windows(2).map(|pair| pair[1].at - pair[0].at);
        assert!(gaps.max().unwrap() < Duration::from_millis(50));
        assert!(windows.last().unwrap().at > Duration::from_millis(9_900));
    }
}
