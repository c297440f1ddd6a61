//! A sender like version 1 of BBR: it paces at the highest rate of delivery seen lately, within two pipes.
//!
//! Startup, drain, the gain cycle and the probe of the round trip are there, with the constants of the model. Left out are
//! the packet conservation of the first round trip after a loss and the detection of policers.

use super::super::random::SplitMix64;
use super::super::time::Time;
use super::control::News;
use super::rates::RateFilter;
use crate::model::congestion::bbr::{
    FULL_PIPE_GROWTH, FULL_PIPE_ROUNDS, GAIN_CYCLE, HIGH_GAIN, PACING_MARGIN, PROBE_TIME,
    PROBE_WINDOW, ROUND_TRIP_FILTER, WINDOW_GAIN,
};
use crate::model::congestion::initial_window;
use crate::unit::Segments;

/// The round trip that packets are paced for until one is known, in seconds, as in Linux.
const ASSUMED_ROUND_TRIP: f64 = 1e-3;
/// The place in the gain cycle where a sender never begins: there is nothing to drain yet.
const DRAINING: usize = 1;

/// State of one sender. Rates are in segments/s.
#[derive(Debug)]
pub(super) struct Bbr {
    mode: Mode,
    /// Whether startup has filled the pipe once.
    filled: bool,
    full_rate: f64,
    full_rounds: u32,
    rates: RateFilter,
    round_trip: MinFilter,
    path: Path,
    random: SplitMix64,
}

/// What is sent and how fast.
#[derive(Debug, Clone, Copy)]
struct Path {
    window: f64,
    /// The window to come back to after a probe of the round trip.
    prior: f64,
    pacing: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct MinFilter {
    least: Option<Time>,
    at: Time,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    Startup,
    Drain,
    /// The place in the gain cycle, and since when.
    Cruise {
        phase: usize,
        since: Time,
    },
    /// The round trip is probed until then; `None` while the pipe still empties.
    Probe {
        until: Option<Time>,
    },
}

impl Bbr {
    pub(super) fn new(random: SplitMix64) -> Self {
        let window = initial_window().get();
        Self {
            mode: Mode::Startup,
            filled: false,
            full_rate: 0.0,
            full_rounds: 0,
            rates: RateFilter::default(),
            round_trip: MinFilter::default(),
            path: Path {
                window,
                prior: window,
                pacing: first_pacing(ASSUMED_ROUND_TRIP),
            },
            random,
        }
    }

    pub(super) fn window(&self) -> Segments {
        Segments::new(self.path.window).unwrap_or_default()
    }

    pub(super) fn spacing(&self) -> Time {
        Time::at_least(1.0 / self.path.pacing)
    }

    pub(super) fn acked(&mut self, news: &News) {
        if self.round_trip.least.is_none() {
            self.path.pacing = first_pacing(news.round_trip.seconds());
        }
        let new_round = self.rates.update(&news.sample, self.round_trip.least);
        self.cruise(news);
        if new_round {
            self.check_full();
        }
        if self.mode == Mode::Startup && self.filled {
            self.mode = Mode::Drain;
        }
        if self.mode == Mode::Drain && count(news.flying) <= self.pipe() {
            self.enter_cruise(news.now);
        }
        self.probe(news);
        self.set_path(news);
    }

    pub(super) const fn timed_out(&mut self) {
        self.path.prior = self.path.prior.max(self.path.window);
        self.path.window = 1.0;
    }

    /// The bandwidth-delay product in segments, as far as it is known.
    fn pipe(&self) -> f64 {
        let round_trip = self.round_trip.least.map_or(0.0, Time::seconds);
        self.rates.max() * round_trip
    }

