//! The arguments of `netopt lab`, one file a verb.

mod link;
mod origin;
#[cfg(target_os = "linux")]
mod path;
#[cfg(target_os = "linux")]
mod run;

use clap::Subcommand;

pub(crate) use link::LinkArgs;
pub(crate) use origin::{HttpArgs, HttpsArgs, Kind, OnlyVersion, OriginArgs, SocketArgs, Speaks};
#[cfg(target_os = "linux")]
pub(crate) use path::{Managed, PathArgs};
#[cfg(target_os = "linux")]
pub(crate) use run::RunArgs;

/// What the lab can do.
#[derive(Debug, Subcommand)]
pub(crate) enum LabCommand {
    /// Run any command behind an emulated network: real TCP in two namespaces; Linux, root or a user with TUN
    #[cfg(target_os = "linux")]
    Run(Box<RunArgs>),
    /// Put a distance and a bottleneck between a port and a server: a relay in userland, no root needed
    Link(LinkArgs),
    /// Start a server whose faults you choose: HTTP, TCP, UDP or WebSocket
    Origin(Box<OriginArgs>),
}
