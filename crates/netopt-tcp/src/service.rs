//! The connector as a tower service: from host and port to a stream that counts and tells its times.
//!
//! Any stack that takes a `tower_service::Service` for its connections can be given one: wrap [`Connected::stream`] in
//! what the stack wants (`hyper_util::rt::TokioIo`) by `ServiceExt::map_response`. What this leaves alone: TLS, and when
//! to connect.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tower_service::Service;

use crate::connect::{Connected, Connector};
use crate::error::Error;

/// Where to connect: a name or an address, and a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// A name, or an address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// A text that is no host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoHostPort(String);

impl fmt::Display for NoHostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.0.chars().take(60).collect();
        write!(
            f,
            "\"{text}\" is not a host and a port from 0 to 65535, such as example.org:443 or [::1]:80"
        )
    }
}

impl std::error::Error for NoHostPort {}

impl FromStr for HostPort {
    type Err = NoHostPort;

    fn from_str(text: &str) -> Result<Self, NoHostPort> {
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(address.into());
        }
        let no = || NoHostPort(text.to_owned());
        let (host, port) = text.rsplit_once(':').ok_or_else(no)?;
        let is_name = !host.is_empty() && !host.contains([':', '[', ']', '/', ' ']);
        let port = port.parse().map_err(|_| no())?;
        is_name
            .then(|| Self {
                host: host.to_owned(),
                port,
            })
            .ok_or_else(no)
    }
}

impl From<SocketAddr> for HostPort {
    fn from(address: SocketAddr) -> Self {
        Self {
            host: address.ip().to_string(),
            port: address.port(),
        }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.parse::<IpAddr>() {
            Ok(ip) => SocketAddr::new(ip, self.port).fmt(f),
            Err(_) => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl Service<HostPort> for Connector {
    type Response = Connected;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Connected, Error>>;

    /// Always ready: connects do not wait for each other.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    /// As [`Connector::connect`]; dropping the future closes whatever was begun.
    fn call(&mut self, to: HostPort) -> Self::Future {
        let connector = self.clone();
        async move { connector.connect(&to.host, to.port).await }.boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["example.org:443", "127.0.0.1:80", "[::1]:8080"] {
            assert_eq!(text.parse::<HostPort>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_host_and_port_is_refused_by_name() {
        for text in [
            "",
            ":1",
            "host",
            "host:",
            "host:65536",
            "a b:1",
            "::1:80",
            "[x]:1",
        ] {
            let error = text.parse::<HostPort>().unwrap_err();
            assert!(error.to_string().contains(text), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived_and_what_is_taken_comes_back(text in ".{0,80}") {
            if let Ok(to) = text.parse::<HostPort>() {
                prop_assert_eq!(to.to_string().parse::<HostPort>(), Ok(to));
            }
        }
    }
}
