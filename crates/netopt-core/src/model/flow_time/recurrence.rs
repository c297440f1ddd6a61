//! A transfer window by window, on a path with a bottleneck and no loss.
//!
//! The sender puts a window on the line and stalls until the first acknowledgement is back, one packet and one round trip
//! after it began; then the window has doubled. When a window takes longer than that, the line is full and stalls are
//! over. The receiver's limit stops the doubling. Linux counts the bytes that are acknowledged, so its window does double
//! with delayed acknowledgements.
//!
//! The steps were compared with kernel TCP at both ends of an emulated path of 20 Mbit/s (see the tests): they are 0.4
//! to 3.3 % below the measured times, with a round trip fitted once for all of them. Left out: loss, pacing of the first
//! window, `HyStart`'s early exit, the acknowledgements' own way back.

use std::time::Duration;

use super::Path;
use crate::unit::Bytes;

/// What slow start made of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// Windows that were sent, the last one perhaps in part.
    pub rounds: u64,
    /// Time in which the line carried packets.
    pub sending: Duration,
    /// Time in which the sender had data and no window.
    pub stalled: Duration,
}

impl Course {
    /// From the first bit on the line to the last one. It arrives half a round trip later.
    #[must_use]
    pub fn sent(&self) -> Duration {
        self.sending.saturating_add(self.stalled)
    }
}

/// The course of `data` over `path`; without data, all zero.
///
/// `None` when packets or windows are empty, or the time exceeds what [`Duration`] holds.
#[must_use]
pub fn course(path: &Path, data: Bytes) -> Option<Course> {
    let packets = path.packets(data)?;
    let limit = path.window.unwrap_or(u64::MAX);
    let mut window = path.initial_window.min(limit);
    if window == 0 {
        return None;
    }
    let packet = path.packet_seconds();
    let first_ack = packet + path.rtt.as_secs_f64();
    let mut left = packets;
    let (mut rounds, mut stalled) = (0, 0.0);
    while left > 0 {
        // Windows of this size: one while it doubles, all the rest once it cannot grow.
        let same = if window == limit {
            left.div_ceil(window)
        } else {
            1
        };
        let done = window.saturating_mul(same) >= left;
        let waits = if done { same - 1 } else { same };
        stalled += real(waits) * (first_ack - real(window) * packet).max(0.0);
        left = left.saturating_sub(window.saturating_mul(same));
        window = window.saturating_mul(2).min(limit);
        rounds += same;
    }
    Some(Course {
        rounds,
        sending: Duration::try_from_secs_f64(real(packets) * packet).ok()?,
        stalled: Duration::try_from_secs_f64(stalled).ok()?,
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "above 2^53 packets the rounding is invisible"
)]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
