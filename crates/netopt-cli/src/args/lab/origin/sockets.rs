//! What an origin's sockets have, whatever is spoken over them.

use clap::Args;
use netopt_core::unit::{BitRate, Bytes};

/// The part of an origin's arguments that is about its sockets.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sockets")]
pub(crate) struct SocketArgs {
    /// SO_RCVBUF: about the largest window it announces (default: the kernel tunes it)
    #[arg(long, value_name = "SIZE")]
    pub(crate) rcvbuf: Option<Bytes>,
    /// SO_SNDBUF (default: the kernel tunes it)
    #[arg(long, value_name = "SIZE")]
    pub(crate) sndbuf: Option<Bytes>,
    /// Read no faster than this, so that its window closes (default: as it comes)
    #[arg(long, value_name = "RATE")]
    pub(crate) reads: Option<BitRate>,
    /// Write each answer in pieces of these sizes, and the rest whole, such as 200B,200B
    #[arg(long, value_name = "SIZE,…", value_delimiter = ',')]
    pub(crate) write_chunks: Vec<Bytes>,
    /// Leave Nagle's algorithm on
    #[arg(long)]
    pub(crate) no_nodelay: bool,
    /// Connections that wait to be accepted; the SYNs of others are lost (default: 1024)
    #[arg(long, value_name = "N")]
    pub(crate) backlog: Option<u16>,
    /// Connections that it serves at once; others wait in the backlog (default: 1024)
    #[arg(long, value_name = "N")]
    pub(crate) connections: Option<usize>,
}
