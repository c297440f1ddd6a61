//! The aggregate of many exchanges, in bounded memory.
//!
//! What is unknown is `None`, never zero: a utilisation without a known bottleneck rate, a reuse ratio without a
//! connection, a quantile without samples. The seed filled such fields with 0.0 and drew conclusions from them.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::exchange::Exchange;
use crate::histogram::LatencyHistogram;
use crate::outcome::Outcome;
use crate::phase::Phase;
use crate::unit::{BitRate, Bytes, PerSecond, Ratio};

/// Sums and distributions over many exchanges. About 270 KiB, whatever their number.
#[derive(Debug, Clone, Default)]
pub struct NetworkMetrics {
    count: u64,
    errors: BTreeMap<&'static str, u64>,
    statuses: BTreeMap<u16, u64>,
    carried: u64,
    reused: u64,
    sent: Bytes,
    received: Bytes,
    latency: LatencyHistogram,
    service: LatencyHistogram,
    phases: [LatencyHistogram; Phase::ALL.len()],
}

impl NetworkMetrics {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one exchange.
    pub fn record(&mut self, exchange: &Exchange) {
        self.count += 1;
        if let Some(class) = exchange.outcome.error_class() {
            *self.errors.entry(class).or_default() += 1;
        }
        if let Outcome::Answered(status) = exchange.outcome {
            *self.statuses.entry(status).or_default() += 1;
        }
        if exchange.connection.is_some() {
            self.carried += 1;
            self.reused += u64::from(exchange.is_reused());
        }
        self.sent += exchange.traffic.sent;
        self.received += exchange.traffic.received;
        self.latency.record(exchange.latency());
        self.service.record(exchange.service_time());
        for phase in Phase::ALL {
            if let Some(length) = exchange.timeline.length(phase) {
                self.phases[phase as usize].record(length);
            }
        }
    }

    /// Adds all that `other` counted.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        for (class, count) in &other.errors {
            *self.errors.entry(class).or_default() += count;
        }
        for (status, count) in &other.statuses {
            *self.statuses.entry(*status).or_default() += count;
        }
        self.carried += other.carried;
        self.reused += other.reused;
        self.sent += other.sent;
        self.received += other.received;
        self.latency.merge(&other.latency);
        self.service.merge(&other.service);
        for (mine, theirs) in self.phases.iter_mut().zip(&other.phases) {
            mine.merge(theirs);
        }
    }

    /// The number of exchanges.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Unsuccessful exchanges by class, `4xx`, `5xx` and failures.
    #[must_use]
    pub const fn errors(&self) -> &BTreeMap<&'static str, u64> {
        &self.errors
    }

    /// Answers by HTTP status.
    #[must_use]
    pub const fn statuses(&self) -> &BTreeMap<u16, u64> {
        &self.statuses
    }

    /// The share of exchanges that did not succeed.
    #[must_use]
    pub fn error_ratio(&self) -> Option<Ratio> {
        Ratio::of(self.errors.values().sum(), self.count)
    }

    /// Exchanges that succeeded.
    #[must_use]
    pub fn succeeded(&self) -> u64 {
        self.count.saturating_sub(self.errors.values().sum())
    }

    /// Exchanges on an existing connection over all that had a connection (seed definition 1.6).
    #[must_use]
    pub fn reuse_ratio(&self) -> Option<Ratio> {
        Ratio::of(self.reused, self.carried)
    }

    /// Times from the intended start.
    #[must_use]
    pub const fn latency(&self) -> &LatencyHistogram {
        &self.latency
    }

    /// Times from the actual start.
    #[must_use]
    pub const fn service(&self) -> &LatencyHistogram {
        &self.service
    }

    /// How long this phase took in the exchanges that went through it.
    #[must_use]
    pub const fn phase(&self, phase: Phase) -> &LatencyHistogram {
        &self.phases[phase as usize]
    }

    /// Bytes sent.
    #[must_use]
    pub const fn sent(&self) -> Bytes {
        self.sent
    }

    /// Bytes received.
    #[must_use]
    pub const fn received(&self) -> Bytes {
        self.received
    }

    /// Exchanges per second over `window` (seed definition 1.2); `None` for an instant.
    #[must_use]
    pub fn throughput(&self, window: Duration) -> Option<PerSecond> {
        PerSecond::of(self.count, window)
    }

    /// Data received per second over `window`; `None` for an instant or without data.
    #[must_use]
    pub fn download_rate(&self, window: Duration) -> Option<BitRate> {
        self.received.over(window)
    }

    /// The share of the bottleneck's rate that `window` used (seed definition 1.3); `None` while that rate is unknown.
    #[must_use]
    pub fn utilisation(&self, window: Duration, bottleneck: Option<BitRate>) -> Option<Ratio> {
        let share = self.download_rate(window)?.bps() / bottleneck?.bps();
        Ratio::new(share.min(1.0))
    }
}

#[cfg(test)]
mod tests;
