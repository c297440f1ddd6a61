//! Plan to client: the one place where a change becomes behaviour.
//!
//! From the outside in, each change is applied once:
//!
//! | change | applied to |
//! |---|---|
//! | `cache.size` | the cache, a layer |
//! | `http.coalesce` | merging of identical requests, a layer |
//! | `http.request_encoding` | compression of requests, a layer |
//! | `http.redirects` | the call: around all attempts |
//! | `retry.attempts`, `retry.budget` | the call: attempts one after the other |
//! | `hedge.after` | the attempt: a second one beside it |
//! | `limit.rate`, `limit.concurrency` | what goes to a destination, hedges included |
//! | `timeout.attempt` | the attempt, until the head of its answer |
//! | `timeout.stall` | the bodies |
//! | `http.accept_encoding` | the request |
//! | `http.keep_alive` and all of `pool` | the pool |
//! | `http.version` | ALPN and the choice of engine |
//! | `h2.connections` | how many connections calls are spread among |
//! | `h2.window` | the engine of HTTP/2 |
//! | `tls.resumption` | the TLS sessions that are kept |
//! | `dns.cache_ttl`, `dns.serve_stale` | the resolver |
//! | `tcp.address_racing` | the connector |
//! | `tcp.congestion_control`, `tcp.receive_buffer`, `tcp.send_buffer` and all else of `tcp` | the socket |
//!
//! What a plan does not say (whom to trust, whom to ask for names, how long to wait) comes from the
//! [`Surroundings`] and is the same in every arm of a trial.

use std::time::Duration;

use netopt_core::change::{ConcurrencyLimit, Switch};
use netopt_core::model::pool::Order;
use netopt_core::plan::Plan;
use netopt_core::unit::Bytes;
use netopt_http::cache::{self, CacheLayer};
use netopt_http::coalesce::{self, CoalesceLayer};
use netopt_http::compress::{self, CompressLayer};
use netopt_http::{
    Aimd, Budget, Client, ConcurrencyLayer, Config, Gradient2, HedgeLayer, Http2, InFlight, Proxy,
    RateLayer, RedirectLayer, Redirects, Retries, RetryLayer, Stack, StallLayer, TimeoutLayer, Tls,
    TlsError, WebSockets,
};
use netopt_pool::Upkeep;
use netopt_tcp::{Connector, Keeping, Options, Resolver};

/// Twice the default SYN retransmission timeout, and a bit: one lost SYN in each direction is survived.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longer than any answer that somebody waits for.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// A body beyond this is a download, not an answer.
pub const DEFAULT_BODY_LIMIT: Bytes = Bytes::new(64 * 1024 * 1024);

/// Everything about a client that is not a change.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Whom to ask for names; the plan puts its cache in front of it. Default: the system.
    pub resolver: Resolver,
    /// The proxy that every call goes through. It looks the names of targets up; the resolver is asked for its own.
    /// Default: none.
    pub proxy: Option<Proxy>,
    /// Whom to trust.
    pub tls: Tls,
    /// The bound on lookup and TCP handshake together, and on the TLS handshake. Default: 5 s.
    pub connect_timeout: Duration,
    /// The bound on a whole call. Default: 30 s.
    pub timeout: Duration,
    /// A body is read up to here and then cut. Default: 64 MiB.
    pub body_limit: Bytes,
    /// Whether each call is to tell when its bytes passed through the kernel. Default: off.
    pub timestamps: Switch,
    /// Whether each call is to tell what audits ask for beside its phases: how the kernel sees its connection
    /// (`Exchange::path`), what was asked for, whether the answer may be kept, where a redirect led. It costs two to three
    /// microseconds a call.
    /// Default: off.
    pub audited: Switch,
}

impl Surroundings {
    /// The defaults, with those to trust.
    #[must_use]
    pub const fn new(tls: Tls) -> Self {
        Self {
            resolver: Resolver::system(),
            proxy: None,
            tls,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            timeout: DEFAULT_TIMEOUT,
            body_limit: DEFAULT_BODY_LIMIT,
            timestamps: Switch::Off,
            audited: Switch::Off,
        }
    }
}

/// A client as `plan` wants it: new, with an empty pool, no TLS sessions and no cached names.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client(plan: &Plan, around: &Surroundings) -> Result<Stack, TlsError> {
    let client = Client::new(&config(plan, around))?;
    Ok(layered(Stack::new(client), plan, around))
}

