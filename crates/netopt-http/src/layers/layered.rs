//! A layer around a service, as a service: what the tower services of this crate have in common, all but [`crate::batch`].
//!
//! A layer says what it does with a call; the rest of a service is the same for all of them.

use std::task::{Context, Poll};

use http::{Request, Response};
use tower::Service;

use crate::body::Body;
use crate::error::Error;
use crate::service::{HttpService, ResponseFuture};

/// What a layer does with a call to a service `S` that is ready. A layer of your own may be one, too:
///
/// ```
/// use http::{HeaderValue, Request};
/// use netopt_http::{Around, Body, HttpService, Layered, ResponseFuture};
///
/// /// Names the team that calls.
/// struct Team(HeaderValue);
///
/// impl<S: HttpService> Around<S> for Team {
///     fn call(&self, inner: &mut S, mut request: Request<Body>) -> ResponseFuture {
///         request.headers_mut().insert("x-team", self.0.clone());
///         Box::pin(inner.call(request))
///     }
/// }
///
/// fn named<S: HttpService>(inner: S) -> impl HttpService {
///     Layered::new(inner, Team(HeaderValue::from_static("checkout")))
/// }
/// ```
pub trait Around<S> {
    /// Makes the call, or answers in its place. What makes it later takes `inner` by [`take_ready`](crate::take_ready), because
    /// only the service that was asked is ready.
    fn call(&self, inner: &mut S, request: Request<Body>) -> ResponseFuture;
}

/// A service `S` with a layer `L` around it; it is ready when `S` is.
#[derive(Debug, Clone)]
pub struct Layered<S, L> {
    inner: S,
    layer: L,
}

impl<S, L> Layered<S, L> {
    /// Puts `layer` around `inner`.
    pub const fn new(inner: S, layer: L) -> Self {
        Self { inner, layer }
    }
}

impl<S, L> Service<Request<Body>> for Layered<S, L>
where
    S: HttpService,
    L: Around<S>,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> ResponseFuture {
        self.layer.call(&mut self.inner, request)
    }
}
