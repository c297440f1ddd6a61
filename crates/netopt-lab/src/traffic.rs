//! What a server has seen go by, whatever it speaks: connections, messages, bytes.
//!
//! What it leaves alone: contents, and when things came; the HTTP origin keeps that.

use std::sync::atomic::{AtomicU64, Ordering};

use netopt_core::unit::Bytes;

/// A snapshot of what went by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Connections accepted, those whose handshake failed among them. UDP has none.
    pub connections: u64,
    /// Requests, WebSocket messages, datagrams, or reads that an echo answered. A source and a sink count none.
    pub messages: u64,
    /// Everything read from sockets, as the application got it: TLS and framing included.
    pub bytes_in: Bytes,
    /// Everything written to sockets: heads, bodies, TLS, framing.
    pub bytes_out: Bytes,
    /// Datagrams given up because too many waited for their turn.
    pub dropped: u64,
}

/// Counts on behalf of all connections.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    connections: AtomicU64,
    messages: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    dropped: AtomicU64,
}

impl Meter {
    pub(crate) fn connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn message(&self) {
        self.messages.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, length: usize) {
        self.bytes_in.fetch_add(length as u64, Ordering::Relaxed);
    }

    pub(crate) fn wrote(&self, length: usize) {
        self.bytes_out.fetch_add(length as u64, Ordering::Relaxed);
    }

    pub(crate) fn dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn snapshot(&self) -> Traffic {
        Traffic {
            connections: self.connections.load(Ordering::Relaxed),
            messages: self.messages.load(Ordering::Relaxed),
            bytes_in: Bytes::new(self.bytes_in.load(Ordering::Relaxed)),
            bytes_out: Bytes::new(self.bytes_out.load(Ordering::Relaxed)),
            dropped: self.dropped.load(Ordering::Relaxed),
        }
    }
}