/// The layers, from the inside out. A knob at its default has none, but for the redirects.
fn layered(mut stack: Stack, plan: &Plan, around: &Surroundings) -> Stack {
    let settings = plan.settings();
    let call = &settings.call;
    // One for all that make calls again: budgets of their own would multiply.
    let budget = call
        .retry_budget
        .map_or_else(Budget::unlimited, Budget::sharing);
    let mut waits = false;
    if let Some(encoding) = settings.http.request_encoding {
        stack = stack.around(CompressLayer::new(compress::Config::new(encoding)));
    }
    if let Some(bound) = call.stall_timeout {
        stack = stack.around(StallLayer::new(bound));
    }
    if let Some(bound) = call.attempt_timeout {
        stack = stack.around(TimeoutLayer::attempt(bound));
    }
    if let Some(limit) = in_flight(call.concurrency) {
        stack = stack.around(ConcurrencyLayer::new(limit));
        waits = true;
    }
    if let Some(rate) = call.rate {
        stack = stack.around(RateLayer::new(rate));
        waits = true;
    }
    if let Some(after) = call.hedge_after {
        stack = stack.around(HedgeLayer::new(after, budget.clone()));
        waits = true;
    }
    if call.retry_attempts > 0 {
        let retries = Retries {
            attempts: call.retry_attempts,
            ..Retries::default()
        };
        stack = stack.around(RetryLayer::new(retries, budget));
        waits = true;
    }
    if settings.http.coalesce.is_on() {
        stack = stack.around(CoalesceLayer::new(coalesce::Config::default()));
        waits = true;
    }
    if settings.http.cache_size > Bytes::ZERO {
        stack = stack.around(CacheLayer::new(cache::Config {
            size: settings.http.cache_size,
            ..cache::Config::default()
        }));
    }
    if settings.http.redirects > 0 {
        stack = stack.around(RedirectLayer::new(Redirects {
            most: settings.http.redirects,
            within: Some(around.timeout),
            ..Redirects::default()
        }));
    }
    if waits {
        // The client bounds each attempt by itself; this is for all of them and the waits in between.
        stack = stack.around(TimeoutLayer::call(around.timeout));
    }
    stack
}

fn in_flight(limit: ConcurrencyLimit) -> Option<InFlight> {
    match limit {
        ConcurrencyLimit::Off => None,
        ConcurrencyLimit::Fixed(limit) => Some(InFlight::Fixed(limit)),
        ConcurrencyLimit::Gradient2 => Some(InFlight::Gradient2(Gradient2::default())),
        ConcurrencyLimit::Aimd => Some(InFlight::Aimd(Aimd::default())),
    }
}

/// What opens WebSocket connections as that client opens its own.
///
/// # Errors
/// When TLS cannot be set up.
pub fn web_sockets(plan: &Plan, around: &Surroundings) -> Result<WebSockets, TlsError> {
    WebSockets::new(&config(plan, around))
}

fn config(plan: &Plan, around: &Surroundings) -> Config {
    let settings = plan.settings();
    let pool = netopt_pool::Config {
        per_key: settings.pool.max_connections,
        // Who waits for a place waits as long as for the call itself: the call's own bound is the tighter one.
        wait: around.timeout,
        reuse: settings.http.keep_alive,
        idle: settings.pool.idle_timeout,
        order: if settings.pool.fifo.is_on() {
            Order::Fifo
        } else {
            Order::Lifo
        },
        upkeep: Upkeep {
            min_idle: settings.pool.min_idle,
            lifetime: settings.pool.lifetime,
            seed: None,
        },
        ..netopt_pool::Config::default()
    };
    Config {
        connector: connector(plan, around),
        proxy: around.proxy.clone(),
        tls: around.tls.clone().resuming(settings.tls.resumption),
        version: settings.http.version,
        http2: Http2 {
            connections: settings.http.h2_connections,
            window: settings.http.h2_window,
        },
        pool,
        accept_encoding: settings.http.accept_encoding,
        timeout: around.timeout,
        body_limit: around.body_limit,
        timestamps: around.timestamps,
        audited: around.audited,
    }
}

/// What opens the connections of that client; of use by itself for a bare TCP target. It knows of no proxy.
#[must_use]
pub fn connector(plan: &Plan, around: &Surroundings) -> Connector {
    let settings = plan.settings();
    Connector {
        resolver: around.resolver.keeping(Keeping {
            ttl: settings.dns.cache_ttl,
            serve_stale: settings.dns.serve_stale,
        }),
        options: Options {
            nodelay: settings.tcp.nodelay,
            quickack: settings.tcp.quickack,
            congestion_control: settings.tcp.congestion_control,
            notsent_lowat: settings.tcp.notsent_lowat,
            receive_buffer: settings.tcp.receive_buffer,
            send_buffer: settings.tcp.send_buffer,
            user_timeout: settings.tcp.user_timeout,
            fast_open: settings.tcp.fast_open,
        },
        racing: settings.tcp.address_racing,
        timeout: around.connect_timeout,
    }
}
