//! A probe on a connection of its own.

use std::num::NonZeroU32;
use std::time::Duration;

/// The time of a TLS handshake and the round trips it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tls {
    /// From the first message of the handshake until the client may send.
    pub time: Duration,
    /// Its round trips: 1 with TLS 1.3, 2 with TLS 1.2.
    pub round_trips: NonZeroU32,
}

impl Tls {
    /// The time of one round trip of it. Without this, TLS 1.2 would look like a slower path.
    #[must_use]
    pub fn per_round_trip(&self) -> Duration {
        self.time / self.round_trips.get()
    }
}

/// What a foreign probe measures: how long a newcomer waits beside the load. The name look-up is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Foreign {
    /// The TCP handshake.
    pub tcp: Duration,
    /// The TLS handshake; `None` if there is no TLS, which is another thing than one that takes no time.
    pub tls: Option<Tls>,
    /// From the request for one byte to the end of the answer.
    pub http: Duration,
}
