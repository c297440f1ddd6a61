//! An IP packet and its delivery, as bytes that somebody owns.
//!
//! What it leaves alone: what is inside. Only [`super::ecn`] looks at a header.

use std::time::Duration;

use netopt_core::unit::Bytes;

/// A whole IP packet, from the first byte of its header on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packet {
    /// Header and payload.
    pub bytes: Vec<u8>,
}

impl Packet {
    /// The packet with these bytes.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// Its length, header included.
    #[must_use]
    pub const fn length(&self) -> Bytes {
        Bytes::new(self.bytes.len() as u64)
    }
}

/// A packet that has come through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// When it should have been handed over: the ideal time, counted from the start of the path.
    pub due: Duration,
    /// The packet.
    pub packet: Packet,
}
