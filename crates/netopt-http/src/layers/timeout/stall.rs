//! The bound on a silence within a body, as a layer.
//!
//! A bound on the whole call is wrong for a long body: either it breaks off what goes well, or it waits for long when
//! nothing goes any more. Here the time between two pieces has a bound, and only while somebody waits for the next one: a
//! slow reader is no slow peer. Of a request only a body that streams is watched. One in memory is handed to the kernel,
//! whose own bound is `tcp.user_timeout`.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use http::{Request, Response};
use tokio::time::Instant;
use tower::Layer;

use super::upload::{Progress, Turn, Upload};
use super::watched::Watched;
use crate::bell::Bell;
use crate::body::Body;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::layers::layered::{Around, Layered};
use crate::service::{HttpService, ResponseFuture};

/// Bounds the silences within bodies.
#[derive(Debug, Clone, Copy)]
pub struct StallLayer {
    bound: Duration,
}

impl StallLayer {
    /// The longest silence, from one piece of a body to the next.
    #[must_use]
    pub const fn new(bound: Duration) -> Self {
        Self { bound }
    }
}

impl<S> Layer<S> for StallLayer {
    type Service = Stall<S>;

    fn layer(&self, inner: S) -> Stall<S> {
        Layered::new(inner, *self)
    }
}

/// A service whose bodies do not fall silent for longer than a bound.
pub type Stall<S> = Layered<S, StallLayer>;

impl<S> Around<S> for StallLayer
where
    S: HttpService,
{
    fn call(&self, inner: &mut S, request: Request<Body>) -> ResponseFuture {
        let bound = self.bound;
        let (head, body) = request.into_parts();
        let progress = body.is_stream().then(|| Progress::new(Instant::now()));
        let body = match &progress {
            Some(progress) => Body::ours(Upload::new(body, progress.clone())),
            None => body,
        };
        let answer = inner.call(Request::from_parts(head, body));
        Box::pin(async move {
            let response = match progress {
                Some(progress) => watching(answer, &progress, bound).await?,
                None => answer.await?,
            };
            Ok(response.map(|body| Watched::without_silence(body, bound)))
        })
    }
}

/// Waits for the answer, and for the end of an upload that stands still.
async fn watching<F>(answer: F, progress: &Progress, bound: Duration) -> F::Output
where
    F: Future<Output = Result<Response<Body>, Error>>,
{
    let mut answer = pin!(answer);
    let mut bell = Bell::default();
    poll_fn(|cx| {
        if let Poll::Ready(answer) = answer.as_mut().poll(cx) {
            return Poll::Ready(answer);
        }
        // Nobody tells when the turn passes, so the bell looks again each time it rings.
        loop {
            let (turn, since) = progress.get();
            if turn == Turn::Over {
                return Poll::Pending;
            }
            let due = Deadline::within(since, bound).at;
            if bell.poll(due, cx).is_pending() {
                return Poll::Pending;
            }
            match turn {
                // Looking for a connection has bounds of its own.
                Turn::Unasked => progress.begin_again(),
                _ if progress.get() == (turn, since) => {
                    return Poll::Ready(Err(turn.overdue(bound)));
                }
                _ => {}
            }
        }
    })
    .await
}
