//! Every knob that netopt can turn: a name, a value, a scope, an undo.
//!
//! A change is a fact about the client, not code: the one place that turns it into a client is `netopt::stack`, so
//! what a trial proved is what a plan applies. Server-side and system-wide advice is text in a finding, not a change.

mod concurrency;
mod congestion_control;
mod http_version;
mod percentile;
mod setting;
mod window;

use std::mem::discriminant;
use std::num::NonZeroU32;
use std::time::Duration;

pub use concurrency::ConcurrencyLimit;
pub use congestion_control::{CongestionControl, NameError};
pub use http_version::HttpVersion;
pub use percentile::{Percentile, PercentileError};
pub use setting::Setting;
pub use window::Window;

use crate::encoding::{Encoding, Encodings};
use crate::unit::{Bytes, Ratio};

/// The value, in a plan file and for people, of a knob that is left to the system.
pub const SYSTEM: &str = "system";

/// Retries a second that a `retry.budget` allows beside its share, so that a client with few calls has some. Finagle's.
pub const RETRY_RESERVE: u32 = 10;
/// For how long a `retry.budget` remembers calls and retries, and how much of the reserve may be spent at once. Finagle's.
pub const RETRY_SPAN: Duration = Duration::from_secs(10);

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
    /// `tls.resumption`: take up an earlier TLS session of the same host instead of a full handshake.
    Resumption(Switch),
    /// `pool.max_connections`: open connections per destination at the most; `None` is unlimited.
    MaxConnections(Option<NonZeroU32>),
    /// `pool.min_idle`: connections per destination that are opened ahead of the calls that need them.
    MinIdle(u32),
    /// `pool.idle_timeout`: a connection that was idle for so long is closed instead of used.
    IdleTimeout(Duration),
    /// `pool.lifetime`: a connection is closed when it is that old and idle, so that new servers get their share; `None`
    /// is unlimited.
    Lifetime(Option<Duration>),
    /// `pool.fifo`: take the connection that was idle for longest instead of the one used last.
    FirstInFirstOut(Switch),
    /// `http.keep_alive`: use a connection for more than one request.
    KeepAlive(Switch),
    /// `http.version`: which HTTP to speak.
    Version(HttpVersion),
    /// `http.accept_encoding`: the compression to ask for.
    AcceptEncoding(Encodings),
    /// `http.request_encoding`: how to compress the bodies of requests; `None` is not at all. A server must be known to take it.
    RequestEncoding(Option<Encoding>),
    /// `http.redirects`: redirects that are followed for one call; zero hands them to the caller.
    Redirects(u32),
    /// `http.coalesce`: identical safe requests that are in flight at once become one.
    Coalesce(Switch),
    /// `h2.connections`: HTTP/2 connections to one destination among which calls are spread.
    H2Connections(NonZeroU32),
    /// `h2.window`: the flow-control window of HTTP/2: how much a server may send before we take it.
    H2Window(Window),
    /// `cache.size`: memory for answers that may be kept (RFC 9111); zero keeps none.
    CacheSize(Bytes),
    /// `retry.attempts`: how often a failed call is made again, where that is safe.
    RetryAttempts(u32),
    /// `retry.budget`: retries and hedges as a share of first calls, at most; `None` is unlimited.
    RetryBudget(Option<Ratio>),
    /// `hedge.after`: make a safe call a second time when it took longer than this share of earlier ones; `None` is
    /// never.
    HedgeAfter(Option<Percentile>),
    /// `limit.concurrency`: calls in flight to one destination at the most, fixed or found by watching latency.
    LimitConcurrency(ConcurrencyLimit),
    /// `limit.rate`: calls a second to one destination at the most; `None` is unlimited.
    LimitRate(Option<NonZeroU32>),
    /// `timeout.attempt`: the bound on one attempt, within that on the whole call; `None` is only that of the call.
    AttemptTimeout(Option<Duration>),
    /// `timeout.stall`: the longest silence while a body comes in; `None` is only the bound on the call.
    StallTimeout(Option<Duration>),
}

impl Change {
    /// Every knob at the value of the ordinary client: what `reqwest::Client::new()` does.
    pub const DEFAULTS: [Self; 33] = [
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
        Self::Resumption(Switch::On),
        Self::MaxConnections(None),
        Self::MinIdle(0),
        Self::IdleTimeout(Duration::from_secs(90)),
        Self::Lifetime(None),
        Self::FirstInFirstOut(Switch::Off),
        Self::KeepAlive(Switch::On),
        Self::Version(HttpVersion::Auto),
        Self::AcceptEncoding(Encodings::NONE),
        Self::RequestEncoding(None),
        Self::Redirects(10),
        Self::Coalesce(Switch::Off),
        Self::H2Connections(NonZeroU32::MIN),
        Self::H2Window(Window::Default),
        Self::CacheSize(Bytes::ZERO),
        Self::RetryAttempts(0),
        Self::RetryBudget(Ratio::new(0.2)),
        Self::HedgeAfter(None),
        Self::LimitConcurrency(ConcurrencyLimit::Off),
        Self::LimitRate(None),
        Self::AttemptTimeout(None),
        Self::StallTimeout(None),
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
            Self::Resumption(_) => "tls.resumption",
            Self::MaxConnections(_) => "pool.max_connections",
            Self::MinIdle(_) => "pool.min_idle",
            Self::IdleTimeout(_) => "pool.idle_timeout",
            Self::Lifetime(_) => "pool.lifetime",
            Self::FirstInFirstOut(_) => "pool.fifo",
            Self::KeepAlive(_) => "http.keep_alive",
            Self::Version(_) => "http.version",
            Self::AcceptEncoding(_) => "http.accept_encoding",
            Self::RequestEncoding(_) => "http.request_encoding",
            Self::Redirects(_) => "http.redirects",
            Self::Coalesce(_) => "http.coalesce",
            Self::H2Connections(_) => "h2.connections",
            Self::H2Window(_) => "h2.window",
            Self::CacheSize(_) => "cache.size",
            Self::RetryAttempts(_) => "retry.attempts",
            Self::RetryBudget(_) => "retry.budget",
            Self::HedgeAfter(_) => "hedge.after",
            Self::LimitConcurrency(_) => "limit.concurrency",
            Self::LimitRate(_) => "limit.rate",
            Self::AttemptTimeout(_) => "timeout.attempt",
            Self::StallTimeout(_) => "timeout.stall",
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
            | Self::Resumption(_)
            | Self::Version(_)
            | Self::H2Connections(_)
            | Self::H2Window(_) => Scope::Connection,
            Self::MaxConnections(_)
            | Self::MinIdle(_)
            | Self::IdleTimeout(_)
            | Self::Lifetime(_)
            | Self::FirstInFirstOut(_)
            | Self::KeepAlive(_) => Scope::Pool,
            Self::AcceptEncoding(_)
            | Self::RequestEncoding(_)
            | Self::Redirects(_)
            | Self::Coalesce(_)
            | Self::CacheSize(_)
            | Self::RetryAttempts(_)
            | Self::RetryBudget(_)
            | Self::HedgeAfter(_)
            | Self::LimitConcurrency(_)
            | Self::LimitRate(_)
            | Self::AttemptTimeout(_)
            | Self::StallTimeout(_) => Scope::Request,
        }
    }

    /// The same knob at the value of the ordinary client.
    #[must_use]
    pub fn undo(&self) -> Self {
        let same = |other: &Self| discriminant(other) == discriminant(self);
        // Every knob has its default there, which the tests hold it to.
        Self::DEFAULTS.into_iter().find(same).unwrap_or(*self)
    }
}

#[cfg(test)]
mod tests;
