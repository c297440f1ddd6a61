//! What happens before the request is sent: names, handshakes, and waiting for a connection.

use std::time::Duration;

/// How a call comes by its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// How long the name takes; `None` if nobody is asked.
    pub dns: Option<Duration>,
    /// How long the call waits for a place in the pool; `None` if it does not.
    pub pool_wait: Option<Duration>,
    /// Round trips of the TCP handshake before the client may send: 1, or 0 on an open connection.
    pub tcp: u32,
    /// Round trips of the TLS handshake before the client may send: see the constants.
    pub tls: u32,
}

impl Opening {
    /// The connection is open: nothing happens before the request, and the windows have grown.
    pub const REUSED: Self = Self {
        dns: None,
        pool_wait: None,
        tcp: 0,
        tls: 0,
    };

    /// A new connection without TLS: one round trip (RFC 9293, §3.5).
    pub const TCP: Self = Self {
        tcp: 1,
        ..Self::REUSED
    };

    /// A new connection with TLS 1.3: two round trips (RFC 8446, §2).
    pub const TLS_1_3: Self = Self {
        tls: 1,
        ..Self::TCP
    };

    /// A new connection with TLS 1.2 and no session to resume: three round trips (RFC 5246, §7.3).
    pub const TLS_1_2: Self = Self {
        tls: 2,
        ..Self::TCP
    };

    /// Whether the windows of the connection begin small.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        self.tcp > 0
    }
}
