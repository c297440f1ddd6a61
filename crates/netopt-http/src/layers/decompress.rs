//! Asks for compressed answers and decodes them, for services that do not: in bounded memory and against bombs.
//!
//! [`crate::Client`] does this itself, where it can time it (`Config::accept_encoding`). This layer is for another service
//! beneath; around a client that decodes it does nothing.
//!
//! An answer may decode to [`Config::most`] bytes, and to [`Config::ratio`] times what came: beyond the first mebibyte, where
//! even honest answers of zeros do not count, it is an error that says so. No piece is longer than 32 MiB.
//!
//! What it leaves alone: a request with a range or an `Accept-Encoding` of its own; an answer in an encoding that is
//! none of ours, or in several; the answer to a `HEAD`.
//!
//! ```
//! use netopt_core::encoding::Encodings;
//! use netopt_http::decompress::{Config, DecompressLayer};
//! use tower::Layer as _;
//!
//! # fn wrap<S>(service: S) -> netopt_http::decompress::Decompress<S> {
//! DecompressLayer::new(Config::new(Encodings::ALL)).layer(service)
//! # }
//! ```

mod unpacking;

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use netopt_core::encoding::{Encoding, Encodings};
use netopt_core::unit::Bytes;
use tower::Layer;

use self::unpacking::{Bounds, Unpacking, undecodable};
use crate::body::Body;
use crate::decode::{Decoded, Decoder};
use crate::error::Error;
use crate::layers::layered::{Around, Layered};
use crate::service::{HttpService, ResponseFuture};

/// Text seldom shrinks to a twentieth, and logs to a hundredth.
pub const DEFAULT_RATIO: u32 = 200;
/// A longer answer is a download, which is better not asked for compressed.
pub const DEFAULT_MOST: Bytes = Bytes::new(1024 * 1024 * 1024);

/// What to ask for, and how much may come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// The encodings to ask for.
    pub accept: Encodings,
    /// Decoded bytes for each byte that came, at the most. Default: 200; at least 1.
    pub ratio: u32,
    /// Decoded bytes of one answer at the most. Default: 1 GiB.
    pub most: Bytes,
}

impl Config {
    /// The default bounds, with those encodings.
    #[must_use]
    pub const fn new(accept: Encodings) -> Self {
        Self {
            accept,
            ratio: DEFAULT_RATIO,
            most: DEFAULT_MOST,
        }
    }
}

/// Decodes what a service answers.
#[derive(Debug, Clone)]
pub struct DecompressLayer {
    accept: Option<HeaderValue>,
    bounds: Bounds,
}

impl DecompressLayer {
    /// Asks for nothing if `config` accepts nothing; what comes is decoded nonetheless.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let names = config.accept.header();
        let accept = HeaderValue::from_str(&names).ok();
        Self {
            accept: accept.filter(|names| !names.is_empty()),
            bounds: Bounds {
                ratio: config.ratio.max(1),
                most: config.most.get(),
            },
        }
    }
}

impl<S> Layer<S> for DecompressLayer {
    type Service = Decompress<S>;

    fn layer(&self, inner: S) -> Decompress<S> {
        Layered::new(inner, self.clone())
    }
}

/// A service whose answers are decoded; see [`crate::decompress`].
pub type Decompress<S> = Layered<S, DecompressLayer>;

impl<S> Around<S> for DecompressLayer
where
    S: HttpService,
{
    fn call(&self, inner: &mut S, mut request: Request<Body>) -> ResponseFuture {
        let head_only = request.method() == Method::HEAD;
        let headers = request.headers_mut();
        if let Some(names) = &self.accept
            && !headers.contains_key(header::RANGE)
        {
            let entry = headers.entry(header::ACCEPT_ENCODING);
            entry.or_insert_with(|| names.clone());
        }
        let bounds = self.bounds;
        let answer = inner.call(request);
        Box::pin(async move {
            let response = answer.await?;
            if head_only {
                return Ok(response);
            }
            unpack(response, bounds)
        })
    }
}

/// The answer with its body decoded, if it is in one encoding that is ours and whole.
fn unpack(response: Response<Body>, bounds: Bounds) -> Result<Response<Body>, Error> {
    let mut lines = response.headers().get_all(header::CONTENT_ENCODING).iter();
    let (first, more) = (lines.next(), lines.next());
    let encoding: Option<Encoding> = first
        .filter(|_| more.is_none())
        .and_then(|name| name.to_str().ok()?.trim().parse().ok());
    let partial = response.status() == StatusCode::PARTIAL_CONTENT;
    let Some(encoding) = encoding.filter(|_| !partial) else {
        return Ok(response);
    };
    let decoder = Decoder::new(encoding).map_err(undecodable)?;
    let (mut head, body) = response.into_parts();
    head.headers.remove(header::CONTENT_ENCODING);
    head.headers.remove(header::CONTENT_LENGTH);
    head.extensions.insert(Decoded(encoding));
    let body = Unpacking::new(body, decoder, bounds);
    Ok(Response::from_parts(head, Body::stream(body)))
}
