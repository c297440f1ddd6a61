//! The arguments of `netopt probe`.

use std::num::NonZeroU32;

use clap::Args;
use netopt_core::unit::Bytes;

use super::watch::WatchArgs;
use super::{ClientArgs, OutputArgs, values};

/// Enough for a median of each kind, and done in about a second.
const SAMPLES: &str = "10";

/// A frame of voice with its headers: small enough for every path.
const SIZE: &str = "172B";

/// Arguments of `netopt probe`.
#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    /// What to probe: http://, https://, tcp://, udp:// (an echo), ws:// or wss:// (messages that come back, or pings)
    #[arg(value_name = "TARGET", required_unless_present = "watched")]
    pub(crate) targets: Vec<String>,
    /// Calls on a new connection, and as many on a kept one; datagrams of udp://
    #[arg(long, short = 'n', value_name = "N", default_value = SAMPLES, value_parser = values::count)]
    pub(crate) samples: NonZeroU32,
    /// Payload of a message of ws:// and wss://, and of a datagram of udp://
    #[arg(long, requires = "targets", value_name = "SIZE", default_value = SIZE, value_parser = values::payload)]
    pub(crate) size: Bytes,
    #[command(flatten)]
    pub(crate) watch: WatchArgs,
    #[command(flatten)]
    pub(crate) client: ClientArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
