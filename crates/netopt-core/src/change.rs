//! Every knob that netopt can turn: a name, a value, a scope, an undo.
//!
//! A change is a fact about the client, not code: the one place that turns it into a client is `netopt::stack`, so
//! what a trial proved is what a plan applies. Server-side and system-wide advice is text in a finding, not a change.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::encoding::Encodings;
use crate::unit::show_duration;

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

/// Which HTTP version to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpVersion {
    /// HTTP/2 where TLS agrees on it by ALPN, HTTP/1.1 otherwise.
    Auto,
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/2 only; over plain TCP with prior knowledge.
    Http2,
}

impl HttpVersion {
    /// The value in a plan file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Http1 => "http1",
            Self::Http2 => "http2",
        }
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
    /// `dns.cache_ttl`: keep addresses for so long; zero asks for each connection.
    DnsCacheTtl(Duration),
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
    pub const DEFAULTS: [Self; 7] = [
        Self::Nodelay(Switch::On),
        Self::Quickack(Switch::Off),
        Self::DnsCacheTtl(Duration::ZERO),
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
            Self::DnsCacheTtl(_) => "dns.cache_ttl",
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
            Self::Nodelay(_) | Self::Quickack(_) => Scope::Socket,
            Self::DnsCacheTtl(_) | Self::Version(_) => Scope::Connection,
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
            ttl,
            connections,
            keep_alive,
            version,
            encodings,
        ] = Self::DEFAULTS;
        match self {
            Self::Nodelay(_) => nodelay,
            Self::Quickack(_) => quickack,
            Self::DnsCacheTtl(_) => ttl,
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
            Self::Nodelay(switch) | Self::Quickack(switch) | Self::KeepAlive(switch) => {
                if switch.is_on() {
                    "on".to_owned()
                } else {
                    "off".to_owned()
                }
            }
            Self::DnsCacheTtl(ttl) if ttl.is_zero() => "off".to_owned(),
            Self::DnsCacheTtl(ttl) => show_duration(*ttl),
            Self::MaxConnections(None) => "unlimited".to_owned(),
            Self::MaxConnections(Some(limit)) => limit.to_string(),
            Self::Version(version) => version.name().to_owned(),
            Self::AcceptEncoding(set) if set.is_empty() => "none".to_owned(),
            Self::AcceptEncoding(set) => set.header(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_has_an_undo_that_is_its_own() {
        for default in Change::DEFAULTS {
            assert_eq!(default.undo(), default);
        }
        let five = Change::MaxConnections(NonZeroU32::new(5));
        assert_eq!(five.undo(), Change::MaxConnections(None));
    }

    /// The same knob away from its default.
    fn turned(default: Change) -> Change {
        match default {
            Change::Nodelay(_) => Change::Nodelay(Switch::Off),
            Change::Quickack(_) => Change::Quickack(Switch::On),
            Change::DnsCacheTtl(_) => Change::DnsCacheTtl(Duration::from_secs(60)),
            Change::MaxConnections(_) => Change::MaxConnections(NonZeroU32::new(1)),
            Change::KeepAlive(_) => Change::KeepAlive(Switch::Off),
            Change::Version(_) => Change::Version(HttpVersion::Http1),
            Change::AcceptEncoding(_) => Change::AcceptEncoding(Encodings::ALL),
        }
    }

    #[test]
    fn every_knob_that_was_turned_goes_back_to_its_own_default() {
        for default in Change::DEFAULTS {
            let turned = turned(default);
            assert_ne!(turned, default);
            assert_eq!(turned.undo(), default);
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names = Change::DEFAULTS.map(|change| change.name());
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
