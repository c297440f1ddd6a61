//! One open connection and its history.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::client::conn::{http1, http2};
use netopt_core::exchange::{ConnectionUse, Protocol, TlsSession};
use netopt_core::opening::Opening;
use netopt_tcp::Wire;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::body::Body;
use crate::marks::Marks;

/// The sending half, by protocol.
pub(crate) enum Sender {
    /// One call at a time.
    Http1(http1::SendRequest<Body>),
    /// Many calls at a time; cloned for each.
    Http2(http2::SendRequest<Body>),
}

/// How a connection came to be.
#[derive(Debug)]
pub(crate) struct Birth {
    pub(crate) id: u64,
    pub(crate) at: Instant,
    pub(crate) tls: Option<TlsSession>,
    pub(crate) opening: Opening,
}

/// An open connection. Dropping it closes it.
pub(crate) struct Connection {
    pub(crate) sender: Sender,
    pub(crate) wire: Arc<Wire>,
    pub(crate) marks: Arc<Marks>,
    pub(crate) birth: Birth,
    used: AtomicU64,
    driver: Driver,
}

/// The task that moves the bytes; it ends with the connection.
#[derive(Debug)]
pub(crate) struct Driver(pub(crate) JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Connection {
    pub(crate) fn new(
        sender: Sender,
        wire: Arc<Wire>,
        marks: Arc<Marks>,
        birth: Birth,
        driver: Driver,
    ) -> Self {
        Self {
            sender,
            wire,
            marks,
            birth,
            used: AtomicU64::new(0),
            driver,
        }
    }

    pub(crate) const fn protocol(&self) -> Protocol {
        match self.sender {
            Sender::Http1(_) => Protocol::Http1,
            Sender::Http2(_) => Protocol::Http2,
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        let by_engine = match &self.sender {
            Sender::Http1(sender) => sender.is_closed(),
            Sender::Http2(sender) => sender.is_closed(),
        };
        by_engine || self.driver.0.is_finished()
    }

    /// Counts one more call and describes the connection to it.
    pub(crate) fn begin_use(&self) -> ConnectionUse {
        let earlier = self.used.fetch_add(1, Ordering::Relaxed);
        ConnectionUse {
            id: self.birth.id,
            earlier,
            age: self.birth.at.elapsed(),
            protocol: self.protocol(),
            tls: self.birth.tls.clone(),
            nodelay: self.wire.granted().nodelay,
            opening: (earlier == 0).then_some(self.birth.opening),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("birth", &self.birth)
            .finish_non_exhaustive()
    }
}
