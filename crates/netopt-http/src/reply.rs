//! An answer as it comes in, and the exchange that it becomes.

use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use netopt_core::exchange::{Answer, Exchange};
use netopt_core::outcome::{FailureKind, Outcome};
use netopt_core::phase::Phase;
use netopt_core::unit;
use tokio::time::{Instant, timeout_at};

use crate::connections::Carrier;
use crate::decode::Decoder;
use crate::error::Error;
use crate::recording::Recording;

/// An answer whose head is here and whose body comes in.
///
/// Dropping it before the end of the body closes an HTTP/1.1 connection, because the rest would be in the way.
#[derive(Debug)]
pub struct Reply {
    head: Parts,
    body: Incoming,
    decoder: Option<Decoder>,
    loan: Loan,
    recording: Box<Recording>,
    bounds: Bounds,
    arrived: Instant,
    ended: bool,
}

/// How much and how long a reader reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) deadline: Instant,
    pub(crate) timeout: Duration,
    pub(crate) body: unit::Bytes,
}

impl Reply {
    pub(crate) fn new(
        head: Parts,
        body: Incoming,
        mut carrier: Carrier,
        mut recording: Box<Recording>,
        bounds: Bounds,
    ) -> Result<Self, (Error, Box<Recording>)> {
        let answer = describe(&head);
        if answer.closes {
            carrier.close();
        }
        let encoding = answer
            .encoding
            .as_deref()
            .and_then(|name| name.parse().ok());
        recording.answer = Some(answer);
        let decoder = match encoding.map(Decoder::new).transpose() {
            Ok(decoder) => decoder,
            Err(error) => return Err((undecodable(error), recording)),
        };
        let arrived = Instant::now();
        Ok(Self {
            head,
            body,
            decoder,
            loan: Loan(Some(carrier)),
            recording,
            bounds,
            arrived,
            ended: false,
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

    /// The next piece of the body, decoded; `None` at its end.
    ///
    /// Cancel safe: a piece that was not returned is returned by the next call.
    ///
    /// # Errors
    /// When the peer breaks off, the deadline passes, or the body cannot be decoded.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        while !self.ended {
            let frame = timeout_at(self.bounds.deadline, self.body.frame())
                .await
                .map_err(|_| Error::timeout(Phase::Receive, self.bounds.timeout))?;
            let Some(frame) = frame else {
                self.end();
                break;
            };
            let frame = frame.map_err(|error| Error::engine(error, Phase::Receive))?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            self.note_arrival(&data);
            let decoded = match &mut self.decoder {
                Some(decoder) => decoder.decode(&data).map_err(undecodable)?,
                None => data,
            };
            self.recording.traffic.decoded += unit::Bytes::new(decoded.len() as u64);
            if self.recording.traffic.body >= self.bounds.body {
                self.cut();
            }
            if !decoded.is_empty() {
                return Ok(Some(decoded));
            }
        }
        Ok(None)
    }

    /// The rest of the body in one piece, `most` bytes of it at the most.
    ///
    /// # Errors
    /// As [`Reply::chunk`].
    pub async fn bytes(&mut self, most: usize) -> Result<Bytes, Error> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            let room = most.saturating_sub(all.len());
            all.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        Ok(Bytes::from(all))
    }

    /// Reads and drops the rest of the body, and tells all about the call.
    pub async fn finish(mut self) -> Exchange {
        let outcome = loop {
            match self.chunk().await {
                Ok(Some(_)) => {}
                Ok(None) => break Outcome::Answered(self.head.status.as_u16()),
                Err(error) => {
                    self.give_back();
                    break Outcome::Failed(error.failure().clone());
                }
            }
        };
        self.recording.finish(outcome)
    }

    fn note_arrival(&mut self, data: &Bytes) {
        let now = Instant::now();
        let traffic = &mut self.recording.traffic;
        traffic.longest_gap = traffic.longest_gap.max(now - self.arrived);
        traffic.body += unit::Bytes::new(data.len() as u64);
        self.arrived = now;
    }

    /// The body is over: marks the phase, asks the kernel, gives the connection back.
    fn end(&mut self) {
        let now = Instant::now();
        let span = self.recording.timeline.span(Phase::Wait);
        let start = span.map_or(now, |wait| self.recording.begun + wait.end());
        self.recording.mark(Phase::Receive, start, now);
        self.ended = true;
        self.take_leave();
    }

    /// Enough was read: the rest is not wanted, nor is the connection that it stands in.
    fn cut(&mut self) {
        if let Some(answer) = &mut self.recording.answer {
            answer.cut = true;
        }
        self.loan.close();
        self.end();
    }

    /// After a failure: the connection is spoilt.
    fn give_back(&mut self) {
        self.loan.close();
        self.take_leave();
    }

    fn take_leave(&mut self) {
        if let Some(carrier) = self.loan.0.take() {
            let traffic = &mut self.recording.traffic;
            traffic.sent = carrier.wire.sent().saturating_sub(traffic.sent);
            traffic.received = carrier.wire.received().saturating_sub(traffic.received);
            traffic.held = carrier.wire.take_held();
            self.recording.path = carrier.wire.info().map(|info| info.sample());
        }
    }
}

/// The connection while the body comes in. Dropped too early it closes, because the rest would be in the way.
#[derive(Debug)]
struct Loan(Option<Carrier>);

impl Loan {
    fn close(&mut self) {
        if let Some(carrier) = &mut self.0 {
            carrier.close();
        }
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        self.close();
    }
}

fn undecodable(error: std::io::Error) -> Error {
    Error::new(
        FailureKind::Protocol,
        Phase::Receive,
        format!("the body cannot be decoded: {error}"),
    )
    .because(error)
}

fn describe(head: &Parts) -> Answer {
    let text =
        |name: header::HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    let connection = text(header::CONNECTION)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let says = |token: &str| connection.split(',').any(|part| part.trim() == token);
    let old = head.version == http::Version::HTTP_10 && !says("keep-alive");
    Answer {
        encoding: text(header::CONTENT_ENCODING).map(|value| value.trim().to_ascii_lowercase()),
        content_type: text(header::CONTENT_TYPE).map(|value| {
            value
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase()
        }),
        server: text(header::SERVER).map(|value| value.chars().take(60).collect()),
        closes: says("close") || old,
        server_time: head
            .headers
            .get("server-timing")
            .and_then(|value| value.to_str().ok())
            .and_then(total_server_time),
        cut: false,
    }
}

/// The metric named `total` of a `Server-Timing` header, in milliseconds there (W3C Server Timing §3).
fn total_server_time(header: &str) -> Option<Duration> {
    let total = header
        .split(',')
        .find(|metric| metric.trim().split(';').next() == Some("total"))?;
    let millis = total
        .split(';')
        .find_map(|part| part.trim().strip_prefix("dur="))?;
    let millis: f64 = millis.trim_matches('"').parse().ok()?;
    Duration::try_from_secs_f64(millis / 1e3).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_timing_total_is_found() {
        let cases = [
            ("db;dur=53.2, total;dur=120.5", Some(120_500)),
            ("total;desc=\"all\";dur=2", Some(2_000)),
            ("db;dur=53", None),
            ("total;dur=-1", None),
        ];
        for (header, micros) in cases {
            assert_eq!(
                total_server_time(header),
                micros.map(Duration::from_micros),
                "{header}"
            );
        }
    }
}
