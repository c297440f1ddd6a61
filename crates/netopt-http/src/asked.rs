//! What a measured call asks for, and what its answer says about whole workloads: whether one answer could have served
//! two calls, how long the head is, where a redirect led.
//!
//! It is looked at only where audits ask, so nobody else pays for it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use netopt_core::asked::{Asked, Keepable};
use netopt_core::change::Switch;
use netopt_core::exchange::Exchange;
use netopt_core::unit;

use crate::layers::cache::keepable::Onlooker;
use crate::layers::coalesce::key::Key;
use crate::layers::redirect::FinalUri;

/// `GET /path HTTP/1.1` has so much around method and path; so has the empty line at the end.
const AROUND_THE_LINE: usize = " ".len() + " HTTP/1.1\r\n".len() + "\r\n".len();
/// `Name: value` has so much around name and value.
const AROUND_A_HEADER: usize = ": ".len() + "\r\n".len();
/// A URL is quoted up to here.
const QUOTED: usize = 500;

/// What is found out about a call, if it is audited.
#[derive(Debug)]
pub(crate) struct Inquiry(Option<Box<Audited>>);

/// A measured request, and what was heard of its answer.
#[derive(Debug)]
struct Audited {
    asked: Asked,
    onlooker: Onlooker,
    keepable: Option<Keepable>,
    came_from: Option<String>,
}

impl Inquiry {
    /// The request goes out now.
    pub(crate) fn begin(request: &Request<Bytes>, audited: Switch) -> Self {
        let begin = || Audited {
            asked: asked(request),
            onlooker: Onlooker::begin(request.method(), request.headers()),
            keepable: None,
            came_from: None,
        };
        Self(audited.is_on().then(|| Box::new(begin())))
    }

    /// The head of its answer is here.
    pub(crate) fn hear(&mut self, status: StatusCode, headers: &HeaderMap, more: &Extensions) {
        if let Some(call) = &mut self.0 {
            call.keepable = call.onlooker.look(status, headers);
            call.came_from = more.get().map(place);
        }
    }

    /// Tells what is known in the exchange that came of it.
    pub(crate) fn tell(self, exchange: &mut Exchange) {
        let Some(call) = self.0 else { return };
        exchange.asked = Some(call.asked);
        if let Some(answer) = &mut exchange.answer {
            answer.keepable = call.keepable;
            answer.came_from = call.came_from;
        }
    }
}

fn asked(request: &Request<Bytes>) -> Asked {
    let (uri, headers) = (request.uri(), request.headers());
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let line = request.method().as_str().len() + path.len() + AROUND_THE_LINE;
    let host = match uri.authority() {
        Some(authority) if !headers.contains_key(header::HOST) => {
            header::HOST.as_str().len() + authority.as_str().len() + AROUND_A_HEADER
        }
        _ => 0,
    };
    let cookies = |name: &HeaderName| *name == header::COOKIE;
    let size = |bytes: usize| unit::Bytes::new(bytes as u64);
    Asked {
        resource: resource(request),
        head: size(line + host + length(headers, |_| true)),
        cookies: size(length(headers, cookies)),
        body: size(request.body().len()),
    }
}

/// Where an answer came from, without its query, which may hold what is nobody's business.
fn place(end: &FinalUri) -> String {
    let FinalUri(uri) = end;
    let whole = uri.to_string();
    let (place, query) = whole
        .split_once('?')
        .map_or((whole.as_str(), ""), |(place, _)| (place, "?…"));
    place.chars().take(QUOTED).chain(query.chars()).collect()
}

/// The bytes of these headers in HTTP/1.1.
fn length(headers: &HeaderMap, of: impl Fn(&HeaderName) -> bool) -> usize {
    let chosen = headers.iter().filter(|(name, _)| of(name));
    let one = |(name, value): (&HeaderName, &HeaderValue)| {
        name.as_str().len() + value.len() + AROUND_A_HEADER
    };
    chosen.map(one).sum()
}

/// The fingerprint of a request that one answer could serve together with others.
fn resource(request: &Request<Bytes>) -> Option<u64> {
    let key = Key::of_head(request.method(), request.uri(), request.headers());
    let key = key.filter(|_| request.body().is_empty())?;
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &'static str) -> Asked {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        asked(&request.body(Bytes::from_static(body.as_bytes())).unwrap())
    }

    #[test]
    fn what_one_answer_could_serve_has_one_fingerprint() {
        let plain = request("GET", "http://a/x", &[], "").resource;
        assert!(plain.is_some());
        for same in [
            request("GET", "http://A:80/x", &[], ""),
            request("GET", "http://a/x", &[("x-request-id", "7")], ""),
        ] {
            assert_eq!(same.resource, plain);
        }
        for other in [
            request("GET", "http://a/y", &[], ""),
            request("HEAD", "http://a/x", &[], ""),
            request("GET", "http://a/x", &[("cookie", "user=1")], ""),
            request("POST", "http://a/x", &[], ""),
            request("GET", "http://a/x", &[], "body"),
        ] {
            assert_ne!(other.resource, plain);
        }
    }

    proptest! {
        /// The head is what would be written, byte for byte.
        #[test]
        fn the_head_is_as_long_as_it_would_be_written(path in "/[a-z]{0,40}", name in "x-[a-z]{1,9}", value in "[a-z0-9]{0,200}") {
            let headers = [(name.as_str(), value.as_str()), ("cookie", "a=b")];
            let found = request("GET", &format!("http://shop.test{path}"), &headers, "");
            let written = format!(
                "GET {path} HTTP/1.1\r\nhost: shop.test\r\n{name}: {value}\r\ncookie: a=b\r\n\r\n"
            );
            prop_assert_eq!(found.head.get(), written.len() as u64);
            prop_assert_eq!(found.cookies.get(), "cookie: a=b\r\n".len() as u64);
        }
    }
}
