//! An answer as it comes in, and the exchange that it becomes.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{Extensions, HeaderMap, Response, StatusCode, header};
use http_body::{Body as _, Frame};
use hyper::body::Incoming;
use netopt_core::exchange::Exchange;
use netopt_core::outcome::{Failure, FailureKind, Outcome};
use netopt_core::phase::Phase;
use netopt_core::unit;
use tokio::time::Instant;

use crate::answer::describe;
use crate::bell::Bell;
use crate::body::Body;
use crate::carrier::Loan;
use crate::decode::{Decoded, Decoder};
use crate::error::Error;
use crate::ledger::Entry;
use crate::recording::Recording;
use crate::timeout::{Deadline, HeadBy};

/// So much of what has arrived is decoded at once.
const DECODED_AT_ONCE: usize = 16 * 1024;

/// An answer whose head is here and whose body comes in.
///
/// Dropping it before the end of the body closes an HTTP/1.1 connection, because the rest would be in the way.
#[derive(Debug)]
pub struct Reply {
    head: Parts,
    body: Incoming,
    decoder: Option<Decoder>,
    /// What has arrived and is not decoded yet.
    raw: Bytes,
    /// `None` as soon as nothing more will come.
    loan: Option<Loan>,
    recording: Box<Recording>,
    bounds: Bounds,
    begun: Instant,
    arrived: Instant,
    failure: Option<Failure>,
    /// Rings when the reader has waited for too long.
    bell: Bell,
    /// Since when the reader waits, where a silence has a bound.
    waiting: Option<Instant>,
    trailers: Option<HeaderMap>,
    /// It is longer than we were willing to read, and nobody who reads it as a body was told yet.
    cut: bool,
    /// Where the call is entered when it is over.
    entry: Option<Entry>,
}

/// How much and how long a reader reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Of the whole call.
    pub(crate) call: Deadline,
    /// Until the head is here.
    pub(crate) head: Deadline,
    /// The longest silence within the body.
    pub(crate) stall: Option<Duration>,
    pub(crate) body: unit::Bytes,
}

impl Bounds {
    /// Those of the client, or tighter ones that layers set.
    pub(crate) fn of(own: Deadline, extensions: &Extensions, body: unit::Bytes) -> Self {
        let call = own.tighter(Deadline::of(extensions));
        Self {
            call,
            head: call.tighter(HeadBy::of(extensions)),
            stall: None,
            body,
        }
    }
}

