//! Answers kept in memory and given again as long as HTTP allows: a private cache (RFC 9111) with
//! `stale-while-revalidate` and `stale-if-error` (RFC 5861).
//!
//! ```text
//! request ─▶ kept? ─▶ fresh: the answer             (hit)
//!              │  ├─▶ stale, may be used: the answer, fetched anew behind the caller's back (stale)
//!              │  └─▶ stale: the server is asked whether it changed
//!              │        ├─ 304: the answer under its new head     (revalidated)
//!              │        ├─ 5xx, no answer: the answer if it may stand in (stale_on_error)
//!              │        └─ another answer takes its place         (miss)
//!              └─▶ no: the server's answer, kept on its way to the caller (miss)
//! ```
//!
//! Bodies stream through. One is kept when it came to its end, is no longer than [`Config::largest`], and may be kept.
//! A `GET` is kept, and answers a `HEAD`, too. A method that may change something forgets the URL and those that the
//! answer names in `Location` and `Content-Location`, if they are of the same origin.
//!
//! It is private, but a service has many users: an answer to a request with `Authorization` or `Cookie` is given only to
//! requests with the same, unless it is `public`. That is stricter than RFC 9111.
//!
//! What it leaves alone: requests with a range, a body, or preconditions other than `If-None-Match` and
//! `If-Modified-Since` pass through; partial answers are not kept; nothing is written to disk. Two calls that miss at the same
//! time are two requests: put [`crate::coalesce`] inside.
//!
//! ```
//! use netopt_http::cache::{CacheLayer, Config};
//! use netopt_http::{Client, Stack};
//!
//! fn cached(client: Client) -> Stack {
//!     Stack::new(client).around(CacheLayer::new(Config::default()))
//! }
//! ```

mod age;
mod call;
mod clock;
mod counts;
mod decision;
mod directives;
pub(crate) mod keepable;
mod keeper;
mod keeping;
pub(crate) mod key;
mod refresh;
mod store;
mod stored;
mod visit;

use std::sync::Arc;
use std::time::Duration;

use http::Request;
use netopt_core::unit::Bytes;
use tower::Layer;

use crate::body::Body;
use crate::layers::layered::{Around, Layered};
use crate::service::{HttpService, ResponseFuture, take_ready};

/// Room for some thousand answers of an ordinary service.
pub const DEFAULT_SIZE: Bytes = Bytes::new(64 * 1024 * 1024);
/// A longer body is a download: keeping it would push out hundreds of answers.
pub const DEFAULT_LARGEST: Bytes = Bytes::new(1024 * 1024);

/// How much is kept, and how stale it may be where the server does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// All that is kept, heads and URLs included. Default: 64 MiB.
    pub size: Bytes,
    /// A longer body is handed on and not kept. Default: 1 MiB; never more than `size`.
    pub largest: Bytes,
    /// For answers without `stale-while-revalidate`: how long after they ran out they are given while they are fetched
    /// anew. Default: zero, never.
    pub stale_while_revalidate: Duration,
    /// For answers and requests without `stale-if-error`: how long after they ran out they stand in for a server that fails.
    /// Default: zero, never.
    pub stale_if_error: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            size: DEFAULT_SIZE,
            largest: DEFAULT_LARGEST,
            stale_while_revalidate: Duration::ZERO,
            stale_if_error: Duration::ZERO,
        }
    }
}

/// Puts a cache around a service. The services that one layer makes share what is kept.
#[derive(Debug, Clone)]
pub struct CacheLayer {
    shared: Arc<Shared>,
}

impl CacheLayer {
    /// An empty cache.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let shared = Shared {
            store: Arc::new(store::Store::new(config.size)),
            clock: clock::Clock::start(),
            refreshes: refresh::Refreshes::default(),
            counts: counts::Counts::new(),
            config,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The bytes that are kept now, and of how many URLs.
    #[must_use]
    pub fn size(&self) -> (Bytes, u64) {
        self.shared.store.size()
    }
}

impl<S> Layer<S> for CacheLayer {
    type Service = Cache<S>;

    fn layer(&self, inner: S) -> Cache<S> {
        Layered::new(inner, self.clone())
    }
}

/// A service with a cache in front of it; see [`crate::cache`].
///
/// Cancel safe: what is dropped is not kept, and what was kept stays.
pub type Cache<S> = Layered<S, CacheLayer>;

/// What all clones share. Tasks that fetch behind a caller's back end with the last of them.
#[derive(Debug)]
struct Shared {
    store: Arc<store::Store>,
    clock: clock::Clock,
    refreshes: refresh::Refreshes,
    counts: counts::Counts,
    config: Config,
}

impl<S> Around<S> for CacheLayer
where
    S: HttpService + Clone + Send + 'static,
{
    fn call(&self, inner: &mut S, request: Request<Body>) -> ResponseFuture {
        let ready = take_ready(inner);
        let shared = Arc::clone(&self.shared);
        Box::pin(call::answer(shared, ready, request))
    }
}
