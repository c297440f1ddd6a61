//! How a server of the lab treats its sockets: plain data, each default what a well-made server does.
//!
//! What it leaves alone: doing it. Faults of the path are the link's.

use netopt_core::change::Switch;
use netopt_core::unit::{BitRate, Bytes};

/// The smallest socket buffer: Linux gives no less in either direction.
pub const MIN_BUFFER: Bytes = Bytes::new(2_304);

/// The largest socket buffer: more than a bandwidth-delay product of 10 Gbit/s and 500 ms is a slip of the pen.
pub const MAX_BUFFER: Bytes = Bytes::new(1 << 30);

/// The listen backlog when nothing is said: that of tokio and of most servers.
pub const DEFAULT_BACKLOG: u16 = 1024;

/// The slowest reader: at one bit a second a connection would outlive its test.
pub const MIN_READS_BPS: f64 = 1_000.0;

/// The sockets of a server. The default is healthy.
#[derive(Debug, Clone, PartialEq)]
pub struct SocketSpec {
    /// The sizes of its writes. Default: [`WriteStyle::Whole`].
    pub write: WriteStyle,
    /// `TCP_NODELAY`: off means Nagle's algorithm is at work. Default: [`Switch::On`].
    pub nodelay: Switch,
    /// `SO_RCVBUF`, from [`MIN_BUFFER`] to [`MAX_BUFFER`] and what the host allows (`net.core.rmem_max`). Linux doubles
    /// it for its own bookkeeping, so the window it announces is about the size that is written here. It is set before
    /// listening, so that connections inherit it and the window scale goes with it. Segments of bare loopback are 64 kB
    /// long, and a window below that stalls there as it would on no other path. Default: `None`, the kernel tunes.
    pub rcvbuf: Option<Bytes>,
    /// `SO_SNDBUF`, as [`SocketSpec::rcvbuf`] (`net.core.wmem_max`). Default: `None`, the kernel tunes.
    pub sndbuf: Option<Bytes>,
    /// The congestion control of its connections, such as `cubic`; needs the right to use it where the host does not allow
    /// everybody to. Default: `None`, that of the host.
    pub congestion_control: Option<String>,
    /// How fast the application reads from each connection (UDP: from the socket), at least [`MIN_READS_BPS`]. Its window
    /// closes as the buffer fills, so the sender is held up by the receiver. Default: `None`, as fast as it comes.
    pub reads: Option<BitRate>,
    /// Connections that wait to be accepted, at least 1; Linux holds one more and drops the SYNs of those beyond.
    /// Default: [`DEFAULT_BACKLOG`].
    pub backlog: u16,
    /// Connections served at once, at least 1; those beyond wait in the backlog. Default: `None`, as many as the server
    /// can have.
    pub connections: Option<usize>,
}

impl Default for SocketSpec {
    fn default() -> Self {
        Self {
            write: WriteStyle::Whole,
            nodelay: Switch::On,
            rcvbuf: None,
            sndbuf: None,
            congestion_control: None,
            reads: None,
            backlog: DEFAULT_BACKLOG,
            connections: None,
        }
    }
}

/// How an answer is cut into writes to the socket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum WriteStyle {
    /// As large as the socket takes.
    #[default]
    Whole,
    /// The first writes after each pause have at most these sizes, the rest follows whole. With
    /// [`SocketSpec::nodelay`] off the second write waits for the acknowledgement of the first (RFC 896), which the
    /// client may delay (RFC 1122 section 4.2.3.2). Sizes of zero are left out.
    Chunks(Vec<Bytes>),
}

impl SocketSpec {
    /// Adds what is out of its range to `wrong`; `most` is the bound of [`SocketSpec::connections`].
    pub(crate) fn check(&self, most: usize, wrong: &mut Vec<String>) {
        for (name, buffer) in [("rcvbuf", self.rcvbuf), ("sndbuf", self.sndbuf)] {
            if let Some(size) = buffer
                && !(MIN_BUFFER..=MAX_BUFFER).contains(&size)
            {
                let bounds = format!("{MIN_BUFFER} and {MAX_BUFFER}");
                wrong.push(format!("{name} {size} is not within {bounds}"));
            }
        }
        if let Some(rate) = self.reads
            && rate.bps() < MIN_READS_BPS
        {
            wrong.push(format!("reads {rate} is below 1.0 kbit/s"));
        }
        if self.backlog == 0 {
            wrong.push("backlog is 0, must be at least 1".to_owned());
        }
        if let Some(connections) = self.connections
            && !(1..=most).contains(&connections)
        {
            wrong.push(format!(
                "connections is {connections}, must be from 1 to {most}"
            ));
        }
    }
}
