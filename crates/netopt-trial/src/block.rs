//! A block: one arm under load for a short while, the unit of replication.
//!
//! The session hands out [`Block`]s, a runner carries them out and gives back a [`BlockResult`]. A fresh client for each
//! block, the discarded burn-in and the arrival times are the runner's duty; the results hold what is left after that.

use std::fmt;
use std::time::Duration;

use netopt_core::metric::Metric;
use netopt_core::unit::Ratio;

use crate::design::arm::ArmId;
use crate::stats::quantile::Quantile;

mod latencies;

pub use latencies::{KEPT, Latencies};

/// The work that is due next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Block {
    /// The round, from 0.
    pub round: u32,
    /// The arm to run.
    pub arm: ArmId,
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "round {} arm {}", u64::from(self.round) + 1, self.arm)
    }
}

/// Whether the machine that generates the load kept up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Host {
    /// It had capacity to spare.
    Calm,
    /// It was the bottleneck: its processor, its sockets or its scheduler.
    Saturated,
}

/// How well the load generator did in one block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Health {
    /// Share of finished requests that were sent so late that it shows in their latency. Lateness within a timer's tick,
    /// or small beside the request's own time, does not count.
    pub late: Ratio,
    /// Whether the host kept up.
    pub host: Host,
}

impl Health {
    /// Nothing late, host calm.
    ///
    /// # Panics
    /// Never: zero is a share.
    #[must_use]
    pub fn good() -> Self {
        Self {
            late: Ratio::new(0.0).expect("0 is a share"),
            host: Host::Calm,
        }
    }
}

/// What came of one block, without its burn-in.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockResult {
    /// Latencies of the completed requests, from the intended start; at most `completed` of them.
    pub latencies: Latencies,
    /// Time from the first intended start to the last completion.
    pub elapsed: Duration,
    /// Requests sent.
    pub issued: u64,
    /// Requests answered as they should be.
    pub completed: u64,
    /// Requests failed or timed out; with `completed` at most `issued`.
    pub errors: u64,
    /// How the generator did.
    pub health: Health,
}

impl BlockResult {
    /// A block in which every request completed, one after the other, on a calm host.
    #[must_use]
    pub fn of_latencies(latencies: Latencies) -> Self {
        let completed = latencies.count();
        Self {
            elapsed: Duration::from_secs_f64(latencies.sum_seconds().clamp(0.0, 1e9)),
            latencies,
            issued: completed,
            completed,
            errors: 0,
            health: Health::good(),
        }
    }

    /// The metric of this block alone: seconds, or requests per second. `None` when nothing completed.
    #[must_use]
    pub fn value(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::P50 => self.latencies.quantile(Quantile::P50),
            Metric::P99 => self.latencies.quantile(Quantile::P99),
            Metric::MeanLatency => self.latencies.mean(),
            Metric::Throughput => {
                let rate = self.completed as f64 / self.elapsed.as_secs_f64();
                (rate.is_finite() && rate > 0.0).then_some(rate)
            }
        }
    }

    /// Says what contradicts what, if anything.
    pub(crate) fn fault(&self) -> Option<String> {
        let (issued, completed, errors) = (self.issued, self.completed, self.errors);
        let ended = completed.saturating_add(errors);
        let kept = self.latencies.count();
        if ended > issued {
            Some(format!(
                "{completed} completed and {errors} failed of {issued} issued"
            ))
        } else if kept > completed {
            Some(format!("{kept} latencies of {completed} completed"))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_block() {
        let latencies = (1..=100).map(Duration::from_millis).collect();
        let mut result = BlockResult::of_latencies(latencies);
        result.elapsed = Duration::from_secs(2);
        let value = |metric| result.value(metric).unwrap();
        assert!((value(Metric::P50) - 0.050).abs() < 1e-12);
        assert!((value(Metric::P99) - 0.099).abs() < 1e-12);
        assert!((value(Metric::MeanLatency) - 0.0505).abs() < 1e-12);
        assert!((value(Metric::Throughput) - 50.0).abs() < 1e-12);
    }

    #[test]
    fn an_empty_block_has_no_value() {
        let result = BlockResult::of_latencies(Latencies::default());
        for metric in Metric::ALL {
            assert_eq!(result.value(metric), None);
        }
    }

    #[test]
    fn contradictions_are_named() {
        let mut result = BlockResult::of_latencies((1..=10).map(Duration::from_millis).collect());
        assert_eq!(result.fault(), None);
        result.errors = 1;
        assert!(result.fault().unwrap().contains("of 10 issued"));
        (result.errors, result.completed) = (0, 9);
        assert!(result.fault().unwrap().contains("10 latencies"));
    }
}
