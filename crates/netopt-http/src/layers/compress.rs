//! Bodies of requests, compressed (RFC 9110 §8.4), for servers that are known to take it.
//!
//! A body is compressed if it is at least [`Config::least`] long, is not packed, encoded, signed by a digest or marked
//! `no-transform`, and gets smaller by a tenth. What is in memory and short is compressed at once and keeps a length; what is
//! longer, or streams, is compressed as it goes out.
//!
//! A server that answers 415 does not take it. What is in memory is then sent again as it was, which is safe because the
//! server refused to read it, and the destination is remembered for an hour. If the plain one is refused, too, it was not the
//! compression, and nothing is remembered.
//!
//! What it leaves alone: answers (see [`crate::decompress`]), and whether a server takes it at all: a server that does not know
//! content codings may read rubbish and answer 400. Signing belongs inside of this layer.
//!
//! ```
//! use netopt_core::encoding::Encoding;
//! use netopt_http::compress::{CompressLayer, Config};
//! use netopt_http::{Client, Stack};
//!
//! fn packed(client: Client) -> Stack {
//!     Stack::new(client).around(CompressLayer::new(Config::new(Encoding::Zstd)))
//! }
//! ```

mod encoder;
pub(crate) mod estimate;
mod packing;
mod refusals;
mod worth;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body::Body as _;
use metrics::Counter;
use netopt_core::encoding::Encoding;
use netopt_core::names;
use netopt_core::unit::Bytes;
use tokio::time::Instant;
use tower::{Layer, ServiceExt as _};

use self::encoder::Encoder;
use self::packing::Packing;
use self::refusals::Refusals;
use self::worth::{Worth, worth};
use crate::body::Body;
use crate::destination::Destination;
use crate::error::Error;
use crate::layers::layered::{Around, Layered};
use crate::layers::telemetry::counter_of;
use crate::ledger::Ledger;
use crate::service::{HttpService, ResponseFuture, take_ready};

/// Below, a body fits into the first packet or two, and compressing it wins nothing.
pub const DEFAULT_LEAST: Bytes = Bytes::new(1024);
/// A longer body is compressed as it goes out, so that nobody else waits for milliseconds.
const AT_ONCE: u64 = 128 * 1024;
/// The body of a refusal is read up to here, so that its connection can be used again.
const DRAINED: Bytes = Bytes::new(64 * 1024);

/// What to compress with, and from which size on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// The encoding that the server is known to take.
    pub encoding: Encoding,
    /// A shorter body stays as it is. Default: 1 KiB.
    pub least: Bytes,
}

impl Config {
    /// The defaults, with that encoding.
    #[must_use]
    pub const fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            least: DEFAULT_LEAST,
        }
    }
}

/// Compresses what a service sends. The services that one layer makes share what is known of servers.
#[derive(Debug, Clone)]
pub struct CompressLayer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: Config,
    refusals: Mutex<Refusals>,
    plain: Counter,
    packed: Counter,
}

impl CompressLayer {
    /// Nobody has refused yet.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let shared = Shared {
            config,
            refusals: Mutex::default(),
            plain: counter_of(&names::COMPRESSED, "plain"),
            packed: counter_of(&names::COMPRESSED, "packed"),
        };
        Self {
            shared: Arc::new(shared),
        }
    }
}

impl<S> Layer<S> for CompressLayer {
    type Service = Compress<S>;

    fn layer(&self, inner: S) -> Compress<S> {
        Layered::new(inner, self.clone())
    }
}

/// A service whose requests are compressed; see [`crate::compress`].
///
/// Not cancel safe for the peer, as the service inside.
pub type Compress<S> = Layered<S, CompressLayer>;

impl Shared {
    fn refusals(&self) -> MutexGuard<'_, Refusals> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The body compressed, if that is worth it; else as it was.
    fn pack(&self, head: &Parts, body: Body) -> Result<Body, Body> {
        let Config { encoding, least } = self.config;
        let worth = worth(&head.headers);
        let size = body.size_hint();
        let short = size.upper().is_some_and(|most| most < least.get());
        let Some(copy) = body.try_clone() else {
            // It comes once, so it cannot be tried.
            if short || worth != Worth::Yes {
                return Err(body);
            }
            return stream(body, encoding);
        };
        if short || worth == Worth::No {
            return Err(body);
        }
        if size.lower() > AT_ONCE {
            return if worth == Worth::Yes {
                stream(body, encoding)
            } else {
                Err(body)
            };
        }
        let Some(plain) = copy.into_whole() else {
            return Err(body);
        };
        match Encoder::whole(encoding, &plain) {
            Ok(packed) if packed.len() <= plain.len() - plain.len() / 10 => {
                self.plain.increment(plain.len() as u64);
                self.packed.increment(packed.len() as u64);
                Ok(Body::from(packed))
            }
            _ => Err(body),
        }
    }

    /// Whether that answer to a compressed request means that it should not have been compressed.
    fn is_refusal(response: &Response<Body>) -> bool {
        response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE
    }
}

fn stream(body: Body, encoding: Encoding) -> Result<Body, Body> {
    // Only zstd can fail here, for want of memory.
    match Encoder::new(encoding) {
        Ok(encoder) => Ok(Body::stream(Packing::new(body, encoder))),
        Err(_) => Err(body),
    }
}

async fn send<S>(
    shared: Arc<Shared>,
    mut inner: S,
    request: Request<Body>,
) -> Result<Response<Body>, Error>
where
    S: HttpService + Clone,
{
    let to = Destination::of(request.uri());
    let known = to
        .as_ref()
        .is_some_and(|to| shared.refusals().has(to, Instant::now()));
    if known || request.body().is_end_stream() {
        return inner.call(request).await;
    }
    let (head, body) = request.into_parts();
    let plain = body.try_clone();
    let body = match shared.pack(&head, body) {
        Ok(packed) => packed,
        Err(body) => return inner.call(Request::from_parts(head, body)).await,
    };
    let mut packed = head.clone();
    packed.headers.remove(header::CONTENT_LENGTH);
    let name = HeaderValue::from_static(shared.config.encoding.name());
    packed.headers.insert(header::CONTENT_ENCODING, name);
    // A clone of a ready service is not ready; the ready one sends first.
    let again = inner.clone();
    let response = inner.call(Request::from_parts(packed, body)).await?;
    if !Shared::is_refusal(&response) {
        return Ok(response);
    }
    let response = match plain {
        Some(plain) => {
            if let Some(ledger) = Ledger::of(&head.extensions) {
                ledger.note(|journey| journey.retries += 1);
            }
            // What is longer, or breaks off, costs its connection and nothing else.
            let _ = response.into_body().collect(DRAINED).await.is_ok();
            let second = again.oneshot(Request::from_parts(head, plain)).await?;
            if Shared::is_refusal(&second) {
                return Ok(second);
            }
            second
        }
        None => response,
    };
    if let Some(to) = to {
        shared.refusals().note(to, Instant::now());
    }
    Ok(response)
}

impl<S> Around<S> for CompressLayer
where
    S: HttpService + Clone + Send + 'static,
{
    fn call(&self, inner: &mut S, request: Request<Body>) -> ResponseFuture {
        let ready = take_ready(inner);
        Box::pin(send(Arc::clone(&self.shared), ready, request))
    }
}
