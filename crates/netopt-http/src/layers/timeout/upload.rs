//! The streaming body of a request on its way out, and who keeps it waiting: its source, or the peer that takes no more.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;
use tokio::time::Instant;

use crate::body::Body;
use crate::error::Error;

/// Whose turn it is, and since when.
#[derive(Debug, Clone)]
pub(super) struct Progress(Arc<Mutex<(Turn, Instant)>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nobody asked for the body yet.
    Unasked,
    /// The source of the body has to bring more.
    Source,
    /// The peer has to take what there is.
    Peer,
    /// All of it is out, or nobody wants it any more.
    Over,
}

impl Progress {
    pub(super) fn new(now: Instant) -> Self {
        Self(Arc::new(Mutex::new((Turn::Unasked, now))))
    }

    /// Whose turn it is and since when.
    pub(super) fn get(&self) -> (Turn, Instant) {
        *self.entry()
    }

    /// Looked at while nobody had asked: the time counts from now.
    pub(super) fn begin_again(&self) {
        let mut entry = self.entry();
        if entry.0 == Turn::Unasked {
            entry.1 = Instant::now();
        }
    }

    fn pass_to(&self, turn: Turn) {
        *self.entry() = (turn, Instant::now());
    }

    fn entry(&self) -> MutexGuard<'_, (Turn, Instant)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// What is wrong when it lasts for longer than `bound`.
    pub(super) fn overdue(self, bound: Duration) -> Error {
        let bound = show_duration(bound);
        let (kind, message) = match self {
            Self::Source => (
                FailureKind::SourceTimeout,
                format!("the source of the request's body brought nothing for {bound}"),
            ),
            Self::Unasked | Self::Peer | Self::Over => (
                FailureKind::RequestTimeout,
                format!("the peer took nothing more of the request's body for {bound}"),
            ),
        };
        Error::new(kind, Phase::Send, message)
    }
}

/// A body that notes its progress.
#[derive(Debug)]
pub(super) struct Upload {
    body: Body,
    progress: Progress,
}

impl Upload {
    pub(super) const fn new(body: Body, progress: Progress) -> Self {
        Self { body, progress }
    }
}

impl HttpBody for Upload {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        let frame = Pin::new(&mut this.body).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(_))) => this.progress.pass_to(Turn::Peer),
            Poll::Ready(None | Some(Err(_))) => this.progress.pass_to(Turn::Over),
            Poll::Pending if this.progress.get().0 != Turn::Source => {
                this.progress.pass_to(Turn::Source);
            }
            Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Upload {
    /// Of a body whose length is known the engine may not ask for the end.
    fn drop(&mut self) {
        self.progress.pass_to(Turn::Over);
    }
}
