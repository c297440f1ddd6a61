//! A plan resolved: every knob with its value, by what it is about.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::change::{
    Change, ConcurrencyLimit, CongestionControl, HttpVersion, Percentile, Switch, Window,
};
use crate::encoding::{Encoding, Encodings};
use crate::unit::{Bytes, Ratio};

/// Every knob with its value. The default is the ordinary client, see [`Change::DEFAULTS`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Of the sockets.
    pub tcp: TcpSettings,
    /// Of the lookup of names.
    pub dns: DnsSettings,
    /// Of TLS.
    pub tls: TlsSettings,
    /// Of the pool of connections.
    pub pool: PoolSettings,
    /// Of HTTP.
    pub http: HttpSettings,
    /// Of a call as a whole.
    pub call: CallSettings,
}

/// The knobs of the sockets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TcpSettings {
    /// `tcp.nodelay`, see [`Change::Nodelay`].
    pub nodelay: Switch,
    /// `tcp.quickack`, see [`Change::Quickack`].
    pub quickack: Switch,
    /// `tcp.congestion_control`, see [`Change::CongestionControl`].
    pub congestion_control: Option<CongestionControl>,
    /// `tcp.notsent_lowat`, see [`Change::NotsentLowat`].
    pub notsent_lowat: Option<Bytes>,
    /// `tcp.receive_buffer`, see [`Change::ReceiveBuffer`].
    pub receive_buffer: Option<Bytes>,
    /// `tcp.send_buffer`, see [`Change::SendBuffer`].
    pub send_buffer: Option<Bytes>,
    /// `tcp.user_timeout`, see [`Change::UserTimeout`].
    pub user_timeout: Option<Duration>,
    /// `tcp.fast_open`, see [`Change::FastOpen`].
    pub fast_open: Switch,
    /// `tcp.address_racing`, see [`Change::AddressRacing`].
    pub address_racing: Switch,
}

/// The knobs of the lookup of names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DnsSettings {
    /// `dns.cache_ttl`, see [`Change::DnsCacheTtl`].
    pub cache_ttl: Duration,
    /// `dns.serve_stale`, see [`Change::ServeStale`].
    pub serve_stale: Duration,
}

/// The knobs of TLS.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TlsSettings {
    /// `tls.resumption`, see [`Change::Resumption`].
    pub resumption: Switch,
}

/// The knobs of the pool of connections.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoolSettings {
    /// `pool.max_connections`, see [`Change::MaxConnections`].
    pub max_connections: Option<NonZeroU32>,
    /// `pool.min_idle`, see [`Change::MinIdle`].
    pub min_idle: u32,
    /// `pool.idle_timeout`, see [`Change::IdleTimeout`].
    pub idle_timeout: Duration,
    /// `pool.lifetime`, see [`Change::Lifetime`].
    pub lifetime: Option<Duration>,
    /// `pool.fifo`, see [`Change::FirstInFirstOut`].
    pub fifo: Switch,
}

/// The knobs of HTTP.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HttpSettings {
    /// `http.keep_alive`, see [`Change::KeepAlive`].
    pub keep_alive: Switch,
    /// `http.version`, see [`Change::Version`].
    pub version: HttpVersion,
    /// `http.accept_encoding`, see [`Change::AcceptEncoding`].
    pub accept_encoding: Encodings,
    /// `http.request_encoding`, see [`Change::RequestEncoding`].
    pub request_encoding: Option<Encoding>,
    /// `http.redirects`, see [`Change::Redirects`].
    pub redirects: u32,
    /// `http.coalesce`, see [`Change::Coalesce`].
    pub coalesce: Switch,
    /// `h2.connections`, see [`Change::H2Connections`].
    pub h2_connections: NonZeroU32,
    /// `h2.window`, see [`Change::H2Window`].
    pub h2_window: Window,
    /// `cache.size`, see [`Change::CacheSize`].
    pub cache_size: Bytes,
}

