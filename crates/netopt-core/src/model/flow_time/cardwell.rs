//! The expected time of a transfer under loss.
//!
//! Cardwell, Savage, Anderson, "Modeling TCP latency", INFOCOM 2000. Slow start runs until the first loss, the loss is
//! repaired by fast recovery or by timeouts, and the rest goes at the rate of a long transfer; the result is the sum of the
//! three expected times, in the paper's equations 5 to 25. Its handshake is [`super::handshake::expected`].
//!
//! The line's rate is not in the model: compare with [`super::recurrence`] and take the larger. Slow start is continuous
//! here (a logarithm instead of whole windows), so small transfers come out too short.

use std::time::Duration;

use super::recurrence::real;
use crate::model::loss::Connection;
use crate::model::loss::pftk::{CHECKED_LOSS, backoff, received, timeout_share};
use crate::model::slow_start::INITIAL_WINDOW;
use crate::model::validity::Validity;
use crate::unit::{Bytes, Ratio, Segments};

/// γ of a sender that counts acknowledged bytes, as Linux does: the window doubles each round trip (RFC 3465, L = 2).
pub const DOUBLING: f64 = 2.0;

/// γ of a sender that counts acknowledgements which come for every second segment: 1 + 1/b with b = 2.
pub const PER_DELAYED_ACK: f64 = 1.5;

/// A sender whose transfers are to be predicted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sender {
    /// Segment size, round trip, timeout, acknowledgements and window limit.
    pub connection: Connection,
    /// The first window in segments, `w1` of the paper; above zero.
    pub initial_window: u64,
    /// By how much slow start multiplies the window each round trip, γ of the paper; above 1.
    pub growth: f64,
    /// The wait for a delayed acknowledgement of the first segment. Zero when the first window has two or more; 100 ms in
    /// the paper, for a first window of one and a timer of 200 ms.
    pub delayed_ack: Duration,
}

/// The parts of an expected time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Slow start until the first loss or the end (equation 15).
    pub slow_start: Duration,
    /// Repairing the loss that ended slow start (equation 20).
    pub recovery: Duration,
    /// The rest in congestion avoidance (equation 24).
    pub avoidance: Duration,
    /// Waiting for a delayed acknowledgement (equation 25).
    pub delayed_ack: Duration,
}

impl Expected {
    /// The sum of the parts, from the first segment sent to the last one acknowledged (equation 25).
    #[must_use]
    pub fn total(&self) -> Duration {
        [self.recovery, self.avoidance, self.delayed_ack]
            .into_iter()
            .fold(self.slow_start, Duration::saturating_add)
    }
}

impl Sender {
    /// A sender with a first window of [`INITIAL_WINDOW`] that doubles it each round trip.
    #[must_use]
    pub const fn new(connection: Connection) -> Self {
        Self {
            connection,
            initial_window: INITIAL_WINDOW,
            growth: DOUBLING,
            delayed_ack: Duration::ZERO,
        }
    }

    /// The expected time of `data` at this loss ratio.
    ///
    /// `None` for empty segments or windows, a growth of 1 or less, and a loss of 1.
    #[must_use]
    pub fn expect(&self, data: Bytes, loss: Ratio) -> Option<Expected> {
        let connection = &self.connection;
        let round_trip = connection.rtt.as_secs_f64();
        let segments = self.segments(data)?;
        let start = until_loss(segments, loss);
        let recovery = any_loss(segments, loss) * self.recovery_seconds(start, loss);
        let rest = segments - start;
        let avoidance = if rest > 0.0 {
            rest / received(connection, loss)?.get()
        } else {
            0.0
        };
        Some(Expected {
            slow_start: seconds(round_trip * self.start_rounds(start)?)?,
            recovery: seconds(recovery)?,
            avoidance: seconds(avoidance)?,
            delayed_ack: self.delayed_ack,
        })
    }

    /// Holds for more data than the first window takes, up to [`CHECKED_LOSS`].
    #[must_use]
    pub fn validity(&self, data: Bytes, loss: Ratio) -> Validity {
        let first = real(self.initial_window);
        if self.segments(data).is_none_or(|segments| segments <= first) {
            Validity::Beyond(
                "the data fits the first window, so less than the round trip comes out",
            )
        } else if loss.get() > CHECKED_LOSS {
            Validity::Beyond("above 10 % loss slow start is lost too, so the result is too short")
        } else {
            Validity::Holds
        }
    }

    /// `d`, the data in whole segments.
    fn segments(&self, data: Bytes) -> Option<f64> {
        let mss = self.connection.mss;
        (mss > Bytes::ZERO).then(|| real(data.get().div_ceil(mss.get())))
    }

    /// The first window, or the limit where that is smaller.
    fn first_window(&self) -> f64 {
        let first = real(self.initial_window);
        self.limit().map_or(first, |limit| limit.min(first))
    }

    fn limit(&self) -> Option<f64> {
        self.connection.window.map(Segments::get)
    }

    /// E\[Wss\], the window that slow start would reach without limit (equation 11).
    fn end_window(&self, start: f64) -> f64 {
        start * (self.growth - 1.0) / self.growth + self.first_window() / self.growth
    }

    /// E\[Tss\] in round trips (equation 15).
    fn start_rounds(&self, start: f64) -> Option<f64> {
        let (growth, first) = (self.growth, self.first_window());
        if growth <= 1.0 || first <= 0.0 {
            return None;
        }
        let unlimited = || (start * (growth - 1.0) / first).ln_1p() / growth.ln();
        Some(match self.limit() {
            Some(limit) if self.end_window(start) > limit => {
                let while_growing = (growth * limit - first) / (growth - 1.0);
                (limit / first).ln() / growth.ln() + 1.0 + (start - while_growing) / limit
            }
            _ => unlimited(),
        })
    }

    /// The cost of a loss: Q·f(p)·T0/(1−p) + (1−Q)·RTT (equations 17 to 20). The window is the limit where that is smaller.
    fn recovery_seconds(&self, start: f64, loss: Ratio) -> f64 {
        let end = self.end_window(start);
        let window = self.limit().map_or(end, |limit| limit.min(end));
        let timeout = Segments::new(window).map_or(1.0, |window| timeout_share(loss, window));
        let series = backoff(loss) * self.connection.rto.as_secs_f64() / (1.0 - loss.get());
        timeout * series + (1.0 - timeout) * self.connection.rtt.as_secs_f64()
    }
}

/// E\[dss\], the segments sent up to the first loss, that one included (equation 5): (1−(1−p)^d)(1−p)/p + 1.
///
/// The equation counts one more than there are when no loss is likely; there it is all of them.
fn until_loss(segments: f64, loss: Ratio) -> f64 {
    let p = loss.get();
    if p == 0.0 {
        return segments;
    }
    (any_loss(segments, loss) * (1.0 - p) / p + 1.0).min(segments)
}

/// The chance that any of the segments is lost: 1 − (1−p)^d (equation 16).
fn any_loss(segments: f64, loss: Ratio) -> f64 {
    if segments == 0.0 {
        return 0.0;
    }
    -(segments * (-loss.get()).ln_1p()).exp_m1()
}

fn seconds(value: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(value).ok()
}

#[cfg(test)]
mod tests;
