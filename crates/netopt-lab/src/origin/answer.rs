//! The body of an answer: whole, streamed without end, or cut off.
//!
//! It also keeps its request in flight: the connection counts as busy until the last byte was taken from here. What it
//! leaves alone: deciding which of these it is.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::lifetime::InFlight;

/// Between the last byte and the cut, so that the server has sent what it was given before it closes.
const BEFORE_CUT: Duration = Duration::from_millis(5);

/// A body on its way out.
pub(super) struct Answer {
    content: Content,
    _in_flight: InFlight,
}

/// What an answer carries.
pub(super) enum Content {
    /// All of it at once; `None` when taken.
    Whole(Option<Bytes>),
    /// The same bytes over and over, until `left` have been sent; `None` is for ever.
    Stream { chunk: Bytes, left: Option<u64> },
    /// Less than was announced, then an error.
    Cut {
        announced: u64,
        part: Option<Bytes>,
        pause: Pin<Box<Sleep>>,
    },
}

impl Content {
    /// The first `after` bytes of `body`, at least one too few, under the announcement of the whole.
    pub(super) fn cut(body: &Bytes, after: u64) -> Self {
        let announced = (body.len() as u64).max(1);
        let part = after.min(announced - 1);
        let part = usize::try_from(part).expect("less than the body");
        Self::Cut {
            announced,
            part: Some(body.slice(..part)),
            pause: Box::pin(sleep(BEFORE_CUT)),
        }
    }

    /// How many bytes it announces; `None` when it does not know.
    fn announced(&self) -> Option<u64> {
        match self {
            Self::Whole(body) => Some(body.as_ref().map_or(0, Bytes::len) as u64),
            Self::Stream { left, .. } => *left,
            Self::Cut { announced, .. } => Some(*announced),
        }
    }
}

impl Answer {
    pub(super) const fn new(content: Content, in_flight: InFlight) -> Self {
        Self {
            content,
            _in_flight: in_flight,
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("announced", &self.content.announced())
            .finish_non_exhaustive()
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut self.content {
            Content::Whole(body) => Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
            Content::Stream { left: Some(0), .. } => Poll::Ready(None),
            Content::Stream { chunk, left } => {
                let mut next = chunk.clone();
                if let Some(left) = left {
                    next.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
                    *left -= next.len() as u64;
                }
                Poll::Ready(Some(Ok(Frame::data(next))))
            }
            Content::Cut { part, pause, .. } => {
                if let Some(part) = part.take()
                    && !part.is_empty()
                {
                    return Poll::Ready(Some(Ok(Frame::data(part))));
                }
                ready!(pause.as_mut().poll(cx));
                let cut = io::Error::new(io::ErrorKind::ConnectionAborted, "cut off as planted");
                Poll::Ready(Some(Err(cut)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole(body) => body.as_ref().is_none_or(Bytes::is_empty),
            Content::Stream { left, .. } => *left == Some(0),
            Content::Cut { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.content
            .announced()
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
