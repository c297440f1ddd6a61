//! Bytes that belong to no flow: datagrams, and exchanges that have a connection each.
//!
//! They are counted while the transfer runs, for somebody who watches. What it leaves alone: what is reported at the end, which
//! the receivers of datagrams and the latencies of exchanges tell better.

use std::sync::atomic::{AtomicU64, Ordering};

use netopt_core::unit::Bytes;

use super::spec::Way;

/// Counts what one end sent and received, from any thread.
#[derive(Debug, Default)]
pub(super) struct Meter {
    up: AtomicU64,
    down: AtomicU64,
}

impl Meter {
    /// So many more.
    pub(super) fn count(&self, way: Way, bytes: u64) {
        self.of(way).fetch_add(bytes, Ordering::Relaxed);
    }

    /// Until now.
    pub(super) fn bytes(&self, way: Way) -> Bytes {
        Bytes::new(self.of(way).load(Ordering::Relaxed))
    }

    const fn of(&self, way: Way) -> &AtomicU64 {
        match way {
            Way::Up => &self.up,
            Way::Down => &self.down,
        }
    }
}
