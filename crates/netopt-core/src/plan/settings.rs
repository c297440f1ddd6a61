//! A plan resolved: every knob with its value.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::change::{Change, CongestionControl, HttpVersion, Switch};
use crate::encoding::Encodings;
use crate::unit::Bytes;

/// Every knob with its value. The default is the ordinary client, see [`Change::DEFAULTS`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// `tcp.nodelay`
    pub nodelay: Switch,
    /// `tcp.quickack`
    pub quickack: Switch,
    /// `tcp.congestion_control`; `None` is the system's.
    pub congestion_control: Option<CongestionControl>,
    /// `tcp.notsent_lowat`; `None` is the system's.
    pub notsent_lowat: Option<Bytes>,
    /// `tcp.receive_buffer`; `None` lets the kernel tune it.
    pub receive_buffer: Option<Bytes>,
    /// `tcp.send_buffer`; `None` lets the kernel tune it.
    pub send_buffer: Option<Bytes>,
    /// `tcp.user_timeout`; `None` is the system's.
    pub user_timeout: Option<Duration>,
    /// `tcp.fast_open`
    pub fast_open: Switch,
    /// `tcp.address_racing`
    pub address_racing: Switch,
    /// `dns.cache_ttl`; zero is no cache.
    pub dns_cache_ttl: Duration,
    /// `dns.serve_stale`; zero is never.
    pub serve_stale: Duration,
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
            Change::CongestionControl(name) => self.congestion_control = name,
            Change::NotsentLowat(mark) => self.notsent_lowat = mark,
            Change::ReceiveBuffer(size) => self.receive_buffer = size,
            Change::SendBuffer(size) => self.send_buffer = size,
            Change::UserTimeout(bound) => self.user_timeout = bound,
            Change::FastOpen(switch) => self.fast_open = switch,
            Change::AddressRacing(switch) => self.address_racing = switch,
            Change::DnsCacheTtl(ttl) => self.dns_cache_ttl = ttl,
            Change::ServeStale(time) => self.serve_stale = time,
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
            congestion_control: None,
            notsent_lowat: None,
            receive_buffer: None,
            send_buffer: None,
            user_timeout: None,
            fast_open: Switch::Off,
            address_racing: Switch::Off,
            dns_cache_ttl: Duration::ZERO,
            serve_stale: Duration::ZERO,
            max_connections: None,
            keep_alive: Switch::On,
            version: HttpVersion::Auto,
            accept_encoding: Encodings::NONE,
        };
        Change::DEFAULTS.iter().fold(blank, Self::with)
    }
}
