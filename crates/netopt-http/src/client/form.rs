//! A request in the form that the protocol of its connection wants.

use http::header::Entry;
use http::request::Parts;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, HeaderValue, Request, Uri, Version, header};
use netopt_core::exchange::Protocol;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;

use crate::agent::AGENT;
use crate::body::Body;
use crate::error::Error;
use crate::proxy::Proxy;

/// The request as it goes out, to the peer or to a proxy that is asked for it. Headers that the caller set stay as they are.
pub(crate) fn dress(
    request: &Parts,
    body: Body,
    protocol: Protocol,
    accept_encoding: Option<&HeaderValue>,
    asked: Option<&Proxy>,
) -> Result<Request<Body>, Error> {
    // What the caller tells the layers, in the extensions, is not for the engine.
    let (mut form, ()) = Request::new(()).into_parts();
    form.method = request.method.clone();
    form.version = request.version;
    form.headers = request.headers.clone();
    let headers = &mut form.headers;
    if let Some(names) = accept_encoding {
        headers
            .entry(header::ACCEPT_ENCODING)
            .or_insert_with(|| names.clone());
    }
    headers.entry(header::USER_AGENT).or_insert(AGENT);
    if protocol == Protocol::Http2 {
        form.uri = absolute(&request.uri, headers)?;
        form.version = Version::HTTP_2;
    } else {
        let path = relative(&request.uri, headers)?;
        form.uri = match asked {
            None => path,
            // RFC 9112 §3.2.2: a proxy is told the whole of it.
            Some(proxy) => {
                log_in(proxy, headers);
                request.uri.clone()
            }
        };
        if request.version != Version::HTTP_10 {
            form.version = Version::HTTP_11;
        }
    }
    Ok(Request::from_parts(form, body))
}

/// RFC 9113 §8.3.1: the whole URI goes out in pseudo-headers; a `Host` that differs takes the place of the authority.
fn absolute(uri: &Uri, headers: &mut HeaderMap) -> Result<Uri, Error> {
    let mut parts = uri.clone().into_parts();
    if let Some(host) = headers.remove(header::HOST) {
        parts.authority = Some(Authority::try_from(host.as_bytes()).map_err(unsendable)?);
    }
    Uri::from_parts(parts).map_err(unsendable)
}

/// RFC 9112 §3.2: path and query go out, the authority in `Host`.
fn relative(uri: &Uri, headers: &mut HeaderMap) -> Result<Uri, Error> {
    if let Entry::Vacant(entry) = headers.entry(header::HOST) {
        let authority = uri.authority().map_or("", Authority::as_str);
        entry.insert(HeaderValue::from_str(authority).map_err(unsendable)?);
    }
    let path = uri.path_and_query().cloned();
    let mut parts = http::uri::Parts::default();
    parts.path_and_query = path.or_else(|| Some(PathAndQuery::from_static("/")));
    Uri::from_parts(parts).map_err(unsendable)
}

fn log_in(proxy: &Proxy, headers: &mut HeaderMap) {
    if let Some(value) = proxy.authorization() {
        headers.entry(header::PROXY_AUTHORIZATION).or_insert(value);
    }
}

fn unsendable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let message = "the URL or the host in the headers cannot be sent";
    Error::new(FailureKind::Other, Phase::Send, message).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dressed(uri: &str, host: Option<&'static str>, protocol: Protocol) -> Request<Body> {
        let mut request = Request::new(Body::default());
        *request.uri_mut() = uri.parse().unwrap();
        *request.version_mut() = Version::HTTP_3;
        if let Some(host) = host {
            let host = HeaderValue::from_static(host);
            request.headers_mut().insert(header::HOST, host);
        }
        let (parts, body) = request.into_parts();
        dress(&parts, body, protocol, None, None).unwrap()
    }

    #[test]
    fn http1_sends_the_path_and_says_the_host() {
        for (uri, path) in [
            ("http://a:81/b?c", "/b?c"),
            ("http://a:81?c", "/?c"),
            ("http://a:81", "/"),
        ] {
            let form = dressed(uri, None, Protocol::Http1);
            assert_eq!(form.uri().to_string(), path);
            assert_eq!(form.headers()[header::HOST], "a:81");
            assert_eq!(form.version(), Version::HTTP_11);
            assert!(!form.headers().contains_key(header::ACCEPT_ENCODING));
        }
        let form = dressed("http://a/", Some("shop.test"), Protocol::Http1);
        assert_eq!(form.headers()[header::HOST], "shop.test");
    }

    #[test]
    fn http2_has_an_authority_and_no_host() {
        for (host, whole) in [
            (None, "https://a:81/b?c"),
            (Some("shop.test"), "https://shop.test/b?c"),
        ] {
            let form = dressed("https://a:81/b?c", host, Protocol::Http2);
            assert_eq!(form.uri().to_string(), whole);
            assert!(!form.headers().contains_key(header::HOST));
            assert_eq!(form.version(), Version::HTTP_2);
        }
    }

    #[test]
    fn what_the_caller_asks_for_stays() {
        let mut request = Request::new(Body::default());
        *request.uri_mut() = "http://a/".parse().unwrap();
        let (mine, theirs) = (
            HeaderValue::from_static("br"),
            HeaderValue::from_static("gzip"),
        );
        let (mut parts, body) = request.into_parts();
        let form = dress(&parts, body, Protocol::Http1, Some(&theirs), None).unwrap();
        assert_eq!(form.headers()[header::ACCEPT_ENCODING], "gzip");
        parts.headers.insert(header::ACCEPT_ENCODING, mine);
        let form = dress(&parts, Body::empty(), Protocol::Http1, Some(&theirs), None).unwrap();
        assert_eq!(form.headers()[header::ACCEPT_ENCODING], "br");
    }
}
