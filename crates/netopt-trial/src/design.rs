//! The design of a trial: everything decided before the first request.
//!
//! What is chosen after the data has been seen can be chosen until it pleases. So metric, arms, order, sizes and thresholds
//! are fixed here, printed in full, and fingerprinted; the report carries the fingerprint. A [`Design`] exists only if it
//! is valid. It does not say how arms are built or where requests go.

use netopt_core::metric::Metric;

pub mod arm;
mod builder;
mod levels;
mod order;
mod planning;
mod text;

pub use builder::{DesignBuilder, LONGEST_NAME, MOST_CANDIDATES, MOST_REQUESTS, MOST_ROUNDS};

pub use levels::{Effort, Levels};
pub use planning::RoundsNeeded;

use arm::{ArmId, TWIN};

/// What the trial is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Which of several candidates is worth having. The winner's figure is too good; confirm it.
    Screening,
    /// Whether the one plan that will be applied keeps its promise on fresh data. This figure is reported.
    Confirmation,
}

/// What happens to a candidate once it is clear that it brings nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Racing {
    /// It is no longer run, which leaves its time to the others. Never the baseline or its copy.
    #[default]
    Drop,
    /// It runs to the end.
    Keep,
}

/// How many rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds {
    /// No verdict before; 6 to `max`. Default [`Rounds::MIN`].
    pub min: u32,
    /// No more after; enough that winning all of them decides (8 at α = 5 %), to 1,000. Default [`Rounds::MAX`].
    pub max: u32,
    /// Whether settled candidates sit out. Default [`Racing::Drop`].
    pub racing: Racing,
}

impl Rounds {
    /// Default first round with a verdict: where the confidence sequence starts to speak.
    pub const MIN: u32 = 10;
    /// Default last round: 24 wins of 30 decide, and 10 % effects under 10 % noise between blocks are found.
    pub const MAX: u32 = 30;
}

impl Default for Rounds {
    fn default() -> Self {
        Self {
            min: Self::MIN,
            max: Self::MAX,
            racing: Racing::default(),
        }
    }
}

/// How many requests a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockSize {
    /// Requests measured; at least what the metric needs (6 for p50, 368 for p99), to 10,000,000.
    pub requests: u32,
    /// Requests sent before and discarded, while caches and windows warm up; to 10,000,000.
    pub burn_in: u32,
}

impl BlockSize {
    /// Default requests for a median, a mean or a rate: 9 % noise between blocks at a typical spread of latencies.
    pub const REQUESTS: u32 = 100;
    /// Default requests for p99: ten beyond it in every block.
    pub const REQUESTS_P99: u32 = 1000;
    /// Default burn-in: connections, sessions and windows are warm after it.
    pub const BURN_IN: u32 = 20;

    /// The default for `metric`.
    #[must_use]
    pub const fn for_metric(metric: Metric) -> Self {
        Self {
            requests: match metric {
                Metric::P99 => Self::REQUESTS_P99,
                Metric::P50 | Metric::MeanLatency | Metric::Throughput => Self::REQUESTS,
            },
            burn_in: Self::BURN_IN,
        }
    }
}

/// A valid design. Printing it gives the plan file, order of all rounds included.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    seed: u64,
    purpose: Purpose,
    metric: Metric,
    /// The baseline, then the candidates.
    names: Vec<String>,
    rounds: Rounds,
    block: BlockSize,
    levels: Levels,
    effort: Effort,
}

impl Design {
    /// Starts a screening design with the defaults of `metric` and no candidates yet.
    pub fn builder(seed: u64, metric: Metric, baseline: impl Into<String>) -> DesignBuilder {
        DesignBuilder::new(seed, metric, baseline.into())
    }

    /// The seed of everything random in the trial.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// What the trial is for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The metric that decides.
    #[must_use]
    pub const fn metric(&self) -> Metric {
        self.metric
    }

    /// How many rounds.
    #[must_use]
    pub const fn rounds(&self) -> Rounds {
        self.rounds
    }

    /// How many requests a block.
    #[must_use]
    pub const fn block(&self) -> BlockSize {
        self.block
    }

    /// What counts as evidence.
    #[must_use]
    pub const fn levels(&self) -> Levels {
        self.levels
    }

    /// How much computing a verdict may take.
    #[must_use]
    pub const fn effort(&self) -> Effort {
        self.effort
    }

    /// The name of `arm`; `None` if the design has no such candidate.
    #[must_use]
    pub fn name(&self, arm: ArmId) -> Option<&str> {
        match arm {
            ArmId::Baseline => self.names.first().map(String::as_str),
            ArmId::Twin => Some(TWIN),
            ArmId::Candidate(number) => {
                let index = usize::from(number) + 1;
                self.names.get(index).map(String::as_str)
            }
        }
    }

    /// The candidates, in the order they were named.
    pub fn candidates(&self) -> impl ExactSizeIterator<Item = ArmId> + use<> {
        let count = u16::try_from(self.names.len() - 1).unwrap_or(u16::MAX);
        (0..count).map(ArmId::Candidate)
    }

    /// Every arm: the baseline, its copy, the candidates.
    pub fn arms(&self) -> impl Iterator<Item = ArmId> + use<> {
        [ArmId::Baseline, ArmId::Twin]
            .into_iter()
            .chain(self.candidates())
    }
}
