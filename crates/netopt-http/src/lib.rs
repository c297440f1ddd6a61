//! An HTTP client whose every phase is timed by itself.
//!
//! ```text
//! Client::send ─▶ Connections ─▶ Pool (HTTP/1.1) or one shared connection (HTTP/2)
//!                                  └▶ Opener: lookup ─▶ race ─▶ proxy ─▶ TLS, ALPN ─▶ hyper
//! Reply::chunk ─▶ decoded body …   and at its end an Exchange: phases, bytes, connection, answer, path
//! ```
//!
//! [`Client::exchange`] makes one call and tells all about it, failures included, in the words of `netopt-core`;
//! [`Client::send`] gives the answer to a program as it comes in. A client is made from settings by `netopt::stack`;
//! nothing here reads files or the environment: certificates to trust are passed in.
//!
//! [`WebSockets`] makes calls of WebSocket on the same connector, timed in the same way.
//!
//! Layers go around it, each a tower layer of use by itself. Against failure: [`TimeoutLayer`] and [`StallLayer`], [`RetryLayer`],
//! [`HedgeLayer`], [`ConcurrencyLayer`] and [`RateLayer`]. Against work that need not be done: [`cache`], [`coalesce`],
//! [`compress`], [`decompress`], [`RedirectLayer`], and [`batch`] for calls of any kind.
//!
//! Three folders: `client` makes calls, `reach` leads from a destination to a stream, `layers` go around. They share what
//! lies beside them: bodies, errors, destinations, deadlines, the ledger of a call.
//!
//! What it leaves alone: cookies, forms.

mod agent;
mod asked;
mod bell;
mod body;
mod client;
mod config;
mod deadline;
mod decode;
mod destination;
mod error;
mod http2;
mod layers;
mod ledger;
mod proxy;
mod reach;
mod service;
mod stack;
mod tls;
mod web_socket;

pub use body::Body;
pub use client::{Client, Reply, Upgrade, Upgraded};
pub use config::Config;
pub use deadline::Deadline;
pub use decode::Decoded;
pub use destination::Destination;
pub use error::Error;
pub use http2::Http2;
pub use layers::compress::estimate::packed_size;
pub use layers::hedge::{Hedge, HedgeLayer, Route, fewest_before_hedging};
pub use layers::layered::{Around, Layered};
pub use layers::limit::{
    Aimd, Concurrency, ConcurrencyLayer, Gradient2, InFlight, Rate, RateLayer, Sample, Went,
};
pub use layers::redirect::{Downgrade, FinalUri, Redirect, RedirectLayer, Redirects};
pub use layers::retry::{Backoff, Budget, GaveUp, Retries, Retry, RetryLayer};
pub use layers::timeout::{Stall, StallLayer, Timeout, TimeoutLayer};
pub use layers::{batch, cache, coalesce, compress, decompress};
pub use ledger::Ledger;
pub use proxy::{Proxy, ProxyError};
pub use service::{HttpService, ResponseFuture, take_ready};
pub use stack::{Outer, Stack};
pub use tls::{Tls, TlsError};
pub use web_socket::{MAX_MESSAGE, MAX_PING, Question, WebSocket, WebSockets};
