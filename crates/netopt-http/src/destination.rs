//! Where a connection goes: the key of the pool.

use std::fmt;

use http::Uri;
use netopt_core::change::HttpVersion;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_core::target::{Scheme, Target};

use crate::error::Error;
use crate::proxy::{Proxy, Speaks};

/// Scheme, host and port, and the proxy on the way there. Two requests share connections only if all of it is equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Destination {
    scheme: Scheme,
    host: String,
    port: u16,
    way: Way,
}

/// How connections get there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Way {
    Direct,
    /// Through a tunnel that a proxy opens.
    Tunnel(Proxy),
    /// Not at all: the proxy, whose host and port these are, is asked for each call.
    Asked(Proxy),
}

impl Destination {
    /// The destination of an absolute `http` or `https` URI.
    #[must_use]
    pub fn of(uri: &Uri) -> Option<Self> {
        Self::of_plain(uri).or_else(|| {
            let target: Target = uri.to_string().parse().ok()?;
            target.scheme().is_http().then(|| Self::of_target(&target))
        })
    }

    /// That of a URI as nearly all are: a name or IPv4 address, perhaps a port, nothing to be refused. Each call and some
    /// layers ask, so this reads the URI where it lies.
    fn of_plain(uri: &Uri) -> Option<Self> {
        let scheme = match uri.scheme_str()? {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return None,
        };
        let authority = uri.authority()?.as_str();
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                (host, port.parse().ok().filter(|port| *port > 0)?)
            }
            Some(_) => return None,
            None => (authority, scheme.default_port()?),
        };
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        (!host.is_empty() && host.bytes().all(is_plain)).then(|| Self {
            scheme,
            host: host.to_owned(),
            port,
            way: Way::Direct,
        })
    }

    /// The destination of a target, whatever is spoken there.
    pub(crate) fn of_target(target: &Target) -> Self {
        Self {
            scheme: target.scheme(),
            host: target.host().to_owned(),
            port: target.port(),
            way: Way::Direct,
        }
    }

    /// Where connections to it go when calls go through `proxy`.
    ///
    /// # Errors
    /// When that proxy cannot carry what is to be spoken.
    pub(crate) fn through(
        self,
        proxy: Option<&Proxy>,
        version: HttpVersion,
    ) -> Result<Self, Error> {
        let Some(proxy) = proxy.cloned() else {
            return Ok(self);
        };
        match (proxy.speaks(), self.scheme, version) {
            (Speaks::Http, Scheme::Http, HttpVersion::Http2) => {
                let message = format!(
                    "HTTP/2 without TLS cannot be asked for at the HTTP proxy {proxy}: use https, HTTP/1.1 or a SOCKS5 proxy"
                );
                Err(Error::new(FailureKind::Other, Phase::Queue, message))
            }
            (Speaks::Http, Scheme::Http, _) => Ok(Self {
                scheme: Scheme::Http,
                host: proxy.host().to_owned(),
                port: proxy.port(),
                way: Way::Asked(proxy),
            }),
            _ => Ok(Self {
                way: Way::Tunnel(proxy),
                ..self
            }),
        }
    }

    /// The proxy that opens a tunnel there.
    pub(crate) const fn tunnel(&self) -> Option<&Proxy> {
        match &self.way {
            Way::Tunnel(proxy) => Some(proxy),
            Way::Direct | Way::Asked(_) => None,
        }
    }

    /// The proxy that is asked for each call instead.
    pub(crate) const fn asked(&self) -> Option<&Proxy> {
        match &self.way {
            Way::Asked(proxy) => Some(proxy),
            Way::Direct | Way::Tunnel(_) => None,
        }
    }

    /// Host and port of the first machine on the way.
    pub(crate) fn first(&self) -> (&str, u16) {
        match &self.way {
            Way::Direct | Way::Asked(_) => (&self.host, self.port),
            Way::Tunnel(proxy) => (proxy.host(), proxy.port()),
        }
    }

    /// Host and port as a proxy is told them.
    pub(crate) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Whether connections to it are encrypted.
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        self.scheme.is_encrypted()
    }

    /// The host: a name or an address, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme.name(), self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn way(proxy: &str, url: &str, version: HttpVersion) -> Result<Destination, Error> {
        let proxy = proxy.parse().unwrap();
        let to: Target = url.parse().unwrap();
        Destination::of_target(&to).through(Some(&proxy), version)
    }

    #[test]
    fn what_a_proxy_can_be_asked_for_shares_its_connections() {
        let [one, two] = ["http://a.test/", "http://b.test:81/x"]
            .map(|url| way("http://p.test:8080", url, HttpVersion::Auto).unwrap());
        assert_eq!(one, two);
        assert_eq!(one.first(), ("p.test", 8080));
        assert!(one.asked().is_some() && one.tunnel().is_none());
    }

    #[test]
    fn all_else_goes_through_a_tunnel_of_its_own() {
        for (proxy, url) in [
            ("http://p.test:8080", "https://a.test/"),
            ("http://p.test:8080", "ws://a.test/"),
            ("socks5://p.test:8080", "http://a.test/"),
        ] {
            let to = way(proxy, url, HttpVersion::Auto).unwrap();
            assert_eq!(
                (to.first(), to.host()),
                (("p.test", 8080), "a.test"),
                "{url}"
            );
            assert!(to.asked().is_none() && to.tunnel().is_some());
            let direct = Destination::of_target(&url.parse().unwrap());
            assert_ne!(to, direct, "the proxy is part of the key");
            let other = way("socks5://me@p.test:8080", url, HttpVersion::Auto).unwrap();
            assert_ne!(to, other, "so is who logs in there");
        }
    }

    #[test]
    fn what_cannot_be_asked_for_says_what_can() {
        let error = way(
            "http://me:secret@p.test",
            "http://a.test/",
            HttpVersion::Http2,
        )
        .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("use https, HTTP/1.1 or a SOCKS5 proxy"),
            "{error}"
        );
        assert!(!error.to_string().contains("secret"));
        assert!(way("socks5://p.test", "http://a.test/", HttpVersion::Http2).is_ok());
    }

    #[test]
    fn an_authority_has_a_port_and_brackets() {
        for (url, told) in [
            ("https://a.test/", "a.test:443"),
            ("http://[::1]/", "[::1]:80"),
        ] {
            let to: Target = url.parse().unwrap();
            assert_eq!(Destination::of_target(&to).authority(), told);
        }
    }

    fn by_target(uri: &Uri) -> Option<Destination> {
        let target: Target = uri.to_string().parse().ok()?;
        let is_http = target.scheme().is_http();
        is_http.then(|| Destination::of_target(&target))
    }

    #[test]
    fn a_plain_uri_is_read_where_it_lies() {
        for (uri, host, port) in [
            ("http://a", "a", 80),
            ("https://A.example-1.org/b?c", "A.example-1.org", 443),
            ("http://127.0.0.1:8080/", "127.0.0.1", 8080),
        ] {
            let to = Destination::of_plain(&uri.parse().unwrap()).unwrap();
            assert_eq!((to.host(), to.port()), (host, port));
        }
        for uri in [
            "http://[::1]:80/",
            "http://u@a/",
            "http://a:0/",
            "/a",
            "ftp://a/",
            "a:80",
        ] {
            assert_eq!(Destination::of_plain(&uri.parse().unwrap()), None, "{uri}");
        }
    }

    proptest! {
        #[test]
        fn both_ways_to_read_a_uri_say_the_same(
            scheme in "https?|ws|HTTP", host in "[a-zA-Z0-9.:@_\\[\\]-]{0,12}", port in "(:[0-9]{0,6})?", path in "(/[a-z?]{0,5})?",
        ) {
            if let Ok(uri) = format!("{scheme}://{host}{port}{path}").parse::<Uri>() {
                prop_assert_eq!(Destination::of(&uri), by_target(&uri), "{}", uri);
            }
        }
    }
}
