//! How the client reaches the target: whom it trusts, whom it asks for names, how long it waits.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use netopt_core::unit::Bytes;

use super::values;

/// How the client reaches the target.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Client")]
pub(crate) struct ClientArgs {
    /// Trust the certificates in this PEM file instead of the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
    /// Ask this name server instead of the system's resolver
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) resolver: Option<SocketAddr>,
    /// Bound on name lookup and handshake
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = values::timeout)]
    pub(crate) connect_timeout: Duration,
    /// Bound on a whole call
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = values::timeout)]
    pub(crate) timeout: Duration,
    /// Cut bodies here
    #[arg(long, value_name = "SIZE", default_value = "64MiB")]
    pub(crate) max_body: Bytes,
    /// The plan that describes the client as you run it today (default: what reqwest::Client::new() does)
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
}
