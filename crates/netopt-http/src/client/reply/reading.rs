//! The reading of an answer: what came, what is still to come, and when the call is over.
//!
//! It lies in one box from the head on, so that an answer is handed from hand to hand without copying it. What it leaves
//! alone: the face that a program sees ([`Reply`](super::Reply)), and what the bytes mean ([`Decoder`]).

use std::any::Any;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{Extensions, HeaderMap, Response, StatusCode, header};
use http_body::{Body as _, Frame};
use hyper::body::Incoming;
use netopt_core::encoding::Encoding;
use netopt_core::exchange::Exchange;
use netopt_core::outcome::{Failure, FailureKind, Outcome};
use netopt_core::phase::Phase;
use netopt_core::unit;
use tokio::time::Instant;

use crate::bell::Bell;
use crate::body::{Arriving, frame};
use crate::client::answer::{closes, describe};
use crate::client::carrier::Loan;
use crate::deadline::{Deadline, HeadBy};
use crate::decode::Decoder;
use crate::error::Error;
use crate::ledger::Entry;
use crate::reach::recording::{Phases as _, Recording};

/// So much of what has arrived is decoded at once.
const DECODED_AT_ONCE: usize = 16 * 1024;

/// An answer that is being read.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) head: Parts,
    body: Incoming,
    decoder: Option<Decoder>,
    /// What has arrived and is not decoded yet.
    pub(super) raw: Bytes,
    /// `None` as soon as nothing more will come.
    pub(super) loan: Option<Loan>,
    pub(super) recording: Box<Recording>,
    pub(super) bounds: Bounds,
    begun: Instant,
    arrived: Instant,
    pub(super) failure: Option<Failure>,
    /// Rings when the reader has waited for too long; goes back with the loan.
    bell: Bell,
    /// Since when the reader waits, where a silence has a bound.
    waiting: Option<Instant>,
    trailers: Option<HeaderMap>,
    /// The peer closes the connection behind it.
    pub(super) closes: bool,
    cut: Cut,
    /// What others let go when the body is over.
    held: Option<Box<dyn Any + Send>>,
    pub(super) teller: Teller,
}

/// Whether there was more of the body than was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    No,
    /// Nobody who reads it as a body was told yet.
    Untold,
    Told,
}

/// Who asks about the call when it is over.
#[derive(Debug)]
pub(super) enum Teller {
    /// Whoever reads it.
    Reader,
    /// The ledger of its request.
    Ledger(Entry),
    Nobody,
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
    pub(crate) fn of(own: Deadline, extensions: Option<&Extensions>, body: unit::Bytes) -> Self {
        let call = own.tighter(extensions.and_then(Deadline::of));
        Self {
            call,
            head: call.tighter(extensions.and_then(HeadBy::of)),
            stall: None,
            body,
        }
    }
}

impl Reading {
    pub(super) fn new(
        response: Response<Incoming>,
        (loan, bell): (Loan, Bell),
        mut recording: Box<Recording>,
        bounds: Bounds,
    ) -> Result<Box<Self>, (Error, Box<Recording>)> {
        let (head, body) = response.into_parts();
        if head.status == StatusCode::SWITCHING_PROTOCOLS {
            return Err((switched(), recording));
        }
        let encoding = encoding_of(&head.headers);
        let decoder = match encoding.map(Decoder::new).transpose() {
            Ok(decoder) => decoder,
            Err(error) => {
                recording.answer = Some(describe(&head));
                return Err((undecodable(error), recording));
            }
        };
        let begun = recording.answered_at();
        let mut reading = Box::new(Self {
            closes: closes(&head),
            head,
            body,
            decoder,
            raw: Bytes::new(),
            loan: Some(loan),
            recording,
            bounds,
            begun,
            arrived: begun,
            failure: None,
            bell,
            waiting: None,
            trailers: None,
            cut: Cut::No,
            held: None,
            teller: Teller::Reader,
        });
        if reading.body.is_end_stream() {
            reading.release(begun);
        }
        Ok(reading)
    }

