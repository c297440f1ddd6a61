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
//! Layers against slowness and failure go around it, each a tower layer of use by itself: [`TimeoutLayer`] and
//! [`StallLayer`], [`RetryLayer`], [`HedgeLayer`], [`ConcurrencyLayer`] and [`RateLayer`], [`RedirectLayer`].
//!
//! What it leaves alone: cookies, forms.

mod answer;
mod asked;
pub mod batch;
mod bell;
mod body;
mod by_key;
pub mod cache;
mod carrier;
mod client;
pub mod coalesce;
pub mod compress;
mod config;
mod connection;
mod connections;
mod decode;
pub mod decompress;
mod destination;
mod error;
mod form;
mod handshake;
mod hedge;
mod http2;
mod keep;
mod ledger;
mod limit;
mod line;
mod marks;
mod opener;
mod packing;
mod proxy;
mod reach;
mod recording;
mod redirect;
mod reply;
mod rest;
mod retry;
mod service;
mod share;
mod sharing;
mod stack;
mod streams;
mod telemetry;
mod template;
mod timeout;
mod tls;
mod web_socket;

pub use body::Body;
pub use client::Client;
pub use config::Config;
pub use decode::Decoded;
pub use destination::Destination;
pub use error::Error;
pub use hedge::{Hedge, HedgeLayer, Route, fewest_before_hedging};
pub use http2::Http2;
pub use ledger::Ledger;
pub use limit::{
    Aimd, Concurrency, ConcurrencyLayer, Gradient2, InFlight, Rate, RateLayer, Sample, Went,
};
pub use packing::packed_size;
pub use proxy::{Proxy, ProxyError};
pub use redirect::{Downgrade, FinalUri, Redirect, RedirectLayer, Redirects};
pub use reply::Reply;
pub use retry::{Backoff, Budget, GaveUp, Retries, Retry, RetryLayer};
pub use service::{HttpService, ResponseFuture};
pub use stack::{Outer, Stack};
pub use timeout::{Deadline, Stall, StallLayer, Timeout, TimeoutLayer};
pub use tls::{Tls, TlsError};
pub use web_socket::{MAX_MESSAGE, MAX_PING, Question, WebSocket, WebSockets};
