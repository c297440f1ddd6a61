//! UDP echo: numbered datagrams to somebody who sends back what comes (RFC 862), and what became of them.
//!
//! Datagrams leave at a steady pace, whatever the answers do, so a slow answer holds nothing up. What this module leaves
//! alone: names, and how often a peer may be asked.

mod sequence;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::unit::Bytes;
use tokio::net::UdpSocket;
use tokio::time::{Instant, sleep_until, timeout_at};

pub use sequence::{Arrival, Echoes, HEADER, Sequence};

/// Fifty a second: what an unasked visitor may send.
pub const DEFAULT_INTERVAL: Duration = Duration::from_millis(20);
/// What comes later than this is of no use to anybody who chose UDP.
pub const DEFAULT_WAIT: Duration = Duration::from_secs(1);
/// The size of a frame of voice, with its headers.
pub const DEFAULT_SIZE: Bytes = Bytes::new(172);
/// The most that a datagram of UDP over IPv4 can carry.
pub const LARGEST: Bytes = Bytes::new(65_507);

/// What to send. Sizes below [`HEADER`] are raised to it, those above [`LARGEST`] are cut to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EchoSpec {
    /// Datagrams to send. They are remembered one by one: some ten bytes each.
    pub count: NonZeroU32,
    /// The time between two of them. Default: [`DEFAULT_INTERVAL`].
    pub interval: Duration,
    /// The payload of each. Default: [`DEFAULT_SIZE`].
    pub size: Bytes,
    /// How long the last one is waited for. Default: [`DEFAULT_WAIT`].
    pub wait: Duration,
}

impl EchoSpec {
    /// That many datagrams; all else as it is by default.
    #[must_use]
    pub const fn new(count: NonZeroU32) -> Self {
        Self {
            count,
            interval: DEFAULT_INTERVAL,
            size: DEFAULT_SIZE,
            wait: DEFAULT_WAIT,
        }
    }
}

/// Sends numbered datagrams to `peer` and counts what comes back. It ends when all have come back, or `spec.wait` after
/// the last one. `session`, drawn at random, tells this run from others.
///
/// Cancel safe: dropping the future closes the socket, and what was known is lost.
///
/// # Errors
/// When there is no socket to be had, and when the peer's machine says that nobody listens (`ConnectionRefused`) before
/// anything came back. Loss is no error.
pub async fn echo(peer: SocketAddr, spec: &EchoSpec, session: u64) -> io::Result<Echoes> {
    let own: SocketAddr = match peer {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(own).await?;
    // From here on the kernel passes on what comes from that peer only, and the errors of its machine.
    socket.connect(peer).await?;
    let header = Bytes::new(HEADER as u64);
    let size = usize::try_from(spec.size.clamp(header, LARGEST).get()).unwrap_or(HEADER);
    let (mut outgoing, mut room) = (vec![0; size], vec![0; size.max(2048)]);

    let mut run = Sequence::new(session);
    let begun = Instant::now();
    for number in 0..spec.count.get() {
        let due = begun + spec.interval * number;
        receive_until(&socket, &mut run, begun, due, &mut room).await?;
        sleep_until(due).await;
        outgoing[..HEADER].copy_from_slice(&run.send(begun.elapsed()));
        match socket.send(&outgoing).await {
            // The machine's word on an earlier datagram comes with the next call; the datagram is lost, not the run.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused && run.has_heard() => {}
            sent => drop(sent?),
        }
    }
    let end = Instant::now() + spec.wait;
    receive_until(&socket, &mut run, begun, end, &mut room).await?;
    Ok(run.finish())
}

/// Takes what arrives until `end`, or until nothing is missing.
async fn receive_until(
    socket: &UdpSocket,
    run: &mut Sequence,
    begun: Instant,
    end: Instant,
    room: &mut [u8],
) -> io::Result<()> {
    while !run.is_settled() {
        match timeout_at(end, socket.recv(room)).await {
            Ok(Ok(length)) => {
                run.receive(begun.elapsed(), &room[..length]);
            }
            Ok(Err(error))
                if error.kind() == io::ErrorKind::ConnectionRefused && run.has_heard() => {}
            Ok(Err(error)) => return Err(error),
            Err(_elapsed) => break,
        }
    }
    Ok(())
}
