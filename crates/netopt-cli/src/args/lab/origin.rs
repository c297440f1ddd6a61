//! The arguments of `netopt lab origin`: what every server has, then what HTTP and sockets have of their own.

mod http;
mod sockets;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use netopt_core::unit::Bytes;
use netopt_lab::origin::Dist;

pub(crate) use http::{HttpArgs, HttpsArgs, Kind, OnlyVersion};
pub(crate) use sockets::SocketArgs;

/// Arguments of `netopt lab origin`.
#[derive(Debug, Args)]
#[command(
    after_help = "Service times: 2ms | exp:2ms | lognormal:2ms:0.5 (mean, sigma) | bimodal:2ms:200ms:2% (usual, slow, \
    share of slow ones).\n\
    Ctrl-C or SIGTERM ends it: it prints what it served, and the exit code is 0."
)]
pub(crate) struct OriginArgs {
    /// Where it listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// What it speaks
    #[arg(long, value_enum, value_name = "PROTOCOL", default_value_t = Speaks::Http1)]
    pub(crate) protocol: Speaks,
    /// How long it works on an answer; a source, before its first byte (default: 0)
    #[arg(long, value_name = "DIST")]
    pub(crate) service: Option<Dist>,
    /// Requests or messages that it works on at once; others queue (default: any number)
    #[arg(long, value_name = "N")]
    pub(crate) workers: Option<usize>,
    /// With tcp-source: close the connection after so much (default: when the client goes)
    #[arg(long, value_name = "SIZE")]
    pub(crate) amount: Option<Bytes>,
    /// Seed of its data and of everything drawn
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// With https and wss: save its certificate here, in PEM form, for a client's --cacert
    #[arg(long, value_name = "FILE")]
    pub(crate) cert_out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) http: HttpArgs,
    #[command(flatten)]
    pub(crate) https: HttpsArgs,
    #[command(flatten)]
    pub(crate) sockets: SocketArgs,
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
    /// TCP: what comes goes back
    TcpEcho,
    /// TCP: sends as fast as it goes
    TcpSource,
    /// TCP: reads everything
    TcpSink,
    /// UDP: every datagram goes back
    UdpEcho,
    /// WebSocket: every message goes back
    WsEcho,
    /// WebSocket over TLS
    WssEcho,
}
