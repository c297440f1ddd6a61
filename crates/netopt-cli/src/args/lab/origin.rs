//! The arguments of `netopt lab origin`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use netopt_core::unit::{Bytes, parse_duration};

/// Arguments of `netopt lab origin`.
#[derive(Debug, Args)]
#[command(
    after_help = "Ctrl-C or SIGTERM ends it: it prints what it served, and the exit code is 0."
)]
pub(crate) struct OriginArgs {
    /// Where it listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// What it speaks
    #[arg(long, value_enum, value_name = "PROTOCOL", default_value_t = Speaks::Http1)]
    pub(crate) protocol: Speaks,
    /// Size of its body
    #[arg(long, value_name = "SIZE", default_value = "2kB")]
    pub(crate) body: Bytes,
    /// How long it works on an answer
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = parse_duration)]
    pub(crate) service: Duration,
    /// Requests that it serves at once (default: any number)
    #[arg(long, value_name = "N")]
    pub(crate) workers: Option<usize>,
    /// Close the connection after so many requests (default: never)
    #[arg(long, value_name = "N")]
    pub(crate) close_after: Option<u64>,
    /// Never compress
    #[arg(long)]
    pub(crate) no_compression: bool,
    /// With https: save its certificate here, in PEM form, for a client's --cacert
    #[arg(long, value_name = "FILE")]
    pub(crate) cert_out: Option<PathBuf>,
}

/// The protocols of an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Speaks {
    /// HTTP/1.1
    Http1,
    /// HTTP/2 in clear text
    Http2,
    /// HTTP/1.1 over TLS
    Https1,
    /// HTTP/2 or 1.1 over TLS
    Https2,
}
