//! Which requests are identical: method, URL and all headers but those that only name the call.
//!
//! Which headers matter is known when `Vary` is here, and that is too late. So all of them count, `Authorization` and
//! `Cookie` among them, except the ones that are different in every call and never select an answer.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use http_body::Body as _;

use crate::body::Body;
use crate::layers::cache::key;

/// Headers that name the call or its trace.
const OF_THE_CALL: [&str; 9] = [
    "traceparent",
    "tracestate",
    "baggage",
    "b3",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-request-id",
    "x-correlation-id",
    "x-amzn-trace-id",
];

/// What is equal for identical requests.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    method: Method,
    url: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Key {
    /// `None` for a request that must not be shared: one that may change something, has a body, or asks for an answer of its
    /// own by `Cache-Control: no-store` or `no-cache`.
    pub(super) fn of(request: &Request<Body>) -> Option<Self> {
        let (method, uri, headers) = (request.method(), request.uri(), request.headers());
        let is_empty = request.body().is_end_stream();
        Self::of_head(method, uri, headers).filter(|_| is_empty)
    }

    /// As [`Key::of`], of a request without a body.
    pub(crate) fn of_head(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        if ![Method::GET, Method::HEAD].contains(method) || wants_its_own(headers) {
            return None;
        }
        let url = key::of(uri, headers)?;
        let counts = |name: &HeaderName| !OF_THE_CALL.contains(&name.as_str());
        let mut headers: Vec<_> = headers
            .iter()
            .filter(|(name, _)| counts(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        // Stable: the order of lines with the same name stays.
        headers.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
        Some(Self {
            method: method.clone(),
            url,
            headers,
        })
    }
}

fn wants_its_own(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::CACHE_CONTROL).iter();
    let mut names = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim);
    names.any(|name| {
        ["no-store", "no-cache"]
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::empty()).unwrap()
    }

    #[test]
    fn what_may_change_something_or_wants_its_own_answer_is_not_shared() {
        for (method, headers, shared) in [
            ("GET", vec![], true),
            ("HEAD", vec![], true),
            ("POST", vec![], false),
            ("GET", vec![("cache-control", "max-age=0, No-Cache")], false),
            ("GET", vec![("cache-control", "max-age=0")], true),
        ] {
            let key = Key::of(&request(method, "http://a/", &headers));
            assert_eq!(key.is_some(), shared, "{method} {headers:?}");
        }
        let with_body = request("GET", "http://a/", &[]).map(|_| Body::from("x"));
        assert!(Key::of(&with_body).is_none());
    }

    proptest! {
        /// Two requests are identical if and only if method, URL and all headers but those of the call are.
        #[test]
        fn a_difference_that_matters_keeps_requests_apart(
            names in proptest::collection::vec(0usize..4, 2), values in proptest::collection::vec(0usize..2, 2),
            get in any::<bool>(), path in 0u8..2,
        ) {
            const NAMES: [&str; 4] = ["authorization", "accept", "x-request-id", "cookie"];
            const VALUES: [&str; 2] = ["anna", "otto"];
            let method = if get { "GET" } else { "HEAD" };
            let base = Key::of(&request("GET", "http://A/0", &[(NAMES[names[0]], VALUES[values[0]])]));
            let other = Key::of(&request(
                method, &format!("http://a:80/{path}"), &[(NAMES[names[1]], VALUES[values[1]])],
            ));
            let of_the_call = |name: usize| NAMES[name] == "x-request-id";
            let same_headers = (of_the_call(names[0]) && of_the_call(names[1]))
                || (names[0] == names[1] && values[0] == values[1]);
            prop_assert_eq!(base == other, get && path == 0 && same_headers);
        }
    }
}
