//! What the calls are for: a preset decides the metric that counts and how calls arrive.

use std::fmt;
use std::str::FromStr;

use crate::metric::Metric;

/// The kinds of use that the seed's application scenarios name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Workload {
    /// Pages and assets for people: the median counts, calls arrive evenly.
    Web,
    /// A service that is called by services: the median counts, calls arrive evenly.
    #[default]
    Api,
    /// Large transfers one after the other: the mean transfer time counts.
    Bulk,
    /// A steady stream where each delay hurts: the mean counts, because it feels the tail.
    Realtime,
    /// One small call after the other, each waiting for the last: the median counts.
    Rpc,
}

/// How calls come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// At planned times, whatever the answers do.
    Open,
    /// The next when the last is done.
    Closed,
}

impl Workload {
    /// All presets.
    pub const ALL: [Self; 5] = [Self::Web, Self::Api, Self::Bulk, Self::Realtime, Self::Rpc];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Api => "api",
            Self::Bulk => "bulk",
            Self::Realtime => "realtime",
            Self::Rpc => "rpc",
        }
    }

    /// The one metric by which a trial decides, declared before it starts.
    #[must_use]
    pub const fn metric(self) -> Metric {
        match self {
            Self::Web | Self::Api | Self::Rpc => Metric::P50,
            Self::Bulk | Self::Realtime => Metric::MeanLatency,
        }
    }

    /// How calls come.
    #[must_use]
    pub const fn pattern(self) -> Pattern {
        match self {
            Self::Web | Self::Api | Self::Realtime => Pattern::Open,
            Self::Bulk | Self::Rpc => Pattern::Closed,
        }
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name of no preset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not one of web, api, bulk, realtime, rpc")]
pub struct UnknownWorkload(String);

impl FromStr for Workload {
    type Err = UnknownWorkload;
    fn from_str(name: &str) -> Result<Self, UnknownWorkload> {
        Self::ALL
            .into_iter()
            .find(|workload| workload.name() == name)
            .ok_or_else(|| UnknownWorkload(name.chars().take(40).collect()))
    }
}
