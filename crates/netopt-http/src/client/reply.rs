//! An answer as it comes in, and the exchange that it becomes.

mod reading;

use std::future::poll_fn;

use bytes::Bytes;
use http::{Extensions, HeaderMap, Response, StatusCode, header};
use hyper::body::Incoming;
use netopt_core::exchange::Exchange;
use netopt_core::outcome::Outcome;

use self::reading::{Reading, Teller, encoding_of};
use crate::bell::Bell;
use crate::body::Body;
use crate::client::answer::describe;
use crate::client::carrier::Loan;
use crate::decode::Decoded;
use crate::error::Error;
use crate::ledger::Entry;
use crate::reach::recording::Recording;

pub(crate) use self::reading::Bounds;

/// An answer whose head is here and whose body comes in.
///
/// Its connection is given back as soon as the last byte of the body is here, whoever has read it. Dropping it before closes an
/// HTTP/1.1 connection, because the rest would be in the way.
#[derive(Debug)]
pub struct Reply(Box<Reading>);

impl Reply {
    pub(crate) fn new(
        response: Response<Incoming>,
        lent: (Loan, Bell),
        recording: Box<Recording>,
        bounds: Bounds,
    ) -> Result<Self, (Error, Box<Recording>)> {
        Reading::new(response, lent, recording, bounds).map(Self)
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.head.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.head.headers
    }

    /// What is known of it beside.
    pub(crate) fn extensions(&self) -> &Extensions {
        &self.0.head.extensions
    }

    /// The next piece of the body, decoded; `None` at its end, and after an error.
    ///
    /// Cancel safe: a piece that was not returned is returned by the next call.
    ///
    /// # Errors
    /// When the peer breaks off, the deadline passes, or the body cannot be decoded.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        poll_fn(|cx| self.0.poll_chunk(cx)).await
    }

    /// The answer for a program: its head now, its body as it comes in.
    pub(crate) fn into_response(self, entry: Option<Entry>) -> Response<Body> {
        let mut reading = self.0;
        if entry.is_some() {
            reading.recording.answer = Some(describe(&reading.head));
        }
        let mut head = reading.head;
        let (parts, ()) = Response::new(()).into_parts();
        reading.head = parts;
        reading.head.status = head.status;
        if let Some(encoding) = encoding_of(&head.headers) {
            // What these describe does not arrive.
            head.extensions.insert(Decoded(encoding));
            head.headers.remove(header::CONTENT_ENCODING);
            head.headers.remove(header::CONTENT_LENGTH);
        }
        if let Some(entry) = &entry {
            head.extensions.insert(entry.id);
        }
        reading.teller = entry.map_or(Teller::Nobody, Teller::Ledger);
        if reading.loan.is_none() {
            // It has no body.
            reading.enter(Outcome::Answered(reading.head.status.as_u16()));
        }
        Response::from_parts(head, Body::arriving(reading))
    }

    /// The rest of the body in one piece, up to `most` bytes; a longer one is cut there and its connection closed.
    ///
    /// # Errors
    /// As [`Reply::chunk`].
    pub async fn bytes(&mut self, most: usize) -> Result<Bytes, Error> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            let room = most - all.len();
            all.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                self.0.raw = Bytes::new();
                self.0.break_off();
            }
        }
        Ok(Bytes::from(all))
    }

    /// Reads and drops the rest of the body, and tells all about the call.
    pub async fn finish(mut self) -> Exchange {
        while let Ok(Some(_)) = self.chunk().await {}
        let outcome = match self.0.failure.take() {
            Some(failure) => Outcome::Failed(failure),
            None => Outcome::Answered(self.0.head.status.as_u16()),
        };
        self.0.recording.answer = Some(describe(&self.0.head));
        self.0.tell(outcome)
    }
}