/// The knobs of a call as a whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CallSettings {
    /// `retry.attempts`, see [`Change::RetryAttempts`].
    pub retry_attempts: u32,
    /// `retry.budget`, see [`Change::RetryBudget`].
    pub retry_budget: Option<Ratio>,
    /// `hedge.after`, see [`Change::HedgeAfter`].
    pub hedge_after: Option<Percentile>,
    /// `limit.concurrency`, see [`Change::LimitConcurrency`].
    pub concurrency: ConcurrencyLimit,
    /// `limit.rate`, see [`Change::LimitRate`].
    pub rate: Option<NonZeroU32>,
    /// `timeout.attempt`, see [`Change::AttemptTimeout`].
    pub attempt_timeout: Option<Duration>,
    /// `timeout.stall`, see [`Change::StallTimeout`].
    pub stall_timeout: Option<Duration>,
}

impl Settings {
    pub(super) fn with(mut self, change: &Change) -> Self {
        let Self {
            tcp,
            dns,
            tls,
            pool,
            http,
            call,
        } = &mut self;
        match *change {
            Change::Nodelay(value) => tcp.nodelay = value,
            Change::Quickack(value) => tcp.quickack = value,
            Change::CongestionControl(value) => tcp.congestion_control = value,
            Change::NotsentLowat(value) => tcp.notsent_lowat = value,
            Change::ReceiveBuffer(value) => tcp.receive_buffer = value,
            Change::SendBuffer(value) => tcp.send_buffer = value,
            Change::UserTimeout(value) => tcp.user_timeout = value,
            Change::FastOpen(value) => tcp.fast_open = value,
            Change::AddressRacing(value) => tcp.address_racing = value,
            Change::DnsCacheTtl(value) => dns.cache_ttl = value,
            Change::ServeStale(value) => dns.serve_stale = value,
            Change::Resumption(value) => tls.resumption = value,
            Change::MaxConnections(value) => pool.max_connections = value,
            Change::MinIdle(value) => pool.min_idle = value,
            Change::IdleTimeout(value) => pool.idle_timeout = value,
            Change::Lifetime(value) => pool.lifetime = value,
            Change::FirstInFirstOut(value) => pool.fifo = value,
            Change::KeepAlive(value) => http.keep_alive = value,
            Change::Version(value) => http.version = value,
            Change::AcceptEncoding(value) => http.accept_encoding = value,
            Change::RequestEncoding(value) => http.request_encoding = value,
            Change::Redirects(value) => http.redirects = value,
            Change::Coalesce(value) => http.coalesce = value,
            Change::H2Connections(value) => http.h2_connections = value,
            Change::H2Window(value) => http.h2_window = value,
            Change::CacheSize(value) => http.cache_size = value,
            Change::RetryAttempts(value) => call.retry_attempts = value,
            Change::RetryBudget(value) => call.retry_budget = value,
            Change::HedgeAfter(value) => call.hedge_after = value,
            Change::LimitConcurrency(value) => call.concurrency = value,
            Change::LimitRate(value) => call.rate = value,
            Change::AttemptTimeout(value) => call.attempt_timeout = value,
            Change::StallTimeout(value) => call.stall_timeout = value,
        }
        self
    }
}

impl Default for Settings {
    fn default() -> Self {
        let blank = Self {
            tcp: TcpSettings {
                nodelay: Switch::On,
                quickack: Switch::Off,
                congestion_control: None,
                notsent_lowat: None,
                receive_buffer: None,
                send_buffer: None,
                user_timeout: None,
                fast_open: Switch::Off,
                address_racing: Switch::Off,
            },
            dns: DnsSettings {
                cache_ttl: Duration::ZERO,
                serve_stale: Duration::ZERO,
            },
            tls: TlsSettings {
                resumption: Switch::On,
            },
            pool: PoolSettings {
                max_connections: None,
                min_idle: 0,
                idle_timeout: Duration::from_secs(90),
                lifetime: None,
                fifo: Switch::Off,
            },
            http: HttpSettings {
                keep_alive: Switch::On,
                version: HttpVersion::Auto,
                accept_encoding: Encodings::NONE,
                request_encoding: None,
                redirects: 10,
                coalesce: Switch::Off,
                h2_connections: NonZeroU32::MIN,
                h2_window: Window::Default,
                cache_size: Bytes::ZERO,
            },
            call: CallSettings {
                retry_attempts: 0,
                retry_budget: None,
                hedge_after: None,
                concurrency: ConcurrencyLimit::Off,
                rate: None,
                attempt_timeout: None,
                stall_timeout: None,
            },
        };
        Change::DEFAULTS.iter().fold(blank, Self::with)
    }
}
