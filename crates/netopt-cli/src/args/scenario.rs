//! The arguments of `netopt scenario`.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;

use super::OutputArgs;

/// Three different orders of events: a case that passes by luck passes hardly ever three times.
const SEEDS: &str = "3";
/// More seeds than this are a study of their own.
const MOST_SEEDS: u32 = 1_000;

/// More runs at once than this only make each other void.
const MOST_JOBS: u32 = 16;

/// Arguments of `netopt scenario`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each file runs once for each seed; a case passes only if all of its runs do. A run in which the lab \
    or the load generator was late is void and tried again, twice at most.\n\
    Exit codes: 0 all passed, 2 a bad file, 3 nothing could be judged, 4 a case failed."
)]
pub(crate) struct ScenarioArgs {
    /// Scenario files (TOML); the form is in docs/scenarios.md
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Run with the seeds 1 to N
    #[arg(long, value_name = "N", default_value = SEEDS, value_parser = seeds)]
    pub(crate) seeds: NonZeroU32,
    /// Run with this seed only
    #[arg(long, value_name = "NUMBER", conflicts_with = "seeds")]
    pub(crate) seed: Option<u64>,
    /// Runs at the same time; each takes about a tenth of a processor, and those that get in each other's way are void
    #[arg(long, short, value_name = "N", default_value = "1", value_parser = jobs)]
    pub(crate) jobs: NonZeroU32,
    /// Measure and explain only: judges what is found, not what is proven
    #[arg(long)]
    pub(crate) diagnose: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

impl ScenarioArgs {
    /// The seeds to run with, at least one.
    #[must_use]
    pub(crate) fn chosen_seeds(&self) -> Vec<u64> {
        self.seed.map_or_else(
            || (1..=u64::from(self.seeds.get())).collect(),
            |seed| vec![seed],
        )
    }
}

fn seeds(text: &str) -> Result<NonZeroU32, String> {
    up_to(MOST_SEEDS, text)
}

fn jobs(text: &str) -> Result<NonZeroU32, String> {
    up_to(MOST_JOBS, text)
}

fn up_to(most: u32, text: &str) -> Result<NonZeroU32, String> {
    text.parse()
        .ok()
        .filter(|number: &NonZeroU32| number.get() <= most)
        .ok_or_else(|| format!("\"{text}\" is not a whole number from 1 to {most}"))
}
