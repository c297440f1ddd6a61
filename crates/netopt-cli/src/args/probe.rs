//! The arguments of `netopt probe`.

use std::num::NonZeroU32;

use clap::Args;

use super::watch::WatchArgs;
use super::{ClientArgs, OutputArgs, values};

/// Enough for a median of each kind, and done in about a second.
const SAMPLES: &str = "10";

/// Arguments of `netopt probe`.
#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    /// What to probe: http://, https://, tcp:// or udp:// (an echo)
    #[arg(value_name = "TARGET", required_unless_present = "watched")]
    pub(crate) targets: Vec<String>,
    /// Calls on a new connection, and as many on a kept one; datagrams of udp://
    #[arg(long, short = 'n', value_name = "N", default_value = SAMPLES, value_parser = values::count)]
    pub(crate) samples: NonZeroU32,
    #[command(flatten)]
    pub(crate) watch: WatchArgs,
    #[command(flatten)]
    pub(crate) client: ClientArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
