//! One caller of a flight: its answer, and the body as it reads it.

use std::error::Error as StdError;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Response;
use http_body::{Body as HttpBody, Frame};
use netopt_core::outcome::{Failure, FailureKind};
use netopt_core::phase::Phase;
use netopt_core::unit;

use super::Flights;
use super::flight::Flight;
use super::key::Key;
use super::log::Found;
use crate::body::Body;
use crate::error::Error;

/// One caller of a flight. Dropping it leaves.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) flight: Arc<Flight>,
    pub(super) id: u64,
    /// Where it leaves from.
    pub(super) flights: Arc<Flights>,
    pub(super) key: Key,
    /// Whether the request is its own.
    pub(super) first: bool,
    /// Whether it has read the end, or an error.
    pub(super) done: bool,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.flights.leave(&self.key, &self.flight, self.id);
    }
}

impl Seat {
    /// The answer, when its head is here.
    pub(super) async fn answer(self) -> Result<Response<Body>, Error> {
        let head = poll_fn(|cx| {
            let mut state = self.flight.state();
            match &state.head {
                Some(Ok((status, headers, decoded))) => {
                    let attempt = state.attempt.filter(|_| self.first);
                    Poll::Ready(Ok((*status, headers.clone(), *decoded, attempt)))
                }
                Some(Err(error)) => Poll::Ready(Err(copy(error))),
                None => {
                    state.wait(cx);
                    Poll::Pending
                }
            }
        });
        let (status, headers, decoded, attempt) = head.await?;
        let mut response = Response::new(Body::stream(self));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        let extensions = response.extensions_mut();
        decoded.and_then(|decoded| extensions.insert(decoded));
        attempt.and_then(|attempt| extensions.insert(attempt));
        Ok(response)
    }
}

impl HttpBody for Seat {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        if this.done {
            return Poll::Ready(None);
        }
        let mut state = this.flight.state();
        let found = state.log.read(this.id);
        // It may have read the last piece, and then more is wanted.
        state.wake_driver();
        let next = match found {
            Found::Piece(piece) => return Poll::Ready(Some(Ok(Frame::data(piece)))),
            Found::Cut => Some(Err(cut(this.flight.window))),
            Found::Nothing => match &state.end {
                Some(Ok(trailers)) => trailers.clone().map(|all| Ok(Frame::trailers(all))),
                Some(Err(error)) => Some(Err(copy(error))),
                None => {
                    state.wait(cx);
                    return Poll::Pending;
                }
            },
        };
        this.done = true;
        Poll::Ready(next)
    }
}

/// The error of the one call, for one of many.
fn copy(error: &Arc<Error>) -> Error {
    let copy = Error::shared(error.failure().clone());
    if error.source().is_none() {
        return copy;
    }
    copy.because(Beneath(Arc::clone(error)))
}

/// What is beneath a shared error; the error itself was copied.
#[derive(Debug)]
struct Beneath(Arc<Error>);

impl fmt::Display for Beneath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .source()
            .map_or(Ok(()), |source| fmt::Display::fmt(source, f))
    }
}

impl StdError for Beneath {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()?.source()
    }
}

fn cut(window: usize) -> Error {
    let window = unit::Bytes::new(window as u64);
    Error::shared(Failure {
        kind: FailureKind::Other,
        phase: Phase::Receive,
        message: format!(
            "this call shares the answer of an identical one and read it more than {window} behind the fastest reader; \
             read faster, or raise the window"
        ),
    })
}
