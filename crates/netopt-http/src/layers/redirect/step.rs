//! Where a redirect leads, and what goes along: one step, without I/O.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use url::Url;

/// What the ordinary client follows.
const DEFAULT_MOST: u32 = 10;

/// Which redirects are followed. All values are valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redirects {
    /// How many for one call; the next one is an error. Zero hands each to the caller. Default: 10.
    pub most: u32,
    /// Whether one may lead from `https` to `http`. Default: no.
    pub downgrade: Downgrade,
    /// The bound on the whole call from the first redirect on, where the call has none of its own. Default: none.
    pub within: Option<Duration>,
}

impl Default for Redirects {
    fn default() -> Self {
        Self {
            most: DEFAULT_MOST,
            downgrade: Downgrade::Refused,
            within: None,
        }
    }
}

/// Whether a redirect may lead from an encrypted connection to one that is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Downgrade {
    /// It is an error.
    Refused,
    /// It is followed.
    Allowed,
}

/// Where an answer leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) method: Method,
    pub(super) uri: Uri,
    /// Whether the body of the request goes along.
    pub(super) has_body: bool,
    /// Whether it leads to another scheme, host or port.
    pub(super) is_abroad: bool,
    pub(super) lasts: Lasts,
}

/// For how long an answer leads there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lasts {
    /// The server may decide otherwise next time.
    ForNow,
    /// It will always be so (301, 308).
    ForGood,
}

/// Headers that describe a body.
const OF_BODY: [HeaderName; 6] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LOCATION,
    header::TRANSFER_ENCODING,
];

/// Headers that are for one origin only.
const OF_ORIGIN: [HeaderName; 4] = [
    header::AUTHORIZATION,
    header::COOKIE,
    header::PROXY_AUTHORIZATION,
    header::HOST,
];

impl Step {
    /// `None` when the answer is no redirect that could be followed.
    pub(super) fn of(
        method: &Method,
        uri: &Uri,
        status: StatusCode,
        location: Option<&HeaderValue>,
    ) -> Option<Self> {
        let (method, has_body) = match status.as_u16() {
            301 | 302 if method == Method::POST => (Method::GET, false),
            303 if method == Method::HEAD => (Method::HEAD, false),
            303 => (Method::GET, false),
            301 | 302 | 307 | 308 => (method.clone(), true),
            _ => return None,
        };
        let base = Url::parse(&uri.to_string()).ok()?;
        let location = std::str::from_utf8(location?.as_bytes()).ok()?;
        let mut url = base.join(location).ok()?;
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        url.set_fragment(None);
        // Neither can fail: http URLs have an authority.
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
        Some(Self {
            method,
            has_body,
            is_abroad: url.origin() != base.origin(),
            lasts: match status.as_u16() {
                301 | 308 => Lasts::ForGood,
                _ => Lasts::ForNow,
            },
            uri: url.as_str().parse().ok()?,
        })
    }

    /// Whether it leads from an encrypted connection to one that is not.
    pub(super) fn is_downgrade(&self, from: &Uri) -> bool {
        from.scheme_str() == Some("https") && self.uri.scheme_str() == Some("http")
    }

