//! What a replay predicts.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::unit::{PerSecond, Ratio};

use super::Trace;
use super::queue::Served;
use super::trace::rank;

/// Waits, handshakes and connections of a replayed trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    calls: usize,
    span: Duration,
    /// The waits of those that waited, in ascending order.
    waits: Vec<Duration>,
    handshakes: usize,
    peak: NonZeroU32,
}

impl Forecast {
    /// Before the first call.
    pub(super) fn of(trace: &Trace) -> Self {
        Self {
            calls: trace.calls().len(),
            span: trace.span(),
            waits: Vec::new(),
            handshakes: 0,
            peak: NonZeroU32::MIN,
        }
    }

    /// One more call.
    pub(super) fn count(&mut self, served: Served) {
        let wait = served.wait();
        if !wait.is_zero() {
            self.waits.push(wait);
        }
        if let Some(held) = served.opened {
            self.handshakes += 1;
            // At most as many as calls, of which there are a million.
            let held = u32::try_from(held).ok().and_then(NonZeroU32::new);
            self.peak = held.map_or(self.peak, |held| self.peak.max(held));
        }
    }

    /// After the last call.
    pub(super) fn close(&mut self) {
        self.waits.sort_unstable();
    }

    /// The wait that a share `quantile` of all calls stays within, by nearest rank: the time in line for a place, without
    /// connecting.
    #[must_use]
    pub fn wait_quantile(&self, quantile: Ratio) -> Duration {
        let at_once = self.calls - self.waits.len();
        let rank = rank(quantile, self.calls);
        rank.checked_sub(at_once + 1)
            .and_then(|index| self.waits.get(index))
            .copied()
            .unwrap_or_default()
    }

    /// The longest wait.
    #[must_use]
    pub fn longest_wait(&self) -> Duration {
        self.waits.last().copied().unwrap_or_default()
    }

    /// The mean wait over all calls, those that did not wait included.
    #[must_use]
    pub fn mean_wait(&self) -> Duration {
        let sum: f64 = self.waits.iter().map(Duration::as_secs_f64).sum();
        Duration::try_from_secs_f64(sum / self.calls as f64).unwrap_or(Duration::MAX)
    }

    /// The share of the calls that waited.
    #[must_use]
    pub fn waited(&self) -> Ratio {
        self.share(self.waits.len())
    }

    /// The share of the calls that used a connection of an earlier one.
    #[must_use]
    pub fn reuse(&self) -> Ratio {
        self.share(self.calls - self.handshakes)
    }

    /// Connections opened.
    #[must_use]
    pub const fn handshakes(&self) -> usize {
        self.handshakes
    }

    /// Connections opened a second, between the first arrival and the last; `None` if all came at once.
    #[must_use]
    pub fn handshake_rate(&self) -> Option<PerSecond> {
        PerSecond::of(self.handshakes as u64, self.span)
    }

    /// The most connections held at once, idle ones included; no more than the size of the pool.
    #[must_use]
    pub const fn peak(&self) -> NonZeroU32 {
        self.peak
    }

    fn share(&self, part: usize) -> Ratio {
        Ratio::of(part as u64, self.calls as u64).expect("a trace has calls, and no more than all")
    }
}
