//! A plan resolved: every knob with its value.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::change::{Change, HttpVersion, Switch};
use crate::encoding::Encodings;

/// Every knob with its value. The default is the ordinary client, see [`Change::DEFAULTS`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// `tcp.nodelay`
    pub nodelay: Switch,
    /// `tcp.quickack`
    pub quickack: Switch,
    /// `dns.cache_ttl`; zero is no cache.
    pub dns_cache_ttl: Duration,
    /// `pool.max_connections` per destination; `None` is unlimited.
    pub max_connections: Option<NonZeroU32>,
    /// `http.keep_alive`
    pub keep_alive: Switch,
    /// `http.version`
    pub version: HttpVersion,
    /// `http.accept_encoding`
    pub accept_encoding: Encodings,
}

impl Settings {
    pub(super) fn with(mut self, change: &Change) -> Self {
        match *change {
            Change::Nodelay(switch) => self.nodelay = switch,
            Change::Quickack(switch) => self.quickack = switch,
            Change::DnsCacheTtl(ttl) => self.dns_cache_ttl = ttl,
            Change::MaxConnections(limit) => self.max_connections = limit,
            Change::KeepAlive(switch) => self.keep_alive = switch,
            Change::Version(version) => self.version = version,
            Change::AcceptEncoding(set) => self.accept_encoding = set,
        }
        self
    }
}

impl Default for Settings {
    fn default() -> Self {
        let blank = Self {
            nodelay: Switch::On,
            quickack: Switch::Off,
            dns_cache_ttl: Duration::ZERO,
            max_connections: None,
            keep_alive: Switch::On,
            version: HttpVersion::Auto,
            accept_encoding: Encodings::NONE,
        };
        Change::DEFAULTS.iter().fold(blank, Self::with)
    }
}
