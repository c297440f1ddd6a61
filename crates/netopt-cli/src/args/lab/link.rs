//! The arguments of `netopt lab link`.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use netopt_core::unit::{BitRate, Ratio, parse_duration};

/// Arguments of `netopt lab link`.
#[derive(Debug, Args)]
#[command(
    after_help = "Ctrl-C or SIGTERM ends it: it prints what it carried, and the exit code is 0."
)]
pub(crate) struct LinkArgs {
    /// Where clients connect; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Where the server is
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) to: SocketAddr,
    /// Round-trip time to add
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = parse_duration)]
    pub(crate) rtt: Duration,
    /// Rate in each direction (default: unlimited)
    #[arg(long, value_name = "RATE")]
    pub(crate) rate: Option<BitRate>,
    /// Share of packets lost; a relay shows a loss as a stall of its connection
    #[arg(long, value_name = "SHARE")]
    pub(crate) loss: Option<Ratio>,
    /// How long a stall lasts
    #[arg(long, value_name = "TIME", default_value = "200ms", requires = "loss", value_parser = parse_duration)]
    pub(crate) stall: Duration,
}