    /// The next piece, decoded; `None` at the end, and after an error.
    pub(super) fn poll_chunk(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Error>> {
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
                if self.decoder.is_none() {
                    self.settle()?;
                }
                return Poll::Ready(Ok(Some(piece)));
            }
            if self.loan.is_none() {
                self.settle()?;
                return Poll::Ready(Ok(None));
            }
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
                return self.poll_bell(cx).map(Err);
            };
            self.waiting = None;
            match frame {
                None if self.is_cut_short() => return Poll::Ready(Err(cut_short())),
                None => self.release(Instant::now()),
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
        if !matches!(self.teller, Teller::Nobody) {
            self.recording.arrivals.note(now - self.begun, came);
        }
        self.raw = data;
        if cut {
            self.break_off();
        } else if self.body.is_end_stream() {
            // Known by the length that the head told: nobody needs to ask once more.
            self.release(now);
        }
    }

    /// Breaks off in the middle of the body; what has arrived is still decoded.
    pub(super) fn break_off(&mut self) {
        self.cut = Cut::Untold;
        self.recording.leave(Instant::now());
        self.recording.land();
        self.loan = None;
        self.held = None;
    }

    /// Whether a stream of HTTP/2 was reset in the middle of its body. The engine takes a reset without an error (RFC 9113
    /// §8.1), or with that of a cancelled request, for the end.
    fn is_cut_short(&self) -> bool {
        let left = self.body.size_hint().exact();
        !self.body.is_end_stream() && left.is_some_and(|left| left > 0)
    }

    /// The body came in whole: marks the phase, asks the kernel, gives the connection back. What came is still to be decoded.
    fn release(&mut self, now: Instant) {
        self.recording.leave(now);
        self.recording.land();
        if let Some(mut loan) = self.loan.take()
            && !self.closes
        {
            loan.leave_bell(std::mem::take(&mut self.bell));
            loan.give_back();
        }
        self.held = None;
    }

    /// The reader has all that came, if nothing more will come: the call is over.
    fn settle(&mut self) -> Result<(), Error> {
        if self.loan.is_some() || !self.raw.is_empty() || self.failure.is_some() {
            return Ok(());
        }
        if let Some(mut decoder) = self.decoder.take()
            && self.recording.traffic.body > unit::Bytes::ZERO
            && self.cut == Cut::No
        {
            decoder.finish().map_err(undecodable)?;
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
        self.held = None;
        self.enter(Outcome::Failed(error.failure().clone()));
    }

    pub(super) fn enter(&mut self, outcome: Outcome) {
        if matches!(self.teller, Teller::Ledger(_))
            && let Teller::Ledger(entry) = std::mem::replace(&mut self.teller, Teller::Nobody)
        {
            entry.enter(self.recording.begun(), self.tell(outcome));
        }
    }

    pub(super) fn tell(&mut self, outcome: Outcome) -> Exchange {
        if let Some(answer) = &mut self.recording.answer {
            answer.cut = self.cut != Cut::No;
        }
        self.recording.finish(outcome)
    }
}

impl Arriving for Reading {
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let mut piece = ready!(self.poll_chunk(cx));
        if self.cut == Cut::Untold && matches!(piece, Ok(None)) {
            self.cut = Cut::Told;
            piece = Err(Error::cut(self.bounds.body));
        }
        Poll::Ready(frame(piece, &mut self.trailers))
    }

    fn is_over(&self) -> bool {
        self.loan.is_none()
            && self.raw.is_empty()
            && self.decoder.is_none()
            && self.trailers.is_none()
            && self.cut != Cut::Untold
            && !matches!(self.teller, Teller::Ledger(_))
    }

    fn hold(&mut self, thing: Box<dyn Any + Send>) {
        if self.loan.is_some() {
            self.held = Some(match self.held.take() {
                None => thing,
                Some(earlier) => Box::new((earlier, thing)),
            });
        }
    }

    fn bound_silence(&mut self, bound: Duration) {
        self.bounds.stall = Some(bound);
    }
}

/// How the body is encoded, where we can decode it.
pub(super) fn encoding_of(headers: &HeaderMap) -> Option<Encoding> {
    let name = headers.get(header::CONTENT_ENCODING)?.to_str().ok()?;
    name.trim().parse().ok()
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
