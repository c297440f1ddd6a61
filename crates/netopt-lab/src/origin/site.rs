//! What all connections of an origin share, and how a request becomes an answer.
//!
//! A request waits for a worker, keeps it for the drawn time, and is answered. What it leaves alone: connections and how
//! they are written to.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, LOCATION, VARY,
};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::Instant;

use super::answer::{Answer, Content};
use super::compress::{Encoded, Encoding};
use super::lifetime::Lifetime;
use super::overload::Ahead;
use super::served::Ledger;
use super::{Compress, Errors, Failure, OriginSpec, Route, body, route, validator};
use crate::socket::Manner;
use crate::traffic::Meter;
use crate::work::Work;

/// The piece that huge bodies are made of.
const STREAM_CHUNK: netopt_core::unit::Bytes = netopt_core::unit::Bytes::new(64 * 1024);

/// The shared state of an origin.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) spec: OriginSpec,
    pub(super) manner: Manner,
    pub(super) ledger: Ledger,
    pub(super) meter: Arc<Meter>,
    body: Encoded,
    stream_chunk: Bytes,
    work: Work,
    ahead: Option<Ahead>,
}

/// What a server answers that has too much to do.
const TOO_MUCH: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

impl Site {
    pub(super) fn new(spec: OriginSpec) -> io::Result<Self> {
        let mut piece = spec.body.clone();
        piece.size = STREAM_CHUNK;
        let meter = Arc::new(Meter::default());
        Ok(Self {
            manner: Manner::new(&spec.socket, &meter),
            ledger: Ledger::new(Instant::now(), Arc::clone(&meter)),
            meter,
            body: Encoded::new(body::generate(&spec.body, spec.seed)),
            stream_chunk: body::generate(&piece, spec.seed),
            ahead: spec
                .service
                .overload
                .map(|overload| Ahead::new(overload, Instant::now())),
            work: Work::new(spec.service.time, spec.service.workers, spec.seed)?
                .thrashing(spec.service.thrash_above),
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
        self.ledger.request(request.method(), path(request.uri()));
        let lot = self.work.draw();
        let is_taken = self
            .ahead
            .as_ref()
            .is_none_or(|ahead| ahead.take(Instant::now()));
        let (head, body) = request.into_parts();
        discard(body).await;
        if self.spec.failure == Failure::NeverAnswers {
            pending::<()>().await;
        }
        let route = route::of(&self.spec.routes, path(&head.uri));
        let elsewhere = route.and_then(|route| {
            let redirects = route.redirects?;
            Some((redirects.status, redirects.next(path(&head.uri))?))
        });
        if is_taken && elsewhere.is_none() {
            self.work.spend(lot.time).await;
        }
        let mut headers = HeaderMap::new();
        if in_flight.is_last() && head.version != Version::HTTP_2 {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let errors = self.spec.service.errors;
        let failed = errors.filter(|e| !is_taken || lot.chance < e.share.get());
        let refused = (!is_taken).then_some(TOO_MUCH);
        let error = failed.map(|Errors { status, .. }| status).or(refused);
        let (status, content) = match (elsewhere, error) {
            (Some((status, place)), _) => (status, lead(&place, &mut headers)),
            (None, Some(status)) => (status, refusal(status, &mut headers)),
            (None, None) => self.good(&head, route, &mut headers).await,
        };
        let mut response = Response::new(Answer::new(content, in_flight));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    /// The body, or the word that the client has it already.
    async fn good(
        &self,
        asked: &Parts,
        route: Option<&Route>,
        headers: &mut HeaderMap,
    ) -> (StatusCode, Content) {
        let body = &self.spec.body;
        let of_route = route.and_then(|route| route.cache_control.as_ref());
        if let Some(value) = of_route.or(body.cache_control.as_ref()) {
            headers.insert(CACHE_CONTROL, value.clone());
        }
        if self.spec.compress == Compress::WhenAsked {
            headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        }
        if body.etag.is_on() {
            let tag = validator::tag(path(&asked.uri), self.spec.seed);
            let reads = matches!(asked.method, Method::GET | Method::HEAD);
            let known = reads && validator::matches(&asked.headers, &tag);
            headers.insert(ETAG, tag);
            if known {
                self.ledger.not_modified();
                return (StatusCode::NOT_MODIFIED, Content::Whole(None));
            }
        }
        let media_type = body::media_type(body.kind);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        let content = match self.spec.failure {
            Failure::CloseMidBody(after) => Content::cut(&self.body.plain(), after.get()),
            Failure::Huge(size) => self.stream(Some(size.get())),
            Failure::Endless => self.stream(None),
            Failure::None | Failure::NotHttp | Failure::NeverAnswers => {
                self.whole(&asked.headers, headers).await
            }
        };
        (StatusCode::OK, content)
    }

    async fn whole(&self, asked: &HeaderMap, headers: &mut HeaderMap) -> Content {
        if self.spec.compress == Compress::WhenAsked
            && let Some(encoding) = Encoding::accepted(asked)
            && let Some(encoded) = self.body.get(encoding).await
        {
            let name = HeaderValue::from_static(encoding.name());
            headers.insert(CONTENT_ENCODING, name);
            return Content::Whole(Some(encoded));
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

/// What is asked for: the path with its query.
fn path(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", PathAndQuery::as_str)
}

fn refusal(status: StatusCode, headers: &mut HeaderMap) -> Content {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Content::Whole(Some(Bytes::from(format!("{status}\n"))))
}

/// The word that it is somewhere else.
fn lead(place: &str, headers: &mut HeaderMap) -> Content {
    if let Ok(place) = HeaderValue::from_str(place) {
        headers.insert(LOCATION, place);
    }
    Content::Whole(None)
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
