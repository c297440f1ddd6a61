//! The body of an answer whose reader does not wait forever.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use netopt_core::phase::Phase;
use tokio::time::Instant;

use crate::bell::Bell;
use crate::body::Body;
use crate::deadline::Deadline;
use crate::error::Error;

/// A body with bounds on the waiting for it. That of a client keeps them itself.
#[derive(Debug)]
pub(super) struct Watched {
    body: Body,
    bound: Bound,
    bell: Bell,
    /// Since when the reader waits.
    waiting: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
enum Bound {
    /// On all of it.
    Whole(Deadline),
    /// On each silence.
    Silence(Duration),
}

impl Watched {
    /// The body, to be read by the deadline.
    pub(super) fn until(body: Body, deadline: Deadline) -> Body {
        // A client knows the deadline from the request.
        Self::over(body, Bound::Whole(deadline))
    }

    /// The body, with a bound on each silence.
    pub(super) fn without_silence(mut body: Body, stall: Duration) -> Body {
        if let Some(answer) = body.as_arriving() {
            answer.bound_silence(stall);
        }
        Self::over(body, Bound::Silence(stall))
    }

    fn over(body: Body, bound: Bound) -> Body {
        if !body.is_stream() {
            return body;
        }
        Body::ours(Self {
            body,
            bound,
            bell: Bell::default(),
            waiting: None,
        })
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            this.waiting = None;
            return Poll::Ready(frame);
        }
        let due = match this.bound {
            Bound::Whole(deadline) => deadline.at,
            Bound::Silence(stall) => {
                let since = *this.waiting.get_or_insert_with(Instant::now);
                Deadline::within(since, stall).at
            }
        };
        this.bell.poll(due, cx).map(|()| {
            this.body = Body::empty();
            Some(Err(match this.bound {
                Bound::Whole(deadline) => Error::timeout(Phase::Receive, deadline.bound),
                Bound::Silence(stall) => Error::silent(stall),
            }))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
