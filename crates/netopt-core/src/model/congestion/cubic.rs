//! CUBIC: a window that follows a cubic function of the time since the last loss (RFC 9438).
//!
//! Growth by time and not by round trips is what makes it fill long fast paths; where Reno would be faster it follows
//! Reno. `HyStart++`, which ends slow start before the first loss, is left out: it changes the first seconds of a flow only.

use std::time::Duration;

use crate::unit::Segments;

use super::reno::slow_start;
use super::{Counting, LEAST_THRESHOLD, LOSS_WINDOW, initial_window, segments};

mod average;
mod curve;

pub use average::{average_window, required_loss, steady_window};
pub use curve::{Curve, Scale};

/// What a loss leaves of the data in flight, RFC 9438 §4.6.
pub const BETA: f64 = 0.7;

/// How many segments a round trip the estimate of Reno grows by, so that it is as fast as Reno with a cut of ½:
/// α = 3(1 - β)/(1 + β) = 0.529 (RFC 9438 §4.3).
pub const ALPHA: f64 = 3.0 * (1.0 - BETA) / (1.0 + BETA);

/// The most that the target may lie above the window, RFC 9438 §4.2.
const MAX_STEP: f64 = 1.5;

/// The window of one CUBIC sender.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cubic {
    window: f64,
    /// Infinite before the first loss.
    threshold: f64,
    counting: Counting,
    /// Where the last cut began, after fast convergence; `None` before the first loss and after a timeout.
    plateau: Option<f64>,
    /// The window before the last cut, where the estimate of Reno starts to grow by 1.
    prior: f64,
    epoch: Option<Epoch>,
}

/// One stage of congestion avoidance.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Epoch {
    start: Duration,
    curve: Curve,
    /// `W_est`: where Reno would be.
    estimate: f64,
}

impl Cubic {
    /// A fresh connection: the initial window, no threshold yet.
    #[must_use]
    pub fn new(counting: Counting) -> Self {
        Self {
            window: initial_window().get(),
            threshold: f64::INFINITY,
            counting,
            plateau: None,
            prior: f64::INFINITY,
            epoch: None,
        }
    }

    /// The congestion window: 1 segment or more.
    #[must_use]
    pub fn window(&self) -> Segments {
        segments(self.window)
    }

    /// Where slow start ends; `None` before the first loss.
    #[must_use]
    pub fn threshold(&self) -> Option<Segments> {
        Segments::new(self.threshold)
    }

    /// Whether the window still doubles every round trip.
    #[must_use]
    pub fn in_slow_start(&self) -> bool {
        self.window < self.threshold
    }

    /// One acknowledgement at `now` of `acked` segments, all of them new, with the smoothed round trip.
    ///
    /// Slow start as in Reno; then the target is `W_cubic(t + RTT)`, between the window and 1.5 times it, and a segment
    /// moves the window by (target - cwnd)/cwnd; the estimate of Reno is the floor (RFC 9438 §4.2 to 4.5).
    pub fn acked(&mut self, now: Duration, acked: Segments, round_trip: Duration) {
        let credit = self.counting.credit(acked).get();
        let credit = slow_start(&mut self.window, self.threshold, credit);
        if credit <= 0.0 {
            return;
        }
        let window = self.window;
        let plateau = self.plateau;
        let epoch = self.epoch.get_or_insert_with(|| Epoch {
            start: now,
            curve: Curve::new(
                Scale::STANDARD,
                segments(plateau.unwrap_or(window)),
                segments(window),
            ),
            estimate: window,
        });
        let alpha = if epoch.estimate < self.prior {
            ALPHA
        } else {
            1.0
        };
        epoch.estimate += alpha * credit / window;
        let age = now.saturating_sub(epoch.start);
        if epoch.curve.at(age).get() < epoch.estimate {
            self.window = window.max(epoch.estimate);
            return;
        }
        let target = epoch.curve.at(age.saturating_add(round_trip)).get();
        let target = target.clamp(window, MAX_STEP * window);
        self.window = target.min(window + credit * (target - window) / window);
    }

    /// A loss was found with `flight` segments in flight; at most once a round trip (RFC 9438 §4.6 and 4.7).
    ///
    /// With fast convergence: a cut below the last plateau lowers the next one, which leaves room for newcomers.
    pub fn lost(&mut self, flight: Segments) {
        let falling = self.plateau.is_some_and(|plateau| self.window < plateau);
        let share = if falling { (1.0 + BETA) / 2.0 } else { 1.0 };
        self.plateau = Some(self.window * share);
        self.prior = self.window;
        self.threshold = (flight.get() * BETA).max(LEAST_THRESHOLD);
        self.window = self.threshold;
        self.epoch = None;
    }

    /// The retransmission timer ran out with `flight` segments in flight: back to one segment (RFC 9438 §4.8).
    ///
    /// The next stage of congestion avoidance starts on its plateau, with K = 0.
    pub fn timed_out(&mut self, flight: Segments) {
        self.lost(flight);
        self.plateau = None;
        self.window = LOSS_WINDOW;
    }
}

#[cfg(test)]
mod tests;
