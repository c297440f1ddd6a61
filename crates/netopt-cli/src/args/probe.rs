//! The arguments of `netopt probe`.

use std::num::NonZeroU32;

use clap::Args;

use super::{ClientArgs, OutputArgs, values};

/// Arguments of `netopt probe`.
#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    /// What to probe: http://, https:// or tcp://
    #[arg(value_name = "TARGET", required = true)]
    pub(crate) targets: Vec<String>,
    /// Calls on a new connection, and as many on a kept one
    #[arg(long, short = 'n', value_name = "N", default_value = "10", value_parser = values::count)]
    pub(crate) samples: NonZeroU32,
    #[command(flatten)]
    pub(crate) client: ClientArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
