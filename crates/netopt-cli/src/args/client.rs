//! How the client reaches the target: whom it trusts, whom it asks for names, how long it waits.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use netopt_core::unit::Bytes;

use super::values;

/// One lost SYN in each direction is survived: the kernel sends it again after 1 s and 3 s.
const CONNECT_TIMEOUT: &str = "5s";
/// A measurement does not wait longer for one call than a person would.
const TIMEOUT: &str = "10s";
/// A body beyond this is a download, not an answer.
const MAX_BODY: &str = "64MiB";

/// How the client reaches the target.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Client")]
pub(crate) struct ClientArgs {
    /// Trust the certificates in this PEM file instead of the system's
    #[arg(long, requires = "targets", value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
    /// Ask this name server instead of the system's resolver
    #[arg(long, requires = "targets", value_name = "ADDR:PORT")]
    pub(crate) resolver: Option<SocketAddr>,
    /// Go through this proxy, http://HOST:PORT or socks5://HOST:PORT, with USER:PASSWORD@ before the host if it asks for that; it
    /// looks the target's name up. HTTP_PROXY and its like are not read
    #[arg(long, requires = "targets", value_name = "URL")]
    pub(crate) proxy: Option<String>,
    /// Bound on name lookup and handshake
    #[arg(long, requires = "targets", value_name = "TIME", default_value = CONNECT_TIMEOUT, value_parser = values::timeout)]
    pub(crate) connect_timeout: Duration,
    /// Bound on a whole call
    #[arg(long, requires = "targets", value_name = "TIME", default_value = TIMEOUT, value_parser = values::timeout)]
    pub(crate) timeout: Duration,
    /// Cut bodies here
    #[arg(long, requires = "targets", value_name = "SIZE", default_value = MAX_BODY)]
    pub(crate) max_body: Bytes,
    /// The plan that describes the client as you run it today (default: what reqwest::Client::new() does)
    #[arg(long, requires = "targets", value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
}
