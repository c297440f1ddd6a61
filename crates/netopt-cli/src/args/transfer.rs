//! The arguments of `netopt transfer` and `netopt serve`.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use netopt_core::unit::{BitRate, Bytes, parse_duration};

use super::{OutputArgs, Speaks, values};

/// Where `netopt serve` listens unless told otherwise, and `netopt transfer` looks for it.
pub(crate) const PORT: u16 = 5280;

/// Arguments of `netopt transfer`.
#[derive(Debug, Args)]
#[command(
    after_help = "The other end is `netopt serve`. Without a target both ends run here, on loopback.\n\
    Bulk is discarded by the receiver's kernel, so the figure is the path's; --copy gives what an application would get."
)]
pub(crate) struct TransferArgs {
    /// The host where `netopt serve` runs, and its port (default port: 5280)
    #[arg(value_name = "HOST[:PORT]")]
    pub(crate) target: Option<String>,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[command(flatten)]
    pub(crate) amount: AmountArgs,
    #[command(flatten)]
    pub(crate) sockets: TransferSocketArgs,
    /// How long an interval of the report is
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = values::timeout, help_heading = "Output")]
    pub(crate) interval: Duration,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// What is done.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is done (default: --up)")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct WorkArgs {
    /// Send as much as goes through
    #[arg(long, conflicts_with_all = ["down", "both"])]
    pub(crate) up: bool,
    /// Receive as much as goes through
    #[arg(long, conflicts_with = "both")]
    pub(crate) down: bool,
    /// Both at the same time, on connections of their own
    #[arg(long)]
    pub(crate) both: bool,
    /// Requests and responses, one after the other on one connection
    #[arg(long, group = "kind", conflicts_with_all = ["up", "down", "both"])]
    pub(crate) rr: bool,
    /// The same with a new connection for each
    #[arg(long, group = "kind", conflicts_with_all = ["up", "down", "both"])]
    pub(crate) crr: bool,
    /// Messages on a connection that is full (with --up, --down or --both: in that direction)
    #[arg(long, group = "kind")]
    pub(crate) mixed: bool,
    /// Datagrams at a rate: loss, jitter, order, duplicates
    #[arg(long, group = "kind")]
    pub(crate) udp: bool,
    /// Latency without load, and under load up and then down: round trips per minute (RPM)
    #[arg(long, group = "kind", conflicts_with = "both")]
    pub(crate) responsiveness: bool,
    /// With --rr and --crr: bytes of a request
    #[arg(long, value_name = "SIZE", default_value = "1B")]
    pub(crate) request: Bytes,
    /// With --rr and --crr: bytes of a response
    #[arg(long, value_name = "SIZE", default_value = "1B")]
    pub(crate) response: Bytes,
    /// Bytes of a message or a datagram (default: 100B with --mixed, 1200B with --udp)
    #[arg(long, value_name = "SIZE")]
    pub(crate) size: Option<Bytes>,
    /// With --mixed: from one message to the next
    #[arg(long, value_name = "TIME", default_value = "20ms", value_parser = parse_duration)]
    pub(crate) every: Duration,
}

/// How much of it.
#[derive(Debug, Args)]
#[command(next_help_heading = "How much of it")]
pub(crate) struct AmountArgs {
    /// Connections in each direction; with --responsiveness one more begins with each interval up to so many (default: 1;
    /// 4 with --responsiveness)
    #[arg(short = 'P', long, value_name = "N")]
    pub(crate) streams: Option<u16>,
    /// How long (default: 10s; 20s in each direction with --responsiveness)
    #[arg(short, long, value_name = "TIME", value_parser = values::timeout, conflicts_with = "bytes")]
    pub(crate) time: Option<Duration>,
    /// Bulk of so many bytes in each direction instead
    #[arg(long, value_name = "SIZE", conflicts_with = "kind")]
    pub(crate) bytes: Option<Bytes>,
    /// At most so fast on each connection of bulk; with --udp in each direction (default: no limit; 10mbit with --udp)
    #[arg(long, value_name = "RATE")]
    pub(crate) rate: Option<BitRate>,
}

/// What the sockets are asked for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sockets, at both ends")]
pub(crate) struct TransferSocketArgs {
    /// Congestion control, such as cubic or bbr (default: the system's)
    #[arg(long, value_name = "NAME")]
    pub(crate) cc: Option<String>,
    /// Unsent bytes above which a socket takes no more: keeps messages in front of bulk (default: no bound)
    #[arg(long, value_name = "SIZE")]
    pub(crate) notsent_lowat: Option<Bytes>,
    /// Copy received bulk to memory, as an application would
    #[arg(long)]
    pub(crate) copy: bool,
    /// How long the other end may say nothing
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = values::timeout)]
    pub(crate) timeout: Duration,
}

/// Arguments of `netopt serve`.
#[derive(Debug, Args)]
#[command(
    after_help = "Ctrl-C or SIGTERM ends it: it prints what it served, and the exit code is 0."
)]
pub(crate) struct ServeArgs {
    /// Where it listens for `netopt transfer`; port 0 takes a free one. Beyond loopback only when told here
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:5280")]
    pub(crate) listen: SocketAddr,
    /// Serve a plain protocol for other tools too, such as tcp-echo=127.0.0.1:7 or http1=127.0.0.1:8080: tcp-echo, tcp-sink,
    /// tcp-source, udp-echo, ws-echo, http1, http2
    #[arg(long, value_name = "PROTOCOL=ADDR:PORT", value_parser = plain)]
    pub(crate) also: Vec<(Speaks, SocketAddr)>,
    /// Connections at once, of all clients
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) connections: u32,
    /// How long a client may take to say what it wants
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = values::timeout)]
    pub(crate) timeout: Duration,
    /// The longest transfer
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = values::timeout)]
    pub(crate) longest: Duration,
}

fn plain(text: &str) -> Result<(Speaks, SocketAddr), String> {
    use clap::ValueEnum as _;
    let wrong = || format!("\"{text}\" is not as tcp-echo=127.0.0.1:7");
    let (protocol, address) = text.split_once('=').ok_or_else(wrong)?;
    let protocol = Speaks::from_str(protocol, true)
        .ok()
        .filter(|speaks| !matches!(speaks, Speaks::Https1 | Speaks::Https2 | Speaks::WssEcho))
        .ok_or_else(|| format!("\"{protocol}\" is none of tcp-echo, tcp-sink, tcp-source, udp-echo, ws-echo, http1, http2"))?;
    Ok((protocol, address.parse().map_err(|_| wrong())?))
}
