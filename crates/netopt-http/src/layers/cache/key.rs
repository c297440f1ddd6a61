//! The name under which an answer is kept: its URL, without what makes no difference (RFC 9111 §2).

use http::header::{self, HeaderMap};
use http::{HeaderValue, Uri};

/// Scheme, host, port, path and query. A `Host` that the caller set is the host. `None` if the URL is not absolute.
pub(crate) fn of(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let scheme = uri.scheme_str()?;
    let authority = headers.get(header::HOST).map(HeaderValue::to_str);
    let authority = match authority {
        Some(host) => host.ok()?,
        None => uri.authority()?.as_str(),
    };
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let usual = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(usual).unwrap_or(host);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let slash = if path.starts_with('/') { "" } else { "/" };
    Some(format!(
        "{scheme}://{}{slash}{path}",
        host.to_ascii_lowercase()
    ))
}

/// The URL that a header of an answer names, if it is of the same origin as `base` (RFC 9111 §4.4).
pub(super) fn named(base: &str, value: &HeaderValue) -> Option<String> {
    let value = value.to_str().ok()?;
    let after_scheme = base.find("://")? + 3;
    let end = base[after_scheme..]
        .find('/')
        .map_or(base.len(), |at| after_scheme + at);
    let origin = &base[..end];
    if value.starts_with('/') && !value.starts_with("//") {
        return Some(format!("{origin}{}", without_fragment(value)));
    }
    if value.contains("://") {
        let uri: Uri = without_fragment(value).parse().ok()?;
        let key = of(&uri, &HeaderMap::new())?;
        return key.strip_prefix(origin)?.starts_with('/').then_some(key);
    }
    // Relative to the path: what is behind its last slash is replaced.
    let path = base.split('?').next().unwrap_or(base);
    let folder = path.rsplit_once('/')?.0;
    let simple = !value.is_empty() && !value.starts_with(['.', '/', '?', '#']);
    simple.then(|| format!("{folder}/{}", without_fragment(value)))
}

fn without_fragment(url: &str) -> &str {
    url.split('#').next().unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(url: &str, host: Option<&'static str>) -> Option<String> {
        let mut headers = HeaderMap::new();
        if let Some(host) = host {
            headers.insert(header::HOST, HeaderValue::from_static(host));
        }
        of(&url.parse().unwrap(), &headers)
    }

    #[test]
    fn what_makes_no_difference_is_left_out() {
        for (url, host, found) in [
            ("http://Shop.test:80/a?b", None, "http://shop.test/a?b"),
            ("https://u:p@shop.test:443", None, "https://shop.test/"),
            ("http://shop.test:81?q", None, "http://shop.test:81/?q"),
            ("http://10.0.0.1/a", Some("shop.test"), "http://shop.test/a"),
            ("http://shop.test/A", None, "http://shop.test/A"),
        ] {
            assert_eq!(key(url, host).as_deref(), Some(found), "{url}");
        }
        assert_eq!(key("/a", None), None);
    }

    #[test]
    fn only_urls_of_the_same_origin_are_named() {
        let base = "http://shop.test/a/b?c";
        for (value, found) in [
            ("/x?y#z", Some("http://shop.test/x?y")),
            ("http://SHOP.test:80/x", Some("http://shop.test/x")),
            ("x", Some("http://shop.test/a/x")),
            ("http://shop.test.evil/x", None),
            ("https://shop.test/x", None),
            ("//other.test/x", None),
        ] {
            let value = HeaderValue::from_str(value).unwrap();
            assert_eq!(named(base, &value).as_deref(), found, "{value:?}");
        }
    }
}
