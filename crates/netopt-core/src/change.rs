//! Every knob that netopt can turn: a name, a value, a scope, an undo.
//!
//! A change is a fact about the client, not code: the one place that turns it into a client is `netopt::stack`, so
//! what a trial proved is what a plan applies. Server-side and system-wide advice is text in a finding, not a change.

mod congestion_control;
mod http_version;

use std::num::NonZeroU32;
use std::time::Duration;

pub use congestion_control::{CongestionControl, NameError};
pub use http_version::HttpVersion;

use crate::encoding::Encodings;
use crate::unit::{Bytes, show_duration};

/// The value, in a plan file and for people, of a knob that is left to the system.
pub const SYSTEM: &str = "system";

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Switch {
    /// In force.
    On,
    /// Not in force.
    Off,
}

impl Switch {
    /// True when it is on.
    #[must_use]
    pub const fn is_on(self) -> bool {
        matches!(self, Self::On)
    }
}

impl From<bool> for Switch {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

/// What a change acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// One socket.
    Socket,
    /// One connection, its name lookup and handshakes.
    Connection,
    /// All connections to one destination.
    Pool,
    /// One request.
    Request,
}

/// One knob of the client with the value that it gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// `tcp.nodelay`: Nagle's algorithm off (on) for each socket.
    Nodelay(Switch),
    /// `tcp.quickack`: acknowledge at once instead of up to 40 ms later; Linux.
    Quickack(Switch),
    /// `tcp.congestion_control`: which algorithm of the kernel decides how fast to send; `None` is the system's. Linux.
    CongestionControl(Option<CongestionControl>),
    /// `tcp.notsent_lowat`: the unsent data from which on a socket takes no more; `None` is the system's. Linux.
    NotsentLowat(Option<Bytes>),
    /// `tcp.receive_buffer`: a fixed receive buffer; `None` lets the kernel tune it, which a fixed one ends. It is here so
    /// that the client of a user who sets it can be described, and the setting be removed.
    ReceiveBuffer(Option<Bytes>),
    /// `tcp.send_buffer`: a fixed send buffer; `None` lets the kernel tune it, see [`Change::ReceiveBuffer`].
    SendBuffer(Option<Bytes>),
    /// `tcp.user_timeout`: give a connection up when sent data stays unacknowledged for so long; `None` is the system's,
    /// a quarter of an hour. In ms. Linux.
    UserTimeout(Option<Duration>),
    /// `tcp.fast_open`: send the first data with the SYN where the peer is known to take it (RFC 7413). Linux.
    FastOpen(Switch),
    /// `tcp.address_racing`: on, the addresses of a name race 250 ms apart (RFC 8305); off, one is tried after the other
    /// and only the other family begins beside them, after 300 ms.
    AddressRacing(Switch),
    /// `dns.cache_ttl`: keep addresses for so long; zero asks for each connection.
    DnsCacheTtl(Duration),
    /// `dns.serve_stale`: use addresses for so long after they ran out while they are asked for again (RFC 8767); zero is
    /// never.
    ServeStale(Duration),
    /// `pool.max_connections`: open connections per destination at the most; `None` is unlimited.
    MaxConnections(Option<NonZeroU32>),
    /// `http.keep_alive`: use a connection for more than one request.
    KeepAlive(Switch),
    /// `http.version`: which HTTP to speak.
    Version(HttpVersion),
    /// `http.accept_encoding`: the compression to ask for.
    AcceptEncoding(Encodings),
}

impl Change {
    /// Every knob at the value of the ordinary client: what `reqwest::Client::new()` does.
    pub const DEFAULTS: [Self; 15] = [
        Self::Nodelay(Switch::On),
        Self::Quickack(Switch::Off),
        Self::CongestionControl(None),
        Self::NotsentLowat(None),
        Self::ReceiveBuffer(None),
        Self::SendBuffer(None),
        Self::UserTimeout(None),
        Self::FastOpen(Switch::Off),
        Self::AddressRacing(Switch::Off),
        Self::DnsCacheTtl(Duration::ZERO),
        Self::ServeStale(Duration::ZERO),
        Self::MaxConnections(None),
        Self::KeepAlive(Switch::On),
        Self::Version(HttpVersion::Auto),
        Self::AcceptEncoding(Encodings::NONE),
    ];

