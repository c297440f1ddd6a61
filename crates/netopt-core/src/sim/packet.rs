//! What travels: packets one way, acknowledgements the other.
//!
//! Segments are numbered by their place in the data, packets by the order in which they were sent. The path keeps that
//! order, so an acknowledgement that names packets tells the sender what selective acknowledgements would (RFC 2018),
//! and also which retransmission arrived, as time stamps would (RFC 7323).

/// One packet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet {
    /// Its place in the order of sending.
    pub(super) number: u64,
    /// The segment that it carries.
    pub(super) segment: u64,
}

/// One acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Acknowledgement {
    /// The packet that caused it.
    pub(super) latest: u64,
    /// A packet before that was not acknowledged yet.
    pub(super) earlier: Option<u64>,
    /// The first segment that is missing.
    pub(super) missing: u64,
}
