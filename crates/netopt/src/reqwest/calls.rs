//! The client of reqwest as the service beneath our layers: what it lacks goes around it.
//!
//! Retries with waits and `Retry-After`, hedges, limits, bounds on attempts, the cache, coalescing and compression are tower layers that
//! care for nothing below but its types. Here are these types for reqwest.
//!
//! What it leaves alone: phases and all else that only our own client sees. An error has the phase that reqwest tells apart:
//! lookup, connection, the rest.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use ::reqwest::Client;
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body as HttpBody, Frame};
use netopt_core::outcome::{Failure, FailureKind};
use netopt_core::phase::Phase;
use netopt_core::unit;
use netopt_http::{Body, Error, ResponseFuture};
use tower_service::Service;

/// Makes calls by a client of reqwest. Cloning shares it.
///
/// Whether redirects are followed beneath the layers or by one of them, the client's `redirect` says: the two together would
/// count twice.
///
/// ```
/// use netopt::http::{Budget, Retries, RetryLayer};
/// use netopt::reqwest::Calls;
/// use tower::Layer as _;
///
/// let calls = Calls::new(reqwest::Client::new());
/// let calls = RetryLayer::new(Retries::default(), Budget::default()).layer(calls);
/// ```
#[derive(Debug, Clone)]
pub struct Calls {
    client: Client,
}

impl Calls {
    /// By that client.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self { client }
    }
}

impl Service<Request<Body>> for Calls {
    type Response = Response<Body>;
    type Error = Error;
    type Future = ResponseFuture;

    /// Always ready: reqwest has no bound.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    /// Not cancel safe for the peer: a call that is dropped after it was sent may have been processed.
    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let client = self.client.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let request = Request::from_parts(head, outgoing(body).await?);
            let request = ::reqwest::Request::try_from(request).map_err(told)?;
            let answer = client.execute(request).await.map_err(told)?;
            Ok(Response::<::reqwest::Body>::from(answer).map(Body::stream))
        })
    }
}

/// A body in memory stays one, so that reqwest can send it again to a server that refused its stream.
async fn outgoing(body: Body) -> Result<::reqwest::Body, Error> {
    Ok(match body.try_clone() {
        Some(whole) => whole.collect(unit::Bytes::new(u64::MAX)).await?.into(),
        None => ::reqwest::Body::wrap(Shared(Mutex::new(body))),
    })
}

/// A body that may be shared between threads, as reqwest wants it, though nobody does.
struct Shared(Mutex<Body>);

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        // Who holds it alone needs no lock; a poisoned one is as good.
        let body = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        Pin::new(body).poll_frame(cx)
    }
}

/// The error in our words.
fn told(error: ::reqwest::Error) -> Error {
    let (kind, phase) = judge(&error);
    let failure = Failure {
        kind,
        phase,
        message: format!("reqwest: {}", root(&error)),
    };
    Error::of_service(failure, error)
}

/// What failed, and where. Up to a connection nothing can have been sent.
fn judge(error: &::reqwest::Error) -> (FailureKind, Phase) {
    use FailureKind as K;
    let io = causes(error)
        .find_map(|cause| cause.downcast_ref::<io::Error>())
        .map(io::Error::kind);
    let engine = causes(error).find_map(|cause| cause.downcast_ref::<hyper::Error>());
    let kind = match io {
        _ if error.is_builder() => return (K::Other, Phase::Queue),
        _ if error.is_dns() => return (K::DnsNotFound, Phase::Dns),
        Some(io::ErrorKind::ConnectionRefused) => return (K::ConnectRefused, Phase::Connect),
        _ if error.is_connect() && error.is_timeout() => {
            return (K::ConnectTimeout, Phase::Connect);
        }
        _ if error.is_connect() => return (K::Other, Phase::Connect),
        _ if error.is_redirect() => return (K::Redirects, Phase::Receive),
        _ if error.is_timeout() => K::RequestTimeout,
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => K::Reset,
        _ if engine.is_some_and(hyper::Error::is_parse) => K::Protocol,
        _ if engine.is_some_and(|engine| {
            engine.is_incomplete_message() || engine.is_canceled() || engine.is_closed()
        }) =>
        {
            K::ClosedEarly
        }
        _ => K::Other,
    };
    (kind, Phase::Wait)
}

/// What lies beneath, the error itself first.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| {
        (*error).source()
    })
}

/// The last of the causes, which says most.
fn root(error: &::reqwest::Error) -> String {
    causes(error)
        .last()
        .map_or_else(String::new, ToString::to_string)
}
