//! The expected time of a transfer under loss, on a path with a bottleneck.
//!
//! ```text
//! E[T] = T(d) + tail + Σ_k p(1−p)^(k−1) · (repair(k) + slower(k)),   k = 1 to d − 3
//! ```
//!
//! T is [`super::recurrence`], to the last byte received. The sum runs over the packet that is the first to be lost: it
//! costs its repair, and the rest goes at the rate of a long transfer where that is slower than the recurrence. The last
//! three packets have too few behind them to show a loss, so any loss there waits for the timer. The pieces are those of
//! Cardwell, Savage, Anderson ([`super::cardwell`]), put together so that loss never helps: their own sum has a continuous
//! slow start and no line rate, and lies below the time without loss for small and for rate-limited transfers.
//!
//! Laws, by construction: never below T, equal to it without loss, and growing with the loss and with the data, but for
//! PFTK's seam at a window limit. For that a first loss is never taken to cost less than a later one.

use std::time::Duration;

use super::Path;
use super::recurrence::{course, real};
use crate::model::loss::pftk::{backoff, received, timeout_share};
use crate::model::loss::{Acks, Connection};
use crate::model::validity::Validity;
use crate::unit::{Bytes, Ratio, Segments};

/// By how much Linux's timeout exceeds the round trip at least (`tcp_rto_min`).
pub const TIMER_MARGIN: Duration = Duration::from_millis(200);

/// Up to this loss the simulator's mean is between half and one and a half times the result's, for losses that come alone
/// and for losses that come in runs.
pub const CHECKED_LOSS: f64 = 0.01;

/// A loss shows when as many later packets have arrived (RFC 5681 §3.2, RFC 6675).
const THRESHOLD: u64 = 3;

/// First losses are taken together in blocks of this share of the data before them, so that the sum is short.
const BLOCK: u64 = 16;

/// A transfer over a path that loses packets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transfer {
    /// Round trip, rate, packets and windows.
    pub path: Path,
    /// The first retransmission timeout.
    pub rto: Duration,
    /// How the receiver acknowledges; slow start doubles either way, congestion avoidance does not.
    pub acks: Acks,
}

/// The parts of an expected time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// The time without loss, to the last byte received.
    pub without_loss: Duration,
    /// Repairing the first loss, by fast retransmission or after a timeout.
    pub repair: Duration,
    /// What the rest takes longer at the rate that loss leaves.
    pub slower: Duration,
    /// Waiting for the timer when one of the last three packets is lost.
    pub tail: Duration,
}

impl Expected {
    /// The sum of the parts, from the first byte sent to the last one received.
    #[must_use]
    pub fn total(&self) -> Duration {
        [self.repair, self.slower, self.tail]
            .into_iter()
            .fold(self.without_loss, Duration::saturating_add)
    }
}

impl Transfer {
    /// With delayed acknowledgements and a timeout of the round trip and [`TIMER_MARGIN`], as Linux has them.
    #[must_use]
    pub fn new(path: Path) -> Self {
        Self {
            path,
            rto: path.rtt.saturating_add(TIMER_MARGIN),
            acks: Acks::EverySecond,
        }
    }

    /// The expected time of `data` at this loss ratio.
    ///
    /// `None` as for [`course`], at a loss of 1, where nothing ever arrives, and when a time exceeds what [`Duration`] holds.
    #[must_use]
    pub fn expect(&self, data: Bytes, loss: Ratio) -> Option<Expected> {
        let without_loss = self.path.one_way(data)?;
        let [mut repair, mut slower, mut tail] = [0.0; 3];
        let packets = self.path.packets(data)?;
        if loss.get() >= 1.0 {
            return None;
        }
        if loss.get() > 0.0 && packets > 0 {
            let end = packets.min(THRESHOLD);
            tail = any_loss(end, loss) * self.timeouts(loss);
            [repair, slower] = self.of_first_loss(packets, loss)?;
        }
        Some(Expected {
            without_loss,
            repair: Duration::try_from_secs_f64(repair).ok()?,
            slower: Duration::try_from_secs_f64(slower).ok()?,
            tail: Duration::try_from_secs_f64(tail).ok()?,
        })
    }

