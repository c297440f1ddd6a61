//! What a body knows of an answer that a client reads.

use std::any::Any;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;

use crate::error::Error;

/// An answer as it comes in. It is a stream, and does by itself what would cost another stream a wrapper.
pub(crate) trait Arriving: Send {
    /// As of any body: its pieces, then its trailers. Who takes it for the whole body is told by an error when it is not.
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>>;

    /// Whether its reader has all that will come.
    fn is_over(&self) -> bool;

    /// Keeps `thing` until the body is over, fails, or is dropped.
    fn hold(&mut self, thing: Box<dyn Any + Send>);

    /// From now on a silence within the body has this bound.
    fn bound_silence(&mut self, bound: Duration);
}
