//! Sockets that behave as they were told: buffers and backlog before they listen, writes in pieces, reads at a pace.
//!
//! Everything here is below the protocol, so that HTTP, TLS, WebSocket and plain TCP have the same faults. What it leaves
//! alone: what is said, and whom to.

pub(crate) mod listen;
mod pace;
mod spec;
mod styled;

pub(crate) use pace::Pace;
pub use spec::{DEFAULT_BACKLOG, MAX_BUFFER, MIN_BUFFER, MIN_READS_BPS, SocketSpec, WriteStyle};
pub(crate) use styled::{Manner, StyledSocket};
