//! A name server on loopback that answers late.
//!
//! Every answer comes a fixed delay after its query, whatever else is going on: queries do not wait for each other, so a
//! client that asks for A and AAAA at once waits once. It knows A records only; a known name has no AAAA (an empty
//! answer, so that clients go on), an unknown name does not exist. Negative answers carry an SOA record, without which
//! RFC 2308 forbids caching them.
//!
//! Bounds: [`MAX_IN_FLIGHT`] queries; what comes beyond is dropped and counted, as UDP servers do. What it leaves alone:
//! TCP, DNSSEC, recursion, zones.

mod zone;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use crate::alarm::Alarm;
use zone::Zone;

/// Queries that wait for their answer at the same time.
pub const MAX_IN_FLIGHT: usize = 1024;

/// How long answers may be cached when nothing is said: what many zones use.
pub const DEFAULT_TTL: Duration = Duration::from_secs(60);

/// The largest query that is read; without EDNS a query has at most 512 bytes (RFC 1035 section 2.3.4).
const MAX_QUERY: usize = 4096;

/// What a name server knows and how late it says so. The default knows nothing, at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameServerSpec {
    /// From a query's arrival to its answer. Default: zero.
    pub delay: Duration,
    /// How long answers may be cached, in whole seconds rounded up. Default: [`DEFAULT_TTL`].
    pub ttl: Duration,
    /// Names with their addresses; a name may be listed several times.
    pub records: Vec<(String, Ipv4Addr)>,
}

impl Default for NameServerSpec {
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            ttl: DEFAULT_TTL,
            records: Vec::new(),
        }
    }
}

/// What a name server was asked so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// Queries that were understood, answered or about to be.
    pub queries: u64,
    /// Datagrams that were no query, or came when too many were waiting.
    pub dropped: u64,
}

/// A running name server. Dropping it closes its port; answers that are due later are not sent.
#[derive(Debug)]
pub struct NameServer {
    local_addr: SocketAddr,
    counts: Arc<Counts>,
    serving: AbortHandle,
}

#[derive(Debug, Default)]
struct Counts {
    queries: AtomicU64,
    dropped: AtomicU64,
}

impl NameServer {
    /// Answers on UDP at `listen`.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] when a record's name is no domain name; otherwise when the address cannot be
    /// bound or no thread can be started.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O enabled.
    pub async fn start(listen: SocketAddr, spec: NameServerSpec) -> io::Result<Self> {
        let zone = Zone::new(&spec.records, spec.ttl)?;
        let socket = UdpSocket::bind(listen).await?;
        let local_addr = socket.local_addr()?;
        let counts = Arc::new(Counts::default());
        let server = Server {
            socket: Arc::new(socket),
            zone,
            delay: spec.delay,
            alarm: Alarm::start()?,
            counts: Arc::clone(&counts),
        };
        Ok(Self {
            local_addr,
            counts,
            serving: tokio::spawn(server.run()).abort_handle(),
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// What it was asked until now.
    #[must_use]
    pub fn asked(&self) -> Asked {
        Asked {
            queries: self.counts.queries.load(Ordering::Relaxed),
            dropped: self.counts.dropped.load(Ordering::Relaxed),
        }
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

struct Server {
    socket: Arc<UdpSocket>,
    zone: Zone,
    delay: Duration,
    alarm: Alarm,
    counts: Arc<Counts>,
}

impl Server {
    /// Receives until aborted; answers that are not due yet live in its set and end with it.
    async fn run(self) {
        let mut waiting = JoinSet::new();
        let places = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
        let mut buffer = vec![0; MAX_QUERY];
        loop {
            let Ok((length, from)) = self.socket.recv_from(&mut buffer).await else {
                // A client that went away (ICMP port unreachable) shows up here on some systems.
                continue;
            };
            let due = Instant::now() + self.delay;
            while waiting.try_join_next().is_some() {}
            let place = Arc::clone(&places).try_acquire_owned().ok();
            let (Some(answer), Some(place)) = (self.zone.answer(&buffer[..length]), place) else {
                self.counts.dropped.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            self.counts.queries.fetch_add(1, Ordering::Relaxed);
            let (socket, alarm) = (Arc::clone(&self.socket), self.alarm.clone());
            waiting.spawn(async move {
                alarm.until(due).await;
                // Nobody to tell if the client is gone.
                socket.send_to(&answer, from).await.ok();
                drop(place);
            });
        }
    }
}
