//! The metric a trial is decided on.
//!
//! A trial declares one metric before it starts; looking for the one that happens to have improved is how noise becomes
//! a result. This file names the metrics and says which way is better. It leaves alone how they are computed.

use std::fmt;
use std::str::FromStr;

/// The metric that decides a trial. Latencies are measured from the intended start of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// Median latency.
    P50,
    /// 99th percentile of latency.
    P99,
    /// Arithmetic mean of latency.
    MeanLatency,
    /// Completed requests per second.
    Throughput,
}

impl Metric {
    /// Every metric, in the order of the lexicon.
    pub const ALL: [Self; 4] = [Self::P50, Self::P99, Self::MeanLatency, Self::Throughput];

    /// The name in reports and plan files: `p50`, `p99`, `mean_latency`, `throughput`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P99 => "p99",
            Self::MeanLatency => "mean_latency",
            Self::Throughput => "throughput",
        }
    }

    /// Whether a smaller value is the better one: true of latencies, false of throughput.
    #[must_use]
    pub const fn lower_is_better(self) -> bool {
        !matches!(self, Self::Throughput)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A metric name that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown metric {name:?}: one of p50, p99, mean_latency, throughput")]
pub struct UnknownMetric {
    name: String,
}

/// Reads the names that [`Metric::name`] gives.
impl FromStr for Metric {
    type Err = UnknownMetric;
    fn from_str(text: &str) -> Result<Self, UnknownMetric> {
        Self::ALL
            .into_iter()
            .find(|metric| metric.name() == text)
            .ok_or_else(|| UnknownMetric {
                name: text.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for metric in Metric::ALL {
            assert_eq!(metric.name().parse(), Ok(metric));
        }
        let error = "p42".parse::<Metric>().unwrap_err().to_string();
        assert!(error.contains("p42") && error.contains("p99"), "{error}");
    }

    #[test]
    fn only_throughput_is_better_when_higher() {
        let higher: Vec<_> = Metric::ALL
            .into_iter()
            .filter(|metric| !metric.lower_is_better())
            .collect();
        assert_eq!(higher, [Metric::Throughput]);
    }
}