    /// The stable name: section and key of the plan file, joined by a dot.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Nodelay(_) => "tcp.nodelay",
            Self::Quickack(_) => "tcp.quickack",
            Self::CongestionControl(_) => "tcp.congestion_control",
            Self::NotsentLowat(_) => "tcp.notsent_lowat",
            Self::ReceiveBuffer(_) => "tcp.receive_buffer",
            Self::SendBuffer(_) => "tcp.send_buffer",
            Self::UserTimeout(_) => "tcp.user_timeout",
            Self::FastOpen(_) => "tcp.fast_open",
            Self::AddressRacing(_) => "tcp.address_racing",
            Self::DnsCacheTtl(_) => "dns.cache_ttl",
            Self::ServeStale(_) => "dns.serve_stale",
            Self::MaxConnections(_) => "pool.max_connections",
            Self::KeepAlive(_) => "http.keep_alive",
            Self::Version(_) => "http.version",
            Self::AcceptEncoding(_) => "http.accept_encoding",
        }
    }

    /// What it acts on.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        match self {
            Self::Nodelay(_)
            | Self::Quickack(_)
            | Self::CongestionControl(_)
            | Self::NotsentLowat(_)
            | Self::ReceiveBuffer(_)
            | Self::SendBuffer(_)
            | Self::UserTimeout(_)
            | Self::FastOpen(_) => Scope::Socket,
            Self::AddressRacing(_)
            | Self::DnsCacheTtl(_)
            | Self::ServeStale(_)
            | Self::Version(_) => Scope::Connection,
            Self::MaxConnections(_) | Self::KeepAlive(_) => Scope::Pool,
            Self::AcceptEncoding(_) => Scope::Request,
        }
    }

    /// The same knob at the value of the ordinary client.
    #[must_use]
    pub const fn undo(&self) -> Self {
        // By place instead of by name: a new knob does not compile before it has a default.
        let [
            nodelay,
            quickack,
            congestion_control,
            notsent_lowat,
            receive_buffer,
            send_buffer,
            user_timeout,
            fast_open,
            racing,
            ttl,
            stale,
            connections,
            keep_alive,
            version,
            encodings,
        ] = Self::DEFAULTS;
        match self {
            Self::Nodelay(_) => nodelay,
            Self::Quickack(_) => quickack,
            Self::CongestionControl(_) => congestion_control,
            Self::NotsentLowat(_) => notsent_lowat,
            Self::ReceiveBuffer(_) => receive_buffer,
            Self::SendBuffer(_) => send_buffer,
            Self::UserTimeout(_) => user_timeout,
            Self::FastOpen(_) => fast_open,
            Self::AddressRacing(_) => racing,
            Self::DnsCacheTtl(_) => ttl,
            Self::ServeStale(_) => stale,
            Self::MaxConnections(_) => connections,
            Self::KeepAlive(_) => keep_alive,
            Self::Version(_) => version,
            Self::AcceptEncoding(_) => encodings,
        }
    }

    /// The value as a person says it: `on`, `60.0 s`, `zstd, br, gzip`.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Nodelay(switch)
            | Self::Quickack(switch)
            | Self::FastOpen(switch)
            | Self::AddressRacing(switch)
            | Self::KeepAlive(switch) => {
                if switch.is_on() {
                    "on".to_owned()
                } else {
                    "off".to_owned()
                }
            }
            Self::CongestionControl(None)
            | Self::NotsentLowat(None)
            | Self::ReceiveBuffer(None)
            | Self::SendBuffer(None)
            | Self::UserTimeout(None) => SYSTEM.to_owned(),
            Self::CongestionControl(Some(name)) => name.to_string(),
            Self::NotsentLowat(Some(bytes))
            | Self::ReceiveBuffer(Some(bytes))
            | Self::SendBuffer(Some(bytes)) => bytes.to_string(),
            Self::DnsCacheTtl(time) | Self::ServeStale(time) if time.is_zero() => "off".to_owned(),
            Self::DnsCacheTtl(time) | Self::ServeStale(time) | Self::UserTimeout(Some(time)) => {
                show_duration(*time)
            }
            Self::MaxConnections(None) => "unlimited".to_owned(),
            Self::MaxConnections(Some(limit)) => limit.to_string(),
            Self::Version(version) => version.name().to_owned(),
            Self::AcceptEncoding(set) if set.is_empty() => "none".to_owned(),
            Self::AcceptEncoding(set) => set.header(),
        }
    }
}

#[cfg(test)]
mod tests;
