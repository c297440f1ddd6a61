//! What every layer goes around, under one name.
//!
//! A layer is a tower layer over any service that takes a `Request<Body>` and answers as the client does. What that means in
//! bounds is said here once.

use std::pin::Pin;

use http::{Request, Response};
use tower::Service;

use crate::body::Body;
use crate::error::Error;

/// A service that makes HTTP calls: the [`crate::Client`], a layer around it, or one of your own.
///
/// Every service with these types is one; there is nothing to implement.
pub trait HttpService:
    Service<Request<Body>, Response = Response<Body>, Error = Error, Future: Send + 'static>
{
}

impl<S> HttpService for S
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Error>,
    S::Future: Send + 'static,
{
}

/// The head of an answer to come, in a box.
pub type ResponseFuture = Pin<Box<dyn Future<Output = Result<Response<Body>, Error>> + Send>>;

/// Takes the service that is ready, and leaves a clone of it that may not be: only the one that was asked may be called.
pub fn take_ready<S: Clone>(service: &mut S) -> S {
    let next = service.clone();
    std::mem::replace(service, next)
}
