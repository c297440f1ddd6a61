//! What a client is made from: how it connects, what it speaks, and its bounds.
//!
//! Only the values. Which they are for a given plan, `netopt::stack` knows.

use std::time::Duration;

use netopt_core::change::{HttpVersion, Switch};
use netopt_core::encoding::Encodings;
use netopt_core::unit;
use netopt_tcp::Connector;

use crate::tls::Tls;

/// How a client connects and behaves. All values are valid.
#[derive(Debug, Clone)]
pub struct Config {
    /// Lookup, race, socket options, and the bound on connecting.
    pub connector: Connector,
    /// Whom to trust.
    pub tls: Tls,
    /// Which HTTP to speak.
    pub version: HttpVersion,
    /// The bounds of the connection pool.
    pub pool: netopt_pool::Config,
    /// The compression to ask for.
    pub accept_encoding: Encodings,
    /// The bound on a whole call, from its start to the end of the body.
    pub timeout: Duration,
    /// A body is read up to here, counted as it comes over the wire, and then cut.
    pub body_limit: unit::Bytes,
    /// Whether the kernel is asked when the bytes of each call left and came (`Exchange::stamps`). It costs some
    /// microseconds a call, so it is for who looks at single calls.
    pub timestamps: Switch,
}
