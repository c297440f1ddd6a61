//! A layer and all that it is around, shared.
//!
//! A tower layer clones what it is around for each call, to have one that is ready. Behind a box such a clone clones the boxes of
//! all layers below, one by one, and each of these does the same again. Here it counts one more reference.
//!
//! What it leaves alone: readiness. Whether there is room for a call is known only when its destination is, so all services here
//! are always ready, and one that is not is waited for within the call.

use std::any::Any;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use http::{Request, Response};
use tower::{Service, ServiceExt as _};

use crate::body::Body;
use crate::error::Error;
use crate::service::{HttpService, ResponseFuture};

/// A service of any kind; clones share it.
#[derive(Clone)]
pub struct Outer(Arc<dyn Shared>);

trait Shared: Send + Sync {
    fn ask(&self, request: Request<Body>) -> ResponseFuture;
}

impl Outer {
    pub(super) fn new<S>(service: S) -> Self
    where
        S: HttpService + Clone + Send + Sync + 'static,
    {
        Self(Arc::new(service))
    }

    /// Makes one call.
    pub(super) fn ask(&self, request: Request<Body>) -> ResponseFuture {
        self.0.ask(request)
    }
}

impl<S> Shared for S
where
    S: HttpService + Clone + Send + Sync + 'static,
{
    fn ask(&self, request: Request<Body>) -> ResponseFuture {
        let mut service = self.clone();
        match service.poll_ready(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => boxed(service.call(request)),
            Poll::Ready(Err(error)) => Box::pin(std::future::ready(Err(error))),
            Poll::Pending => Box::pin(service.oneshot(request)),
        }
    }
}

/// In a box, unless it is in one already, as the futures of our own layers are.
fn boxed<F>(future: F) -> ResponseFuture
where
    F: Future<Output = Result<Response<Body>, Error>> + Send + 'static,
{
    let mut slot = Some(future);
    let ours = (&mut slot as &mut dyn Any).downcast_mut::<Option<ResponseFuture>>();
    match (ours.and_then(Option::take), slot) {
        (Some(boxed), _) => boxed,
        (None, Some(future)) => Box::pin(future),
        (None, None) => unreachable!("what was taken was taken as a box"),
    }
}

impl Service<Request<Body>> for Outer {
    type Response = Response<Body>;
    type Error = Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> ResponseFuture {
        self.ask(request)
    }
}

impl std::fmt::Debug for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Not ready the first time it is asked.
    #[derive(Clone, Default)]
    struct Late {
        asked: Arc<AtomicUsize>,
        is_ready: bool,
    }

    impl Service<Request<Body>> for Late {
        type Response = Response<Body>;
        type Error = Error;
        type Future = std::future::Ready<Result<Response<Body>, Error>>;

        fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
            self.is_ready = self.asked.fetch_add(1, Ordering::Relaxed) > 0;
            if self.is_ready {
                return Poll::Ready(Ok(()));
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }

        fn call(&mut self, _: Request<Body>) -> Self::Future {
            assert!(self.is_ready, "called without being ready");
            std::future::ready(Ok(Response::new(Body::empty())))
        }
    }

    #[tokio::test]
    async fn a_service_that_is_not_ready_is_waited_for() {
        let late = Late::default();
        let outer = Outer::new(late.clone());
        let twice = Outer::new(outer.clone());
        for outer in [outer, twice] {
            outer.ask(Request::new(Body::empty())).await.unwrap();
        }
        assert_eq!(late.asked.load(Ordering::Relaxed), 3);
    }
}
