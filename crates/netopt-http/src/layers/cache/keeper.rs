//! One request to the server, and what keeps its answer when the body is here.

use std::sync::Arc;
use std::time::SystemTime;

use http::request::Parts as Asked;
use http::{HeaderMap, Response, StatusCode, header};
use http_body::Body as _;
use netopt_core::unit::Bytes;

use super::age::Times;
use super::keeping::Keeping;
use super::store::{Epoch, Store};
use super::stored::{Stored, is_storable};
use crate::body::Body;

/// The body of an answer that is not used is read up to here, so that its connection can be used again.
const DRAINED: Bytes = Bytes::new(64 * 1024);

/// One request to the server whose answer may be kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fetch {
    pub(super) epoch: Epoch,
    pub(super) times: Times,
}

impl Fetch {
    /// The head of its answer is here.
    pub(super) const fn answered(mut self, now: SystemTime) -> Self {
        self.times.answered = now;
        self
    }
}

/// What keeps an answer when its body is here.
pub(super) struct Keeper {
    pub(super) store: Arc<Store>,
    pub(super) key: String,
    /// A longer body is handed on and not kept.
    pub(super) largest: usize,
}

impl Keeper {
    /// The answer for its caller, kept on its way if it may be.
    pub(super) fn keep(
        self,
        asked: Asked,
        response: Response<Body>,
        fetch: Fetch,
    ) -> Response<Body> {
        let (head, body) = response.into_parts();
        let announced = length(&head.headers).or_else(|| body.size_hint().exact());
        let too_long = announced.is_some_and(|length| length > self.largest as u64);
        if too_long || !is_storable(&asked, &head, fetch.times) {
            return Response::from_parts(head, body);
        }
        let mut kept = Response::new(()).into_parts().0;
        (kept.status, kept.headers) = (head.status, head.headers.clone());
        let Self {
            store,
            key,
            largest,
        } = self;
        if announced == Some(0) || head.status == StatusCode::NO_CONTENT {
            // Nobody reads what is empty.
            let stored = Stored::new(&asked.headers, &kept, bytes::Bytes::new(), fetch.times);
            store.keep(&key, Arc::new(stored), fetch.epoch);
            return Response::from_parts(head, body);
        }
        let body = Keeping::new(body, largest, announced, move |bytes| {
            let stored = Stored::new(&asked.headers, &kept, bytes, fetch.times);
            store.keep(&key, Arc::new(stored), fetch.epoch);
        });
        Response::from_parts(head, Body::stream(body))
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// Reads the body of an answer that is not used.
pub(super) async fn drain(body: Body) {
    // What is longer, or breaks off, costs its connection and nothing else.
    let _ = body.collect(DRAINED).await.is_ok();
}
