//! The arguments of the line: `optimize` and `diagnose`.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use netopt_core::finding::Severity;
use netopt_core::metric::Metric;
use netopt_core::unit::{Bytes, PerSecond};
use netopt_core::workload::Workload;

use super::{ClientArgs, OutputArgs, values};

/// Arguments of `netopt optimize`.
#[derive(Debug, Args)]
pub(crate) struct OptimizeArgs {
    /// What to optimize, such as http://localhost:8080/api; without one, a demo origin is started on loopback
    #[arg(value_name = "TARGET")]
    pub(crate) targets: Vec<String>,
    /// Where to write the plan
    #[arg(long, short, value_name = "FILE", default_value = "netopt.toml")]
    pub(crate) out: PathBuf,
    /// Seed of everything random; the same seed gives the same order of blocks
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    #[command(flatten)]
    pub(crate) client: ClientArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Arguments of `netopt diagnose`.
#[derive(Debug, Args)]
pub(crate) struct DiagnoseArgs {
    /// What to diagnose, such as http://localhost:8080/api
    #[arg(value_name = "TARGET", required = true)]
    pub(crate) targets: Vec<String>,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    #[command(flatten)]
    pub(crate) client: ClientArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Calls in any second that no service notices.
const RATE: &str = "20";
/// Enough for a measurement, a trial of six changes and its confirmation.
const MAX_REQUESTS: &str = "2000";

/// What is called, how often, and what counts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Load")]
pub(crate) struct LoadArgs {
    /// What the calls are for: decides the metric that counts and how calls arrive
    #[arg(long, value_name = "KIND", default_value_t = Workload::Api)]
    pub(crate) workload: Workload,
    /// The metric that counts: p50, p99, mean_latency or throughput (default: that of the workload)
    #[arg(long, requires = "targets", value_name = "METRIC")]
    pub(crate) metric: Option<Metric>,
    /// Most calls in any second
    #[arg(long, requires = "targets", value_name = "N", default_value = RATE, value_parser = values::rate)]
    pub(crate) rate: PerSecond,
    /// Most calls in all
    #[arg(long, requires = "targets", value_name = "N", default_value = MAX_REQUESTS, value_parser = values::calls)]
    pub(crate) max_requests: NonZeroU32,
    /// The method; others than GET, HEAD and OPTIONS change things at the target, so they want --unsafe-method
    #[arg(
        long,
        requires = "targets",
        short = 'X',
        value_name = "METHOD",
        default_value = "GET"
    )]
    pub(crate) method: String,
    /// Allow a method that is not safe to repeat
    #[arg(long, requires = "targets")]
    pub(crate) unsafe_method: bool,
    /// A header to send with each call
    #[arg(long, requires = "targets", short = 'H', value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,
    /// What the program asks for: a file with a path or URL of the target a line, called in this order, again and again. What is
    /// asked for often stands often
    #[arg(long, requires = "targets", value_name = "FILE")]
    pub(crate) paths: Option<PathBuf>,
    /// The paths are one piece of work, such as a page, and the program calls one after the other: wants --workload rpc
    #[arg(long, requires = "paths")]
    pub(crate) chain: bool,
    /// A file to send as the body of each call
    #[arg(long, requires = "targets", value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,
    /// Meanwhile upload so much, again and again, by the same client: what your own bulk does to your calls. It is a POST to
    /// the target, so it wants --unsafe-method, and has --rate and --max-requests for itself
    #[arg(long, requires = "targets", value_name = "SIZE", value_parser = values::upload)]
    pub(crate) upload_beside: Option<Bytes>,
    /// Exit with 4 if a finding of this severity or above remains
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<Level>,
}

/// A severity on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// From any finding
    Low,
    /// From a tenth of the latency
    Medium,
    /// From three tenths
    High,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Low => Self::Low,
            Level::Medium => Self::Medium,
            Level::High => Self::High,
        }
    }
}
