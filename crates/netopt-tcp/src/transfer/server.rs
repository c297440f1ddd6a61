//! The other end of transfers: waits for clients, agrees with them, does its half, tells what it saw.
//!
//! A stranger gets one line and is counted. Nothing is kept for who has not said in time what it wants, and nothing is
//! allocated by what a client says beyond a bound.

mod door;
mod session;
mod strangers;

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::time::Instant;

use super::limits::{Admission, Limits};
use super::stop::{LOOK, Stop};
use session::Session;
use strangers::Strangers;

/// A running server. Dropping it ends every transfer and closes the port.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    acceptor: Option<JoinHandle<()>>,
}

/// What a server did until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Served {
    /// Connections that were accepted.
    pub connections: u64,
    /// Transfers that began.
    pub transfers: u64,
    /// Connections that ended without having said what they are for, all together.
    pub strangers: u64,
    /// Those of them that did not say enough within [`Limits::opening`].
    pub silent: u64,
    /// Those that closed or reset the connection before.
    pub left: u64,
    /// Connections and transfers that were refused by a limit.
    pub refused: u64,
}

/// What all threads of a server share.
#[derive(Debug)]
struct Shared {
    limits: Limits,
    stop: Stop,
    zero: Instant,
    admission: Admission,
    sessions: Mutex<BTreeMap<u64, Arc<Session>>>,
    connections: AtomicU64,
    transfers: AtomicU64,
    strangers: Strangers,
    refused: AtomicU64,
}

impl Server {
    /// Listens on `address`; port 0 takes a free one. The threads are made by the calling thread, so they are in its network
    /// namespace.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub fn start(address: SocketAddr, limits: Limits) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            limits,
            stop: Stop::new(),
            zero: Instant::now(),
            admission: Admission::default(),
            sessions: Mutex::default(),
            connections: AtomicU64::new(0),
            transfers: AtomicU64::new(0),
            strangers: Strangers::default(),
            refused: AtomicU64::new(0),
        });
        let inside = Arc::clone(&shared);
        let acceptor = std::thread::Builder::new()
            .name("transfer-accept".to_owned())
            .spawn(move || accept(&listener, &inside))?;
        Ok(Self {
            shared,
            address,
            acceptor: Some(acceptor),
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What it did until now.
    #[must_use]
    pub fn served(&self) -> Served {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let [foreign, silent, left] = self.shared.strangers.counts();
        Served {
            connections: get(&self.shared.connections),
            transfers: get(&self.shared.transfers),
            strangers: foreign + silent + left,
            silent,
            left,
            refused: get(&self.shared.refused),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.tell();
        let sessions = self.shared.sessions.lock();
        for session in sessions.unwrap_or_else(PoisonError::into_inner).values() {
            session.stop.tell();
        }
        if let Some(acceptor) = self.acceptor.take() {
            // It panics with nobody's help but a defect's, and then there is nothing left to end.
            acceptor.join().ok();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let tick = Timespec::try_from(LOOK).ok();
    while !shared.stop.is_told() {
        let mut ready = [PollFd::new(listener, PollFlags::IN)];
        if !matches!(poll(&mut ready, tick.as_ref()), Ok(1..)) {
            continue;
        }
        let Ok((stream, who)) = listener.accept() else {
            // Gone again, or no descriptor left: the next look decides.
            continue;
        };
        shared.connections.fetch_add(1, Ordering::Relaxed);
        let inside = Arc::clone(shared);
        let spawned = std::thread::Builder::new()
            .name("transfer".to_owned())
            .spawn(move || door::open(&inside, stream, who));
        if spawned.is_err() {
            shared.refused.fetch_add(1, Ordering::Relaxed);
        }
    }
}
