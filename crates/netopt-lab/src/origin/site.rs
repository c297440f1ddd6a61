//! What all connections of an origin share, and how a request becomes an answer.
//!
//! A request waits for a worker, keeps it for the drawn time, and is answered. Everything random is drawn on arrival, in
//! the order of arrivals, so a client that sends one request after the other sees the same sequence for the same seed.
//! What it leaves alone: connections and how they are written to.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Version};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::answer::{Answer, Content};
use super::body;
use super::compress::{Encoded, Encoding};
use super::lifetime::Lifetime;
use super::served::Ledger;
use super::{Compress, Failure, OriginSpec};
use crate::alarm::Alarm;

/// The piece that huge bodies are made of.
const STREAM_CHUNK: netopt_core::unit::Bytes = netopt_core::unit::Bytes::new(64 * 1024);

/// The shared state of an origin.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) spec: OriginSpec,
    pub(super) alarm: Alarm,
    pub(super) ledger: Arc<Ledger>,
    body: Encoded,
    stream_chunk: Bytes,
    random: Mutex<Xoshiro256PlusPlus>,
    workers: Option<Semaphore>,
}

/// What was drawn for one request.
struct Lot {
    time: Duration,
    error: Option<StatusCode>,
}

impl Site {
    pub(super) fn new(spec: OriginSpec) -> io::Result<Self> {
        let mut piece = spec.body;
        piece.size = STREAM_CHUNK;
        Ok(Self {
            alarm: Alarm::start()?,
            ledger: Arc::new(Ledger::new(Instant::now())),
            body: Encoded::new(body::generate(spec.body, spec.seed)),
            stream_chunk: body::generate(piece, spec.seed),
            // Not the body's own stream, so that times do not change with the body's size.
            random: Mutex::new(Xoshiro256PlusPlus::seed_from_u64(!spec.seed)),
            workers: spec.service.workers.map(Semaphore::new),
            spec,
        })
    }

    /// Serves one request.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        lifetime: Arc<Lifetime>,
    ) -> Result<Response<Answer>, Infallible> {
        let in_flight = lifetime.begin();
        self.ledger.request(request.method());
        let lot = self.draw();
        let (head, body) = request.into_parts();
        discard(body).await;
        if self.spec.failure == Failure::NeverAnswers {
            pending::<()>().await;
        }
        self.work(lot.time).await;
        let mut headers = HeaderMap::new();
        if in_flight.is_last() && head.version != Version::HTTP_2 {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let (status, content) = match lot.error {
            Some(status) => (status, refusal(status, &mut headers)),
            None => (
                StatusCode::OK,
                self.content(&head.headers, &mut headers).await,
            ),
        };
        let mut response = Response::new(Answer::new(content, in_flight));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    fn draw(&self) -> Lot {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        let service = &self.spec.service;
        Lot {
            time: service.time.sample(&mut *random),
            // Drawn even when errors are off, so that switching them on moves nothing else.
            error: Some(random.random::<f64>()).and_then(|drawn| {
                let errors = service.errors?;
                (drawn < errors.share.get()).then_some(errors.status)
            }),
        }
    }

    /// Waits for a worker and keeps it for `time`.
    async fn work(&self, time: Duration) {
        let _worker = match &self.workers {
            Some(workers) => {
                let worker = workers.acquire().await;
                Some(worker.expect("the semaphore is never closed"))
            }
            None => None,
        };
        if !time.is_zero() {
            self.alarm.until(Instant::now() + time).await;
        }
    }

    async fn content(&self, asked: &HeaderMap, headers: &mut HeaderMap) -> Content {
        let media_type = body::media_type(self.spec.body.kind);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        match self.spec.failure {
            Failure::CloseMidBody(after) => return Content::cut(&self.body.plain(), after.get()),
            Failure::Huge(size) => return self.stream(Some(size.get())),
            Failure::Endless => return self.stream(None),
            Failure::None | Failure::NotHttp | Failure::NeverAnswers => {}
        }
        if self.spec.compress == Compress::WhenAsked {
            headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
            if let Some(encoding) = Encoding::accepted(asked)
                && let Some(encoded) = self.body.get(encoding).await
            {
                let name = HeaderValue::from_static(encoding.name());
                headers.insert(CONTENT_ENCODING, name);
                return Content::Whole(Some(encoded));
            }
        }
        Content::Whole(Some(self.body.plain()))
    }

    fn stream(&self, left: Option<u64>) -> Content {
        Content::Stream {
            chunk: self.stream_chunk.clone(),
            left,
        }
    }
}

fn refusal(status: StatusCode, headers: &mut HeaderMap) -> Content {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Content::Whole(Some(Bytes::from(format!("{status}\n"))))
}

/// Reads a request's body to its end, or to where the client broke off.
async fn discard(mut body: Incoming) {
    while !body.is_end_stream() {
        match body.frame().await {
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return,
        }
    }
}
