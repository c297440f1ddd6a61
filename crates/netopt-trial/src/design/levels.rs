//! What counts as evidence and as a difference, and how much computing goes into it.
//!
//! These are the figures a reader of a verdict asks for first, so each default has its reason. Whether they are within
//! bounds is checked by the builder.

use netopt_core::metric::Metric;

/// What counts as evidence, and what as a difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    /// Chance of a false claim with one candidate, and 1 - level of all intervals; 0.0001 to 0.2. Default [`Levels::ALPHA`].
    pub alpha: f64,
    /// Expected share of false claims with several candidates (e-BH); 0.0001 to 0.5. Default [`Levels::FDR`].
    pub fdr: f64,
    /// Smallest change worth having, a share; 0.0001 to 1. Default [`Levels::DELTA`] or [`Levels::DELTA_TAIL`].
    pub delta: f64,
}

impl Levels {
    /// The field's convention: one false claim in twenty trials of nothing.
    pub const ALPHA: f64 = 0.05;
    /// Screening may be generous, because confirmation follows.
    pub const FDR: f64 = 0.10;
    /// Below 3 % a median is not worth a line of configuration.
    pub const DELTA: f64 = 0.03;
    /// Tails and rates are noisier, and 5 % of them no more noticeable.
    pub const DELTA_TAIL: f64 = 0.05;

    /// ln of the e-value that decides about one of `candidates` whatever the others show: 1/α for one, m/q for several.
    #[must_use]
    pub fn ln_bar(&self, candidates: usize) -> f64 {
        match candidates {
            0 | 1 => -self.alpha.ln(),
            several => (several as f64 / self.fdr).ln(),
        }
    }

    /// The default for `metric`.
    #[must_use]
    pub const fn for_metric(metric: Metric) -> Self {
        Self {
            alpha: Self::ALPHA,
            fdr: Self::FDR,
            delta: match metric {
                Metric::P50 | Metric::MeanLatency => Self::DELTA,
                Metric::P99 | Metric::Throughput => Self::DELTA_TAIL,
            },
        }
    }
}

/// How much computing a verdict may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Bootstrap draws an interval; 100 to 100,000. Default [`Effort::RESAMPLES`].
    pub resamples: u32,
    /// Sign flips beyond 16 rounds; 100 to 1,000,000. Default [`Effort::FLIPS`].
    pub flips: u32,
}

impl Effort {
    /// Ends of a 95 % interval repeat to about a hundredth of its width.
    pub const RESAMPLES: u32 = 10_000;
    /// The 95th percentile of the flips repeats to a third of a percent.
    pub const FLIPS: u32 = 100_000;
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            resamples: Self::RESAMPLES,
            flips: Self::FLIPS,
        }
    }
}
