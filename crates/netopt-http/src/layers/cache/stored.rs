//! One answer that is kept: whether it may be (RFC 9111 §3), for which requests (§4.1), and how a 304 freshens it (§4.3.4).
//!
//! What it leaves alone: whether it may be used now, which [`super::decision`] says.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::request::Parts as Asked;
use http::response::Parts as Answered;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};

use super::age::{self, Times};
use super::directives::{Directives, members};
use crate::body::Body;

/// What is of one connection or one hop and not of the answer (RFC 9111 §3.1).
const OF_THE_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What a 304 does not change, because it tells of a body that did not come (RFC 9111 §3.2).
const OF_THE_BODY: [&str; 7] = [
    "content-length",
    "content-encoding",
    "content-range",
    "content-md5",
    "content-digest",
    "repr-digest",
    "etag",
];

/// These tell users apart. An answer for one is not for the other, whatever `Vary` says, unless it is `public`.
const OF_THE_USER: [HeaderName; 2] = [header::AUTHORIZATION, header::COOKIE];

/// An answer with its body, and all that decides about its use.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) directives: Directives,
    pub(super) lifetime: Duration,
    /// The request headers that selected it, with the values that they had; see [`values`].
    selecting: Vec<(HeaderName, Vec<u8>)>,
    answered: SystemTime,
    initial_age: Duration,
    /// Whether somebody is fetching it anew behind a caller's back.
    refreshing: AtomicBool,
}

/// Whether this answer to this request may be kept, and is of any use (RFC 9111 §3).
pub(super) fn is_storable(asked: &Asked, answered: &Answered, times: Times) -> bool {
    allows_keeping(&asked.method, &asked.headers)
        && is_worth_keeping(answered.status, &answered.headers, times)
}

/// Whether an answer to this request may be kept, whatever it is.
pub(super) fn allows_keeping(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::GET
        && !headers.contains_key(header::RANGE)
        && !Directives::of_request(headers).has("no-store")
}

/// Whether this answer may be kept, whatever the request was, and is of any use.
pub(super) fn is_worth_keeping(status: StatusCode, headers: &HeaderMap, times: Times) -> bool {
    let directives = Directives::of_answer(headers);
    let known = !status.is_informational()
        && status != StatusCode::PARTIAL_CONTENT
        && status != StatusCode::NOT_MODIFIED;
    let must_understand = directives.has("must-understand");
    let forbidden = if must_understand {
        !age::is_guessable(status)
    } else {
        directives.has("no-store")
    };
    let allowed = headers.contains_key(header::EXPIRES)
        || ["max-age", "public", "private"]
            .iter()
            .any(|name| directives.has(name))
        || age::is_guessable(status);
    if !(known && allowed) || forbidden || vary(headers).any(|name| name == "*") {
        return false;
    }
    let lifetime = age::lifetime(status, headers, &directives, times.answered);
    lifetime > Duration::ZERO || is_validatable(headers)
}

/// Whether the server can be asked if it changed.
pub(super) fn is_validatable(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ETAG) || headers.contains_key(header::LAST_MODIFIED)
}

impl Stored {
    pub(super) fn new(asked: &HeaderMap, answered: &Answered, body: Bytes, times: Times) -> Self {
        let mut headers = answered.headers.clone();
        take_off_the_hop(&mut headers);
        Self::with(answered.status, asked, headers, body, times)
    }

    fn with(
        status: StatusCode,
        asked: &HeaderMap,
        headers: HeaderMap,
        body: Bytes,
        times: Times,
    ) -> Self {
        let directives = Directives::of_answer(&headers);
        let selecting = names_selecting(&headers, &directives)
            .map(|name| {
                let values = values(asked, &name);
                (name, values)
            })
            .collect();
        Self {
            lifetime: age::lifetime(status, &headers, &directives, times.answered),
            initial_age: age::initial(&headers, times),
            answered: times.answered,
            refreshing: AtomicBool::new(false),
            status,
            headers,
            body,
            directives,
            selecting,
        }
    }

    /// How old it is now (RFC 9111 §4.2.3).
    pub(super) fn age(&self, now: SystemTime) -> Duration {
        self.initial_age + now.duration_since(self.answered).unwrap_or_default()
    }

    /// Whether it is an answer to a request with these headers (RFC 9111 §4.1).
    pub(super) fn is_for(&self, asked: &HeaderMap) -> bool {
        self.selecting
            .iter()
            .all(|(name, before)| *before == values(asked, name))
    }

