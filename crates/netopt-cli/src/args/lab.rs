//! The arguments of `netopt lab`, one file a verb.

mod link;
mod origin;

use clap::Subcommand;

pub(crate) use link::LinkArgs;
pub(crate) use origin::{HttpArgs, Kind, OriginArgs, SocketArgs, Speaks};

/// What the lab can do.
#[derive(Debug, Subcommand)]
pub(crate) enum LabCommand {
    /// Put a distance and a bottleneck between a port and a server: a relay in userland, no root needed
    Link(LinkArgs),
    /// Start a server whose faults you choose: HTTP, TCP, UDP or WebSocket
    Origin(Box<OriginArgs>),
}