    /// Takes away the headers that must not go along.
    pub(super) fn strip(&self, headers: &mut HeaderMap) {
        let of_body = OF_BODY.iter().filter(|_| !self.has_body);
        let of_origin = OF_ORIGIN.iter().filter(|_| self.is_abroad);
        for name in of_body.chain(of_origin) {
            headers.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FROM: &str = "https://a.test:8443/shop/list?page=2";

    fn step(method: &Method, status: u16, location: &str) -> Option<Step> {
        let status = StatusCode::from_u16(status).unwrap();
        let location = HeaderValue::from_str(location).unwrap();
        Step::of(method, &FROM.parse().unwrap(), status, Some(&location))
    }

    #[test]
    fn methods_are_rewritten_as_the_rfc_says() {
        for (method, status, becomes) in [
            ("POST", 301, Some(("GET", false))),
            ("POST", 302, Some(("GET", false))),
            ("PUT", 301, Some(("PUT", true))),
            ("HEAD", 302, Some(("HEAD", true))),
            ("POST", 303, Some(("GET", false))),
            ("PUT", 303, Some(("GET", false))),
            ("HEAD", 303, Some(("HEAD", false))),
            ("POST", 307, Some(("POST", true))),
            ("DELETE", 308, Some(("DELETE", true))),
            ("GET", 300, None),
            ("GET", 304, None),
            ("GET", 305, None),
            ("GET", 200, None),
            ("GET", 404, None),
        ] {
            let step = step(&method.parse().unwrap(), status, "/x");
            let became = step
                .as_ref()
                .map(|step| (step.method.as_str(), step.has_body));
            assert_eq!(became, becomes, "{method} {status}");
        }
    }

    #[test]
    fn places_are_resolved_and_told_apart() {
        for (location, uri, is_abroad) in [
            ("next", "https://a.test:8443/shop/next", false),
            ("../", "https://a.test:8443/", false),
            ("?page=3", "https://a.test:8443/shop/list?page=3", false),
            ("#top", "https://a.test:8443/shop/list?page=2", false),
            ("//b.test/x", "https://b.test/x", true),
            ("https://A.TEST:8443/x", "https://a.test:8443/x", false),
            ("https://a.test/x", "https://a.test/x", true),
            ("http://a.test:8443/x", "http://a.test:8443/x", true),
            (
                "https://me:secret@a.test:8443/x",
                "https://a.test:8443/x",
                false,
            ),
            ("/a b", "https://a.test:8443/a%20b", false),
        ] {
            let step = step(&Method::GET, 302, location).unwrap();
            let got = (step.uri.to_string(), step.is_abroad);
            assert_eq!(got, (uri.to_owned(), is_abroad), "{location}");
        }
        for nowhere in [
            "ftp://a.test/",
            "mailto:me@a.test",
            "http://",
            "https://a.test:99999/",
        ] {
            assert_eq!(step(&Method::GET, 302, nowhere), None, "{nowhere}");
        }
        let status = StatusCode::FOUND;
        assert_eq!(
            Step::of(&Method::GET, &FROM.parse().unwrap(), status, None),
            None
        );
    }

    #[test]
    fn what_is_for_one_origin_stays_there() {
        for (location, method, left) in [
            ("/x", Method::GET, 7),
            ("https://b.test/", Method::GET, 3),
            ("/x", Method::POST, 5),
            ("https://b.test/", Method::POST, 1),
        ] {
            let mut headers = HeaderMap::new();
            for name in OF_ORIGIN.iter().chain(&[
                header::CONTENT_TYPE,
                header::CONTENT_LENGTH,
                header::ACCEPT,
            ]) {
                headers.insert(name, HeaderValue::from_static("x"));
            }
            step(&method, 302, location).unwrap().strip(&mut headers);
            assert_eq!(headers.len(), left, "{method} {location}: {headers:?}");
        }
    }

    #[test]
    fn a_downgrade_is_one_way() {
        let step = step(&Method::GET, 302, "http://a.test/").unwrap();
        assert!(step.is_downgrade(&FROM.parse().unwrap()));
        assert!(!step.is_downgrade(&"http://b.test/".parse().unwrap()));
    }

    proptest! {
        #[test]
        fn whatever_a_server_says_a_step_leads_to_http_or_nowhere(location in "\\PC{0,60}") {
            let Ok(value) = HeaderValue::from_str(&location) else { return Ok(()) };
            if let Some(step) = Step::of(&Method::GET, &FROM.parse().unwrap(), StatusCode::FOUND, Some(&value)) {
                prop_assert!(matches!(step.uri.scheme_str(), Some("http" | "https")));
                prop_assert!(step.uri.authority().is_some_and(|to| !to.as_str().contains('@')));
            }
        }
    }
}