    /// Whether a later answer with these selecting headers takes its place.
    pub(super) fn is_replaced_by(&self, newer: &Self) -> bool {
        self.selecting == newer.selecting
    }

    /// The answer for a caller, with its age; without a body for a `HEAD`.
    pub(super) fn answer(&self, method: &Method, now: SystemTime) -> Response<Body> {
        let body = if method == Method::HEAD {
            Body::empty()
        } else {
            Body::from(self.body.clone())
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        let age = HeaderValue::from(self.age(now).as_secs());
        response.headers_mut().insert(header::AGE, age);
        response
    }

    /// The headers that ask whether it changed (RFC 9111 §4.3.1); false if there is nothing to ask by.
    pub(super) fn ask_whether_changed(&self, headers: &mut HeaderMap) -> bool {
        for (known, asking) in [
            (header::ETAG, header::IF_NONE_MATCH),
            (header::LAST_MODIFIED, header::IF_MODIFIED_SINCE),
        ] {
            if let Some(value) = self.headers.get(known) {
                headers.insert(asking, value.clone());
            }
        }
        is_validatable(&self.headers)
    }

    /// The same body under the head that a 304, or the answer to a `HEAD`, brought; `None` if that is of another
    /// body (RFC 9111 §4.3.4).
    pub(super) fn freshened(
        &self,
        asked: &HeaderMap,
        told: &HeaderMap,
        times: Times,
    ) -> Option<Self> {
        if !self.is_same_as(told) {
            return None;
        }
        let mut told = told.clone();
        take_off_the_hop(&mut told);
        let mut headers = self.headers.clone();
        // An age is of one answer, not of what it tells of.
        headers.remove(header::AGE);
        for name in told
            .keys()
            .filter(|name| !OF_THE_BODY.contains(&name.as_str()))
        {
            headers.remove(name);
            for value in told.get_all(name) {
                headers.append(name, value.clone());
            }
        }
        Some(Self::with(
            self.status,
            asked,
            headers,
            self.body.clone(),
            times,
        ))
    }

    fn is_same_as(&self, told: &HeaderMap) -> bool {
        match (told.get(header::ETAG), told.get(header::LAST_MODIFIED)) {
            (Some(tag), _) => {
                let ours = self.headers.get(header::ETAG);
                ours.is_some_and(|ours| weak(ours) == weak(tag))
            }
            (None, Some(date)) => self.headers.get(header::LAST_MODIFIED) == Some(date),
            (None, None) => true,
        }
    }

    /// True for the first who asks, until [`Stored::refreshed`].
    pub(super) fn begin_refresh(&self) -> bool {
        !self.refreshing.swap(true, Ordering::AcqRel)
    }

    /// Nobody fetches it any more.
    pub(super) fn refreshed(&self) {
        self.refreshing.store(false, Ordering::Release);
    }

    /// What it takes in memory, as an estimate from above.
    pub(super) fn weight(&self) -> usize {
        let heads: usize = self
            .headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 64)
            .sum();
        size_of::<Self>() + self.body.len() + 2 * heads
    }
}

/// An entity tag for the weak comparison of RFC 9110 §8.8.3.2.
pub(super) fn weak(tag: &HeaderValue) -> &[u8] {
    let tag = tag.as_bytes().trim_ascii();
    tag.strip_prefix(b"W/").unwrap_or(tag)
}

/// The names in `Vary`.
fn vary(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(header::VARY).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(members)
}

fn names_selecting<'a>(
    headers: &'a HeaderMap,
    directives: &Directives,
) -> impl Iterator<Item = HeaderName> + use<'a> {
    let private = !directives.has("public");
    let users = OF_THE_USER.into_iter().filter(move |_| private);
    vary(headers)
        .filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok())
        .chain(users)
}

/// Its lines as one, without the spaces around commas, which make no difference (RFC 9111 §4.1). One that is not there is
/// not one that is empty.
fn values(headers: &HeaderMap, name: &HeaderName) -> Vec<u8> {
    let mut all = Vec::new();
    for line in headers.get_all(name) {
        for member in line.as_bytes().split(|byte| *byte == b',') {
            all.push(b',');
            all.extend_from_slice(member.trim_ascii());
        }
    }
    all
}

/// Removes what is of the hop, and what `Connection` names.
fn take_off_the_hop(headers: &mut HeaderMap) {
    let named: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(members)
        .map(str::to_ascii_lowercase)
        .collect();
    for name in OF_THE_HOP
        .into_iter()
        .chain(named.iter().map(String::as_str))
    {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests;
