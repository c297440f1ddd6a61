//! A body that holds on to something until it is over.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::{Body, Kind};
use crate::error::Error;

/// A body, and what is let go at its end, at its failure, or when it is dropped.
struct Held<T> {
    body: Body,
    held: Option<T>,
}

impl Body {
    /// The same body; `held` is dropped as soon as nothing more of it will come.
    pub(crate) fn holding<T: Send + Unpin + 'static>(mut self, held: T) -> Self {
        match &mut self.0 {
            Kind::Empty | Kind::Full(_) => return self,
            Kind::Arriving(answer) => {
                answer.hold(Box::new(held));
                return self;
            }
            Kind::Stream(_) => {}
        }
        let held = Some(held);
        Self::ours(Held { body: self, held })
    }
}

impl<T: Unpin> HttpBody for Held<T> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) || this.body.is_end_stream() {
            this.held = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
