//! Connections that tell what they did.
//!
//! A [`Connector`] looks a name up, races its addresses, sets socket options at their right level and reads them back,
//! and times each step by itself. The [`Stream`] that it yields counts bytes, and its [`Wire`] answers what the
//! kernel knows about the path ([`TcpInfo`]) while somebody else owns the stream.
//!
//! What this crate leaves alone: TLS and HTTP (`netopt-http`), pooling (`netopt-pool`), system-wide settings. Buffers
//! are never set unless asked for: `SO_RCVBUF` and `SO_SNDBUF` switch the kernel's autotuning off, see [`options`].

pub mod attribution;
mod connect;
pub mod datagram;
pub mod diag;
mod error;
pub mod info;
mod kernel;
pub mod options;
mod race;
mod resolve;
mod service;
mod stream;
mod timestamps;
pub mod transfer;

pub use connect::{Connected, Connector, Lookup};
pub use error::Error;
pub use info::{Delta, TcpInfo};
pub use options::{Granted, Options};
pub use race::{Attempt, AttemptEnd};
pub use resolve::{Keeping, Origin, Resolver};
pub use service::{HostPort, NoHostPort};
pub use stream::{Stream, Wire};
pub use timestamps::{Edges, Observation, Question, Warmth};
