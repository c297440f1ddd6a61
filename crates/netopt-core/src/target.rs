//! What is called: scheme, host, port and path, read from a URL with errors that say what to write.

use std::fmt;
use std::str::FromStr;

use http::Uri;

/// How to speak to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// HTTP over TCP.
    Http,
    /// HTTP over TLS.
    Https,
    /// Bare TCP: connect only.
    Tcp,
    /// UDP: datagrams that are sent back.
    Udp,
    /// WebSocket over TCP (RFC 6455).
    Ws,
    /// WebSocket over TLS.
    Wss,
}

impl Scheme {
    /// Whether calls to it are HTTP: it has a path, and requests.
    #[must_use]
    pub const fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::Https)
    }

    /// Whether it is WebSocket: a connection that begins with an HTTP request and then carries messages.
    #[must_use]
    pub const fn is_web_socket(self) -> bool {
        matches!(self, Self::Ws | Self::Wss)
    }

    /// Whether it is spoken over TLS.
    #[must_use]
    pub const fn is_encrypted(self) -> bool {
        matches!(self, Self::Https | Self::Wss)
    }

    /// As it stands before `://`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }

    /// The port of a target that says none; `None` where there is no such port.
    #[must_use]
    pub const fn default_port(self) -> Option<u16> {
        match self {
            Self::Http | Self::Ws => Some(80),
            Self::Https | Self::Wss => Some(443),
            Self::Tcp | Self::Udp => None,
        }
    }
}

/// Something that can be measured.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    scheme: Scheme,
    host: String,
    port: u16,
    path: String,
}

impl Target {
    /// How to speak to it.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host: a name, an IPv4 address, or an IPv6 address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, 1 to 65535.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Path and query, at least `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value of the `Host` header: host, and the port unless it is the scheme's own.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        if self.scheme.default_port() == Some(self.port) {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.scheme.is_http() || self.scheme.is_web_socket() {
            self.path.as_str()
        } else {
            ""
        };
        write!(f, "{}://{}{path}", self.scheme.name(), self.authority())
    }
}

/// A text that is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no target: {problem}")]
pub struct TargetError {
    text: String,
    problem: String,
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        parse(text).map_err(|problem| TargetError {
            text: shorten(text),
            problem,
        })
    }
}

const SCHEMES: &str = "http://, https://, tcp://, udp://, ws://, wss://";

fn parse(text: &str) -> Result<Target, String> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(format!(
            "a scheme is missing, write http://{}",
            shorten(text)
        ));
    };
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        "tcp" => Scheme::Tcp,
        "udp" => Scheme::Udp,
        "ws" => Scheme::Ws,
        "wss" => Scheme::Wss,
        _ => return Err(format!("its scheme is not one of {SCHEMES}")),
    };
    if rest.is_empty() || rest.starts_with([':', '/']) {
        return Err("the host is missing".to_owned());
    }
    let uri: Uri = text
        .parse()
        .map_err(|cause: http::uri::InvalidUri| cause.to_string())?;
    let authority = uri.authority().ok_or("the host is missing")?;
    if authority.as_str().contains('@') {
        return Err("a user or password does not belong into a target".to_owned());
    }
    let host = authority
        .host()
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let behind_host = authority.as_str().rsplit(']').next().unwrap_or_default();
    let port = if behind_host.contains(':') {
        authority.port_u16()
    } else {
        scheme.default_port()
    };
    let port = port
        .filter(|port| *port > 0)
        .ok_or("write a port from 1 to 65535, as in tcp://host:5432")?;
    let path = uri
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    Ok(Target {
        scheme,
        host,
        port,
        path,
    })
}

/// Error messages quote at most this much of what was written.
const QUOTED: usize = 120;

fn shorten(text: &str) -> String {
    let mut short: String = unsigned(text).chars().take(QUOTED).collect();
    if short.len() < unsigned(text).len() {
        short.push('…');
    }
    short
}

/// The text without a user and password, which belong into no message.
fn unsigned(text: &str) -> String {
    let start = text.find("://").map_or(0, |scheme| scheme + 3);
    let (scheme, rest) = text.split_at(start);
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..authority].rfind('@') {
        Some(at) => format!("{scheme}…{}", &rest[at..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_and_prints_back() {
        for (text, shown) in [
            ("http://localhost:8080/a?b=c", "http://localhost:8080/a?b=c"),
            ("https://example.org", "https://example.org/"),
            ("http://[::1]:9000/", "http://[::1]:9000/"),
            ("tcp://db:5432", "tcp://db:5432"),
            ("udp://[::1]:7/", "udp://[::1]:7"),
            ("ws://[::1]:9000/chat?a=b", "ws://[::1]:9000/chat?a=b"),
            ("wss://example.org:443", "wss://example.org/"),
        ] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn says_what_to_write() {
        for (text, part) in [
            ("example.org/a", "write http://example.org/a"),
            ("ftp://example.org", SCHEMES),
            ("http://", "host"),
            ("http://:80/", "host is missing"),
            ("http://a:99999/", "port"),
            ("http://a:0/", "port"),
            ("http://a:b/", "port"),
            ("tcp://db", "port"),
            (
                "http://user:secret@a/",
                "\"http://…@a/\" is no target: a user or password",
            ),
            ("http://a\u{1b}[31m/", "\\u{1b}"),
            ("http://a b/", "invalid"),
        ] {
            let error = text.parse::<Target>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,80}") {
            drop(text.parse::<Target>());
            drop(format!("http://{text}").parse::<Target>());
        }
    }
}