    /// Moves on in the gain cycle.
    fn cruise(&mut self, news: &News) {
        let Mode::Cruise { phase, since } = self.mode else {
            return;
        };
        let gain = GAIN_CYCLE[phase];
        let whole = self
            .round_trip
            .least
            .is_some_and(|least| news.now.since(since) > least);
        let flying = count(news.flying + news.packets);
        let over = if gain > 1.0 {
            whole && flying >= gain * self.pipe()
        } else {
            whole || (gain < 1.0 && flying <= self.pipe())
        };
        // A probe that random loss keeps from filling its window ends after two round trips at the latest.
        let late = self
            .round_trip
            .least
            .is_some_and(|least| news.now.since(since) > least.times(2));
        if over || late {
            self.mode = Mode::Cruise {
                phase: (phase + 1) % GAIN_CYCLE.len(),
                since: news.now,
            };
        }
    }

    /// Startup is over when three round trips in a row brought less than a quarter more.
    fn check_full(&mut self) {
        if self.filled {
            return;
        }
        let rate = self.rates.max();
        if rate >= self.full_rate * FULL_PIPE_GROWTH {
            self.full_rate = rate;
            self.full_rounds = 0;
        } else {
            self.full_rounds += 1;
            self.filled = self.full_rounds >= FULL_PIPE_ROUNDS;
        }
    }

    fn enter_cruise(&mut self, now: Time) {
        let others = GAIN_CYCLE.len() - 1;
        let place = usize::try_from(self.random.next() % others as u64).unwrap_or(0);
        let phase = if place >= DRAINING { place + 1 } else { place };
        self.mode = Mode::Cruise { phase, since: now };
    }

    /// Keeps the least round trip, and empties the pipe when it has not been seen for 10 s.
    fn probe(&mut self, news: &News) {
        let filter = &mut self.round_trip;
        let stale =
            filter.least.is_some() && news.now.since(filter.at) > Time::of(ROUND_TRIP_FILTER);
        if stale || filter.least.is_none_or(|least| news.round_trip <= least) {
            filter.least = Some(news.round_trip);
            filter.at = news.now;
        }
        match self.mode {
            Mode::Probe { until: None } if news.flying <= PROBE_WINDOW => {
                let until = news.now.plus(Time::of(PROBE_TIME).max(news.round_trip));
                self.mode = Mode::Probe { until: Some(until) };
            }
            Mode::Probe { until: Some(until) } if news.now >= until => {
                self.round_trip.at = news.now;
                self.path.window = self.path.window.max(self.path.prior);
                if self.filled {
                    self.enter_cruise(news.now);
                } else {
                    self.mode = Mode::Startup;
                }
            }
            Mode::Startup | Mode::Drain | Mode::Cruise { .. } if stale => {
                self.path.prior = self.path.window;
                self.mode = Mode::Probe { until: None };
            }
            _ => {}
        }
    }

    fn set_path(&mut self, news: &News) {
        let (pacing, window) = match self.mode {
            Mode::Startup => (HIGH_GAIN, HIGH_GAIN),
            Mode::Drain => (1.0 / HIGH_GAIN, HIGH_GAIN),
            Mode::Cruise { phase, .. } => (GAIN_CYCLE[phase], WINDOW_GAIN),
            Mode::Probe { .. } => (1.0, 1.0),
        };
        let rate = pacing * self.rates.max() * (1.0 - PACING_MARGIN);
        if rate > 0.0 && (self.filled || rate > self.path.pacing) {
            self.path.pacing = rate;
        }
        let target = window * self.pipe() + 3.0;
        let grown = self.path.window + count(news.packets);
        let window = if self.filled {
            grown.min(target)
        } else if self.path.window < target {
            grown
        } else {
            self.path.window
        };
        let window = window.max(count(PROBE_WINDOW));
        self.path.window = match self.mode {
            Mode::Probe { .. } => window.min(count(PROBE_WINDOW)),
            Mode::Startup | Mode::Drain | Mode::Cruise { .. } => window,
        };
    }
}

/// Segments/s that double the initial window in this round trip; no faster than one for a picosecond.
fn first_pacing(round_trip: f64) -> f64 {
    HIGH_GAIN * initial_window().get() / round_trip.max(1e-12)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "windows are below 2^53 segments"
)]
const fn count(packets: u64) -> f64 {
    packets as f64
}

#[cfg(test)]
mod tests;
