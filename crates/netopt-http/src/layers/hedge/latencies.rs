//! The latencies of one route in the last while, and the percentile from which on an answer is late.

use std::time::Duration;

use netopt_core::change::Percentile;
use netopt_core::histogram::LatencyHistogram;
use tokio::time::Instant;

/// Half of what is remembered: long enough for samples, short enough to follow a server that gets slower.
const SPAN: Duration = Duration::from_secs(15);
/// How old the percentile in use may be: finding it looks at all of the histogram.
const REFRESH: Duration = Duration::from_secs(3);
/// So many latencies beyond the percentile make it one that can be used.
const BEYOND: u64 = 5;
/// A timer is no finer, and a second request costs about as much.
const LEAST: Duration = Duration::from_millis(1);

/// Latencies in two histograms, of this span and of the one before: 60 KiB, whatever the traffic.
#[derive(Debug)]
pub(super) struct Latencies {
    running: LatencyHistogram,
    past: LatencyHistogram,
    /// When the running span began.
    began: Instant,
    late: Option<Duration>,
    refreshed: Option<Instant>,
}

/// How many latencies of a destination have to be known before its calls are hedged after `percentile`: five lie beyond
/// it then. 50 for a p90, 100 for a p95.
#[must_use]
pub fn fewest_before_hedging(percentile: Percentile) -> u64 {
    (BEYOND * 100).div_ceil(100 - u64::from(percentile.get()))
}

impl Latencies {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            running: LatencyHistogram::new(),
            past: LatencyHistogram::new(),
            began: now,
            late: None,
            refreshed: None,
        }
    }

    pub(super) fn record(&mut self, now: Instant, latency: Duration) {
        self.turn_to(now);
        self.running.record(latency);
    }

    /// After how long an answer is late; `None` while too little is known.
    pub(super) fn late(&mut self, now: Instant, percentile: Percentile) -> Option<Duration> {
        self.turn_to(now);
        let is_new = self
            .refreshed
            .is_some_and(|at| now.saturating_duration_since(at) < REFRESH);
        if !is_new {
            self.late = self.find(percentile);
            // While too little is known it is looked for each time: that costs only a sum.
            self.refreshed = self.late.map(|_| now);
        }
        self.late
    }

    fn find(&self, percentile: Percentile) -> Option<Duration> {
        if self.running.count() + self.past.count() < fewest_before_hedging(percentile) {
            return None;
        }
        let mut both = self.past.clone();
        both.merge(&self.running);
        both.quantile(percentile.share().get())
            .map(|late| late.max(LEAST))
    }

    fn turn_to(&mut self, now: Instant) {
        let since = now.saturating_duration_since(self.began);
        if since < SPAN {
            return;
        }
        self.past = std::mem::take(&mut self.running);
        if since >= SPAN * 2 {
            self.past = LatencyHistogram::new();
        }
        self.began = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn p(percent: u8) -> Percentile {
        Percentile::new(percent).unwrap()
    }

    proptest! {
        #[test]
        fn late_is_beyond_the_share_that_was_asked_for(
            mut micros in prop::collection::vec(1u64..1_000_000, 500..700), percent in 50u8..=99,
        ) {
            let now = Instant::now();
            let mut latencies = Latencies::new(now);
            for latency in &micros {
                latencies.record(now, Duration::from_micros(*latency));
            }
            let late = latencies.late(now, p(percent)).unwrap();
            micros.sort_unstable();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small index")]
            let rank = (p(percent).share().get() * micros.len() as f64).ceil() as usize - 1;
            let exact = Duration::from_micros(micros[rank]).max(LEAST).as_secs_f64();
            let error = (late.as_secs_f64() - exact).abs() / exact;
            prop_assert!(late >= LEAST && error <= LatencyHistogram::RELATIVE_ERROR * 2.0, "{late:?} for {exact}");
        }
    }

    #[test]
    fn nothing_is_late_before_enough_is_known_nor_after_it_is_forgotten() {
        let now = Instant::now();
        let mut latencies = Latencies::new(now);
        for count in 0..100 {
            assert_eq!(latencies.late(now, p(95)), None, "{count}");
            latencies.record(now, Duration::from_millis(20));
        }
        assert!(latencies.late(now, p(95)).is_some());
        assert!(latencies.late(now + SPAN, p(95)).is_some());
        assert_eq!(latencies.late(now + SPAN * 4, p(95)), None);
    }

    #[test]
    fn five_lie_beyond() {
        let fewest = [50, 85, 90, 95, 99].map(|percent| fewest_before_hedging(p(percent)));
        assert_eq!(fewest, [10, 34, 50, 100, 500]);
    }

    #[test]
    fn a_server_that_gets_slower_is_followed() {
        let mut now = Instant::now();
        let mut latencies = Latencies::new(now);
        for (millis, spans) in [(5, 1), (50, 2)] {
            for _ in 0..spans * 150 {
                now += SPAN / 150;
                latencies.record(now, Duration::from_millis(millis));
            }
        }
        assert!(latencies.late(now, p(50)).unwrap() > Duration::from_millis(49));
    }
}
