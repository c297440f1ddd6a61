//! A name server on loopback that answers late, or not at all.
//!
//! Every answer comes its delay after its query, whatever else is going on: queries do not wait for each other, so a
//! client that asks for A and AAAA at once waits once. It knows A and AAAA records only; a known name without the record
//! asked for has an empty answer, so that clients go on, an unknown name does not exist. Negative answers carry an SOA
//! record, without which RFC 2308 forbids caching them.
//!
//! Bounds: [`MAX_IN_FLIGHT`] queries; what comes beyond is dropped and counted, as UDP servers do. An answer is one
//! datagram; it is never cut short with a word to ask again by TCP, since there is none. What it leaves alone: TCP,
//! DNSSEC, recursion, zones.

mod lots;
mod spec;
mod zone;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::net::UdpSocket;
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use crate::alarm::Alarm;
use crate::socket::{SocketSpec, listen};
use lots::{Lot, Lots};
pub use spec::{DEFAULT_TTL, MAX_DELAY, NameServerSpec};
use zone::{Question, Zone};

/// Queries that wait for their answer at the same time.
pub const MAX_IN_FLIGHT: usize = 1024;

/// The largest query that is read; without EDNS a query has at most 512 bytes (RFC 1035 section 2.3.4).
const MAX_QUERY: usize = 4096;

/// What a name server was asked so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// Queries that were understood: answered, about to be, or lost as planted.
    pub queries: u64,
    /// Queries among them that got no answer, as planted.
    pub lost: u64,
    /// Queries among them that were answered by SERVFAIL, as planted.
    pub failed: u64,
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
    lost: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
}

impl NameServer {
    /// Answers on UDP at `listen`.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] naming every value of the spec that is out of its range; otherwise when the
    /// address cannot be bound or no thread can be started.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O enabled.
    pub async fn start(listen: SocketAddr, spec: NameServerSpec) -> io::Result<Self> {
        spec.check()?;
        let socket = listen::udp(listen, &SocketSpec::default()).await?;
        let local_addr = socket.local_addr()?;
        let counts = Arc::new(Counts::default());
        let server = Server {
            socket: Arc::new(socket),
            zone: Zone::new(&spec)?,
            lots: Lots::new(&spec),
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
            lost: self.counts.lost.load(Ordering::Relaxed),
            failed: self.counts.failed.load(Ordering::Relaxed),
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
    lots: Lots,
    alarm: Alarm,
    counts: Arc<Counts>,
}

impl Server {
    /// Receives until aborted; answers that are not due yet live in its set and end with it.
    async fn run(mut self) {
        let mut waiting = JoinSet::new();
        let places = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
        let mut buffer = vec![0; MAX_QUERY];
        loop {
            let Ok((length, from)) = self.socket.recv_from(&mut buffer).await else {
                // A client that went away (ICMP port unreachable) shows up here on some systems.
                continue;
            };
            let arrived = Instant::now();
            while waiting.try_join_next().is_some() {}
            let place = Arc::clone(&places).try_acquire_owned().ok();
            let (Some(asked), Some(place)) = (Question::read(&buffer[..length]), place) else {
                count(&self.counts.dropped);
                continue;
            };
            count(&self.counts.queries);
            let answer = match self.lots.draw() {
                Lot::Lost => {
                    count(&self.counts.lost);
                    continue;
                }
                Lot::Failed => {
                    count(&self.counts.failed);
                    asked.failure()
                }
                Lot::Answered => self.zone.answer(&asked),
            };
            let due = arrived + self.zone.delay(&asked);
            let (socket, alarm) = (Arc::clone(&self.socket), self.alarm.clone());
            waiting.spawn(async move {
                alarm.until(due).await;
                if let Some(answer) = answer {
                    // Nobody to tell if the client is gone.
                    socket.send_to(&answer, from).await.ok();
                }
                drop(place);
            });
        }
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
