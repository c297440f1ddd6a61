//! The stream link: distance and a bottleneck between two programs, as a userland TCP relay.
//!
//! It runs anywhere without root and needs no help from either program. Decisions and limits:
//!
//! - **Delay.** Each direction holds data for half the round-trip time. TCP's acknowledgements are those of loopback, so
//!   kernel figures (`TCP_INFO`) show loopback and not the link; what the applications see is right.
//! - **Rate.** Each direction of the link has one [`Pacer`] that all its connections share, as they would share a
//!   bottleneck. The rate counts payload: there are no headers to carry. Deadlines come from ideal departures, so a late
//!   wake-up does not make the next one late.
//! - **Handshake.** Connecting costs a real client one round trip. The relay cannot delay the kernel's SYN-ACK, so it
//!   holds the first bytes of a new connection back by one more round trip. The cost of a new connection is right; it
//!   shows up in the wait for the first answer and not in the connect phase. A server that speaks first is heard after
//!   two round trips, as in reality.
//! - **Queue.** Data is read in chunks of at most [`CHUNK_TIME`] at the rate. A direction takes no more once its queue is a
//!   round trip long (at least [`MIN_QUEUE_TIME`]), the buffer that rule of thumb gives a bottleneck (Villamizar and Song
//!   1994); senders that wait for room take turns, so a small answer is not stuck behind a large one. One connection holds
//!   at most a bandwidth-delay product and [`SHARE`]; beyond that its sender's TCP window closes. Nothing is dropped.
//! - **Not a network.** No reordering, no congestion control of its own, and slow start does not exist. Loss shows as
//!   [`Stalls`]: a piece comes late, and what is behind it on its connection; windows do not shrink. The kernels on both sides still buffer as they like.
//!
//! What it leaves alone: the bytes. It knows no protocol above TCP.

mod carrier;
mod connection;
mod stalls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::acceptor::Acceptor;
use crate::alarm::Alarm;
pub use crate::path::Pacer;
use crate::socket::{SocketSpec, listen};
use carrier::Carrier;
pub use stalls::{DEFAULT_STALL, Stalls};

/// Connections at the same time; later ones wait in the kernel's accept queue. Two sockets each, so it stays clear of
/// the usual limit of open files only where that was raised; 1,024 is what a load test of one origin needs.
pub const MAX_CONNECTIONS: usize = 1024;

/// The longest time one chunk may occupy the line: connections take turns at least this often.
pub const CHUNK_TIME: Duration = Duration::from_millis(5);

/// The shortest queue in front of a rate: with less, a line would run dry while its next sender wakes up.
pub const MIN_QUEUE_TIME: Duration = Duration::from_millis(10);

/// What one direction of one connection may hold besides a bandwidth-delay product: the receive buffer of a usual host.
pub const SHARE: Bytes = Bytes::new(256 * 1024);

/// Distance and bottleneck of a link. The default is loopback as it is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LinkSpec {
    /// Round-trip time added to the path, half of it in each direction. Default: zero.
    pub rtt: Duration,
    /// Payload rate of each direction, shared by all connections. Default: no limit.
    pub rate: Option<BitRate>,
    /// Losses, shown as stalls of a connection. Default: none.
    pub stalls: Option<Stalls>,
}

/// What a link has carried so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Carried {
    /// Connections accepted.
    pub connections: u64,
    /// Payload delivered towards the far end (requests).
    pub up: Bytes,
    /// Payload delivered back to those who connected (responses).
    pub down: Bytes,
    /// The longest that any delivery came after its ideal time while the receiver was ready: the lab's own error.
    pub lateness: Duration,
    /// The 99th percentile of these; `None` when nothing was delivered that had to wait.
    pub lateness_p99: Option<Duration>,
}

/// A running link. Dropping it closes its port and every connection.
#[derive(Debug)]
pub struct StreamLink {
    spec: LinkSpec,
    carrier: Arc<Carrier>,
    acceptor: Acceptor,
}

impl StreamLink {
    /// Listens on `listen` and relays each connection to `to` over a link of `spec`.
    ///
    /// # Errors
    /// When the address cannot be bound, or no thread can be started.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O enabled.
    pub async fn start(listen: SocketAddr, to: SocketAddr, spec: LinkSpec) -> io::Result<Self> {
        let carrier = Arc::new(Carrier::new(spec, Alarm::start()?));
        let shared = Arc::clone(&carrier);
        let listener = listen::tcp(listen, &SocketSpec::default()).await?;
        let acceptor = Acceptor::start(listener, MAX_CONNECTIONS, move |near| {
            let accepted = Instant::now();
            shared.count_connection();
            let carrier = Arc::clone(&shared);
            async move {
                let far = TcpStream::connect(to);
                // A connection that ends in an error was reset on both sides; there is nobody left to tell.
                let ended = connection::relay(near, far, accepted, &carrier).await;
                ended.ok();
            }
        })?;
        Ok(Self {
            spec,
            carrier,
            acceptor,
        })
    }

    /// The address to connect to instead of the far end's own.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.acceptor.local_addr()
    }

    /// The link as it was asked for.
    #[must_use]
    pub const fn spec(&self) -> LinkSpec {
        self.spec
    }

    /// What the link has carried until now.
    #[must_use]
    pub fn carried(&self) -> Carried {
        self.carrier.carried()
    }
}
