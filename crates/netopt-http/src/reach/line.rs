//! What every connection has, whatever is spoken on it: how it came to be, the handle on its stream, its marks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::exchange::{ConnectionUse, Protocol, TlsSession};
use netopt_core::opening::Opening;
use netopt_tcp::Wire;
use tokio::time::Instant;

use crate::reach::marks::Marks;

/// How a connection came to be.
#[derive(Debug)]
pub(crate) struct Birth {
    pub(crate) id: u64,
    pub(crate) at: Instant,
    pub(crate) tls: Option<TlsSession>,
    pub(crate) opening: Opening,
}

/// A connection to those who watch the calls on it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) wire: Arc<Wire>,
    pub(crate) marks: Arc<Marks>,
    pub(crate) birth: Birth,
    /// Whether each call asks the kernel for its view of the connection, as audits want it.
    pub(crate) audited: Switch,
    used: AtomicU64,
}

impl Line {
    /// A connection that has carried nothing yet.
    pub(crate) fn new(wire: Arc<Wire>, birth: Birth, audited: Switch) -> Self {
        Self {
            wire,
            marks: Arc::default(),
            birth,
            audited,
            used: AtomicU64::new(0),
        }
    }

    /// Counts one more call, and says how many there were before.
    pub(crate) fn begin_use(&self) -> u64 {
        self.used.fetch_add(1, Ordering::Relaxed)
    }

    /// The connection as the call saw it that came after `earlier` others, when it had that age.
    pub(crate) fn describe(
        &self,
        protocol: Protocol,
        earlier: u64,
        age: Duration,
    ) -> ConnectionUse {
        ConnectionUse {
            id: self.birth.id,
            earlier,
            age,
            protocol,
            tls: self.birth.tls.clone(),
            nodelay: self.wire.granted().nodelay,
            congestion_control: self.wire.granted().congestion_control,
            opening: (earlier == 0).then_some(self.birth.opening),
        }
    }
}