    /// Holds up to [`CHECKED_LOSS`]: as a magnitude, and within a tenth for up to 100 packets that are lost alone with 0.1 %.
    #[must_use]
    pub fn validity(&self, loss: Ratio) -> Validity {
        if loss.get() > CHECKED_LOSS {
            Validity::Beyond("above 1 % loss it may be three times too high when losses come alone")
        } else {
            Validity::Holds
        }
    }

    /// Repair and slower rest, over the place of the first loss.
    fn of_first_loss(&self, packets: u64, loss: Ratio) -> Option<[f64; 2]> {
        let rate = received(&self.connection(), loss)?.get();
        let whole = self.sent(packets)?;
        let last = packets.saturating_sub(THRESHOLD);
        let (mut repair, mut slower) = (0.0, 0.0);
        let mut later = 0.0_f64;
        for (from, to) in blocks(last).into_iter().rev() {
            let first_lost = from.midpoint(to).min(packets);
            let rest = real(packets - first_lost) / rate;
            later = later.max(self.sent(first_lost)? + rest - whole);
            let chance = any_loss(to.min(last), loss) - any_loss(from - 1, loss);
            repair += chance * self.repair_seconds(first_lost, loss);
            slower += chance * later;
        }
        Some([repair, slower])
    }

    /// Seconds until that many packets are on the line, without loss.
    fn sent(&self, packets: u64) -> Option<f64> {
        let data = Bytes::new(self.path.payload.get().saturating_mul(packets));
        Some(course(&self.path, data)?.sent().as_secs_f64())
    }

    /// The cost of a loss in the window that this packet belongs to: Q·f(p)·T0/(1−p) + (1−Q)·RTT (Cardwell's equation 20).
    fn repair_seconds(&self, packet: u64, loss: Ratio) -> f64 {
        let window = window_of(&self.path, packet);
        let timeout = Segments::new(real(window)).map_or(1.0, |window| timeout_share(loss, window));
        timeout * self.timeouts(loss) + (1.0 - timeout) * self.path.rtt.as_secs_f64()
    }

    /// The expected length of a series of timeouts in seconds: f(p)·T0/(1−p). No shorter than a repair without.
    fn timeouts(&self, loss: Ratio) -> f64 {
        let first = self.rto.max(self.path.rtt).as_secs_f64();
        backoff(loss) * first / (1.0 - loss.get())
    }

    fn connection(&self) -> Connection {
        Connection {
            mss: self.path.payload,
            rtt: self.path.rtt,
            rto: self.rto,
            acks: self.acks,
            window: self
                .path
                .window
                .and_then(|window| Segments::new(real(window))),
        }
    }
}

/// The packets 1 to `last` in blocks, the later the longer; where they begin and end does not depend on `last`.
fn blocks(last: u64) -> Vec<(u64, u64)> {
    let mut next = Some(1_u64);
    std::iter::from_fn(|| {
        let from = next.filter(|from| *from <= last)?;
        let to = from.saturating_add(from / BLOCK);
        next = to.checked_add(1);
        Some((from, to))
    })
    .collect()
}

/// The size of the window in which slow start sends this packet, counted from 1.
fn window_of(path: &Path, packet: u64) -> u64 {
    let limit = path.window.unwrap_or(u64::MAX);
    let mut window = path.initial_window.min(limit);
    let mut covered = window;
    while covered < packet && window < limit {
        window = window.saturating_mul(2).min(limit);
        covered = covered.saturating_add(window);
    }
    window
}

/// The chance that any of so many packets is lost: 1 − (1−p)^n.
fn any_loss(packets: u64, loss: Ratio) -> f64 {
    -(real(packets) * (-loss.get()).ln_1p()).exp_m1()
}

#[cfg(test)]
mod tests;
