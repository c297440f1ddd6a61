//! A proxy that calls go through: which one, how it is spoken to, and what it is told about us. It is read from a URL.
//!
//! Of an HTTP proxy, calls in clear are asked for at the proxy itself, by their whole URL
//! (RFC 9112 §3.2.2), and everything else goes through a tunnel that it opens (RFC 9110 §9.3.6). A SOCKS5 proxy opens a tunnel
//! for everything (RFC 1928), and is told names, not addresses. Either way the name of the target is looked up by the proxy,
//! never here.
//!
//! What it leaves alone: proxies that are spoken to over TLS, SOCKS4, GSSAPI, lists of targets that need no proxy, and the
//! environment, which only a command line may read.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use data_encoding::BASE64;
use http::HeaderValue;
use percent_encoding::percent_decode_str;
use url::Url;

/// RFC 1929 §2: a byte says how long each is.
pub(crate) const LONGEST_LOGIN: usize = 255;
/// Where SOCKS servers listen (IANA).
const SOCKS_PORT: u16 = 1080;

/// A proxy, as its URL says: `http://HOST[:PORT]` (default port: 80) or `socks5://HOST[:PORT]` (default port: 1080), either
/// with `USER:PASSWORD@` before the host, percent-encoded where a character would be taken for something else. `socks5h` is
/// another name for `socks5`.
///
/// Cloning shares it. User and password are never shown, neither in its own texts nor in an error.
///
/// ```
/// let proxy: netopt_http::Proxy = "socks5://me:secret@proxy.example".parse()?;
/// assert_eq!(proxy.to_string(), "socks5://proxy.example:1080");
/// # Ok::<(), netopt_http::ProxyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Proxy(Arc<Parts>);

#[derive(PartialEq, Eq, Hash)]
struct Parts {
    speaks: Speaks,
    host: String,
    port: u16,
    login: Option<Login>,
}

/// What a proxy is spoken to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Speaks {
    Http,
    Socks5,
}

/// What is shown to a proxy that asks who we are. Not to be printed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Login {
    pub(crate) user: Vec<u8>,
    pub(crate) password: Vec<u8>,
}

impl Proxy {
    /// Its host: a name, or an address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port
    }

    pub(crate) fn speaks(&self) -> Speaks {
        self.0.speaks
    }

    pub(crate) fn login(&self) -> Option<&Login> {
        self.0.login.as_ref()
    }

    /// What an HTTP proxy is told about us (RFC 7617), marked as nothing to be shown.
    pub(crate) fn authorization(&self) -> Option<HeaderValue> {
        let Login { user, password } = self.login()?;
        let pair = [user, &b":"[..], password].concat();
        let mut value = HeaderValue::from_str(&format!("Basic {}", BASE64.encode(&pair))).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.0.speaks {
            Speaks::Http => "http",
            Speaks::Socks5 => "socks5",
        };
        let (host, port) = (self.host(), self.port());
        if host.contains(':') {
            write!(f, "{scheme}://[{host}]:{port}")
        } else {
            write!(f, "{scheme}://{host}:{port}")
        }
    }
}

/// As [`fmt::Display`]: without user and password.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that names no proxy. It does not repeat the text, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyError(String);

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is no proxy: {}", self.0)
    }
}

impl std::error::Error for ProxyError {}

impl FromStr for Proxy {
    type Err = ProxyError;

    fn from_str(text: &str) -> Result<Self, ProxyError> {
        parse(text)
            .map(|parts| Self(Arc::new(parts)))
            .map_err(ProxyError)
    }
}

fn parse(text: &str) -> Result<Parts, String> {
    if !text.contains("://") {
        return Err("a scheme is missing, write http:// or socks5:// before the host".to_owned());
    }
    let url = Url::parse(text).map_err(|cause| cause.to_string())?;
    let (speaks, usual) = match url.scheme() {
        "http" => (Speaks::Http, 80),
        "socks5" | "socks5h" => (Speaks::Socks5, SOCKS_PORT),
        other => {
            return Err(format!(
                "\"{other}\" is not spoken to proxies, only http and socks5 are"
            ));
        }
    };
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("a proxy ends with its port, nothing may come after it".to_owned());
    }
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or("the host is missing")?;
    let port = url.port().unwrap_or(usual);
    if port == 0 {
        return Err("port 0 is nobody's, write one from 1 to 65535".to_owned());
    }
    let login = login(&url, speaks)?;
    Ok(Parts {
        speaks,
        host: host.trim_matches(['[', ']']).to_owned(),
        port,
        login,
    })
}

fn login(url: &Url, speaks: Speaks) -> Result<Option<Login>, String> {
    let password = url.password();
    if url.username().is_empty() && password.is_none() {
        return Ok(None);
    }
    let login = Login {
        user: percent_decode_str(url.username()).collect(),
        password: percent_decode_str(password.unwrap_or_default()).collect(),
    };
    match speaks {
        Speaks::Http if login.user.contains(&b':') => {
            Err("its user holds a colon, which cannot be said in Basic (RFC 7617)".to_owned())
        }
        Speaks::Socks5 if login.user.is_empty() => Err("its password has no user".to_owned()),
        Speaks::Socks5 if login.user.len().max(login.password.len()) > LONGEST_LOGIN => {
            Err(format!(
                "its user or password is longer than {LONGEST_LOGIN} bytes, the most that SOCKS5 can say"
            ))
        }
        _ => Ok(Some(login)),
    }
}

#[cfg(test)]
mod tests;
