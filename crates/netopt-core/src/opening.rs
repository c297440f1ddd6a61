//! How a connection came about: what its lookup allowed and what its handshake met on the way.
//!
//! The phases say how long it took. This says why, as far as the client and its kernel can tell.

use std::time::Duration;

/// What is known of the making of one connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Opening {
    /// How long the answer with its addresses may be kept; `None` without a lookup, and where the resolver does not
    /// tell.
    pub lifetime: Option<Duration>,
    /// Addresses that were tried and never answered.
    pub silent: u32,
    /// From the first attempt at any address until the first one at the address that connected.
    pub detour: Duration,
    /// How often the kernel sent the first segment again to the address that connected; `None` where it does not tell.
    pub syn_retransmits: Option<u32>,
}