impl Reply {
    pub(crate) fn new(
        response: Response<Incoming>,
        loan: Loan,
        mut recording: Box<Recording>,
        bounds: Bounds,
    ) -> Result<Self, (Error, Box<Recording>)> {
        let (head, body) = response.into_parts();
        if head.status == StatusCode::SWITCHING_PROTOCOLS {
            return Err((switched(), recording));
        }
        let answer = describe(&head);
        let encoding = answer
            .encoding
            .as_deref()
            .and_then(|name| name.parse().ok());
        recording.answer = Some(answer);
        let decoder = match encoding.map(Decoder::new).transpose() {
            Ok(decoder) => decoder,
            Err(error) => return Err((undecodable(error), recording)),
        };
        let now = Instant::now();
        Ok(Self {
            head,
            body,
            decoder,
            raw: Bytes::new(),
            loan: Some(loan),
            recording,
            bounds,
            begun: now,
            arrived: now,
            failure: None,
            bell: Bell::default(),
            waiting: None,
            trailers: None,
            cut: false,
            entry: None,
        })
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// What is known of it beside.
    pub(crate) const fn extensions(&self) -> &Extensions {
        &self.head.extensions
    }

    /// The next piece of the body, decoded; `None` at its end, and after an error.
    ///
    /// Cancel safe: a piece that was not returned is returned by the next call.
    ///
    /// # Errors
    /// When the peer breaks off, the deadline passes, or the body cannot be decoded.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    /// As [`Reply::chunk`].
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        let next = ready!(self.poll_next(cx));
        if let Err(error) = &next {
            self.fail(error);
        }
        Poll::Ready(next)
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        loop {
            if let Some(piece) = self.decode()? {
                self.recording.traffic.decoded += unit::Bytes::new(piece.len() as u64);
                return Poll::Ready(Ok(Some(piece)));
            }
            if self.loan.is_none() {
                // Of an answer that was broken off.
                self.enter(Outcome::Answered(self.head.status.as_u16()));
                return Poll::Ready(Ok(None));
            }
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
                return self.poll_bell(cx).map(Err);
            };
            self.waiting = None;
            match frame {
                None if self.is_cut_short() => return Poll::Ready(Err(cut_short())),
                None => self.end()?,
                Some(Err(error)) => return Poll::Ready(Err(Error::engine(error, Phase::Receive))),
                // The bell is heard only when there is nothing to read, and that may never be so.
                Some(Ok(_)) if self.arrived >= self.bounds.call.at => {
                    return Poll::Ready(Err(self.late()));
                }
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.take(data),
                    Err(frame) => self.trailers = frame.into_trailers().ok(),
                },
            }
        }
    }

    /// As a body: its pieces, then its trailers. Who takes it for the whole body is told when it is not.
    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Poll::Ready(match ready!(self.poll_chunk(cx)) {
            Ok(Some(piece)) => Some(Ok(Frame::data(piece))),
            Ok(None) if std::mem::take(&mut self.cut) => Some(Err(Error::cut(self.bounds.body))),
            Ok(None) => self.trailers.take().map(|all| Ok(Frame::trailers(all))),
            Err(error) => Some(Err(error)),
        })
    }

    /// The answer for a program: its head now, its body as it comes in.
    pub(crate) fn into_response(mut self, entry: Option<Entry>) -> Response<Body> {
        let mut head = self.head;
        let (parts, ()) = Response::new(()).into_parts();
        self.head = parts;
        self.head.status = head.status;
        let encoding = head.headers.get(header::CONTENT_ENCODING);
        let encoding = encoding.and_then(|name| name.to_str().ok()?.trim().parse().ok());
        if let Some(encoding) = encoding {
            // What these describe does not arrive.
            head.extensions.insert(Decoded(encoding));
            head.headers.remove(header::CONTENT_ENCODING);
            head.headers.remove(header::CONTENT_LENGTH);
        }
        if let Some(entry) = &entry {
            head.extensions.insert(entry.id);
        }
        self.entry = entry;
        Response::from_parts(head, Body::reply(Box::new(self)))
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
                self.raw = Bytes::new();
                self.break_off();
            }
        }
        Ok(Bytes::from(all))
    }

    /// Reads and drops the rest of the body, and tells all about the call.
    pub async fn finish(mut self) -> Exchange {
        while let Ok(Some(_)) = self.chunk().await {}
        let outcome = match self.failure.take() {
            Some(failure) => Outcome::Failed(failure),
            None => Outcome::Answered(self.head.status.as_u16()),
        };
        self.recording.finish(outcome)
    }

    /// From now on a silence within the body has this bound.
    pub(crate) const fn set_stall(&mut self, bound: Duration) {
        self.bounds.stall = Some(bound);
    }

    /// Waits for the deadline, or the end of a silence that is too long.
    fn poll_bell(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        let deadline = self.bounds.call.at;
        let Some(stall) = self.bounds.stall else {
            return self.bell.poll(deadline, cx).map(|()| self.late());
        };
        let since = *self.waiting.get_or_insert_with(Instant::now);
        let due = Deadline::within(since, stall).at.min(deadline);
        self.bell.poll(due, cx).map(|()| match due {
            due if due == deadline => self.late(),
            _ => Error::silent(stall),
        })
    }

    fn late(&self) -> Error {
        Error::timeout(Phase::Receive, self.bounds.call.bound)
    }

    /// Some more of what has arrived, decoded; a little at a time, which bounds what a decompression bomb can do.
    fn decode(&mut self) -> Result<Option<Bytes>, Error> {
        while !self.raw.is_empty() {
            let piece = match &mut self.decoder {
                Some(decoder) => {
                    let some = self.raw.split_to(self.raw.len().min(DECODED_AT_ONCE));
                    decoder.decode(&some).map_err(undecodable)?
                }
                None => std::mem::take(&mut self.raw),
            };
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }

    /// Counts what arrived. What is beyond the limit is not wanted, nor is the connection that it stands in.
    fn take(&mut self, mut data: Bytes) {
        let now = Instant::now();
        let traffic = &mut self.recording.traffic;
        traffic.longest_gap = traffic.longest_gap.max(now - self.arrived);
        self.arrived = now;
        let room = self.bounds.body.saturating_sub(traffic.body).get();
        let cut = data.len() as u64 > room;
        data.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        let came = unit::Bytes::new(data.len() as u64);
        traffic.body += came;
        self.recording.arrivals.note(now - self.begun, came);
        self.raw = data;
        if cut {
            self.break_off();
        }
    }

    /// Breaks off in the middle of the body; what has arrived is still decoded.
    fn break_off(&mut self) {
        self.cut = true;
        if let Some(answer) = &mut self.recording.answer {
            answer.cut = true;
        }
        self.recording.leave(Instant::now());
        self.recording.land();
        self.loan = None;
    }

    /// Whether a stream of HTTP/2 was reset in the middle of its body. The engine takes a reset without an error (RFC 9113
    /// §8.1), or with that of a cancelled request, for the end.
    fn is_cut_short(&self) -> bool {
        let left = self.body.size_hint().exact();
        !self.body.is_end_stream() && left.is_some_and(|left| left > 0)
    }

    /// The body is over: marks the phase, asks the kernel, gives the connection back.
    fn end(&mut self) -> Result<(), Error> {
        if let Some(decoder) = &mut self.decoder
            && self.recording.traffic.body > unit::Bytes::ZERO
        {
            decoder.finish().map_err(undecodable)?;
        }
        self.recording.leave(Instant::now());
        self.recording.land();
        let closes = self.recording.answer.as_ref().is_some_and(|a| a.closes);
        if let Some(loan) = self.loan.take()
            && !closes
        {
            loan.give_back();
        }
        self.enter(Outcome::Answered(self.head.status.as_u16()));
        Ok(())
    }

    /// The connection is spoilt, and there is no more body.
    fn fail(&mut self, error: &Error) {
        self.failure = Some(error.failure().clone());
        self.raw = Bytes::new();
        self.recording.land();
        self.loan = None;
        self.enter(Outcome::Failed(error.failure().clone()));
    }

    fn enter(&mut self, outcome: Outcome) {
        if let Some(entry) = self.entry.take() {
            entry.enter(self.recording.begun(), self.recording.finish(outcome));
        }
    }
}

fn cut_short() -> Error {
    let message = "the peer broke off in the middle of the answer";
    Error::new(FailureKind::ClosedEarly, Phase::Receive, message)
}

/// What follows is no HTTP, so there is no answer to read.
fn switched() -> Error {
    let message = "the peer switches to another protocol (101), which this client does not follow";
    Error::new(FailureKind::Protocol, Phase::Receive, message)
}

fn undecodable(error: std::io::Error) -> Error {
    Error::new(
        FailureKind::Protocol,
        Phase::Receive,
        format!("the body cannot be decoded: {error}"),
    )
    .because(error)
}
