//! What an origin serves and which faults it has: plain data, each default the healthy choice.
//!
//! Small structs nested by concern, every field public, so that a scenario file maps onto them one to one. What it
//! leaves alone: serving. A fault that belongs to the path is the link's, one that belongs to the client is the plan's.

use std::io;
use std::time::Duration;

use http::{HeaderValue, StatusCode};
use netopt_core::change::Switch;
use netopt_core::unit::{Bytes, Ratio};

use super::overload::Overload;
use super::{Dist, MAX_CONNECTIONS, Route};
use crate::refuse;
use crate::socket::SocketSpec;
use crate::tls::{MAX_CERTIFICATE, TlsSpec};

/// The size of a body when nothing is said: a small answer of an API.
pub const DEFAULT_BODY: Bytes = Bytes::new(2_000);

/// The largest body that is kept in memory. More than this is streamed by [`Failure::Huge`].
pub const MAX_BODY: Bytes = Bytes::new(64 * 1024 * 1024);

/// The seed when nothing is said; any number would do.
pub const DEFAULT_SEED: u64 = 1;

/// An origin and its faults. The default is healthy: HTTP/1.1, 2 kB of JSON at once, connections kept, no failures.
#[derive(Debug, Clone, PartialEq)]
pub struct OriginSpec {
    /// What it speaks. Default: [`Protocol::Http1`].
    pub protocol: Protocol,
    /// What it answers with.
    pub body: BodySpec,
    /// How long it takes and how often it fails.
    pub service: ServiceSpec,
    /// How long it keeps connections. Default: [`KeepAlive::Unlimited`].
    pub keep_alive: KeepAlive,
    /// Whether it compresses. Default: [`Compress::WhenAsked`].
    pub compress: Compress,
    /// How it treats its sockets.
    pub socket: SocketSpec,
    /// How it shakes hands, where it speaks TLS.
    pub tls: TlsSpec,
    /// What is different for some paths. Default: nothing.
    pub routes: Vec<Route>,
    /// What it does that no server should. Default: [`Failure::None`].
    pub failure: Failure,
    /// Seed of the body and of everything drawn. Default: [`DEFAULT_SEED`].
    pub seed: u64,
}

impl Default for OriginSpec {
    fn default() -> Self {
        Self {
            protocol: Protocol::default(),
            body: BodySpec::default(),
            service: ServiceSpec::default(),
            keep_alive: KeepAlive::default(),
            compress: Compress::default(),
            socket: SocketSpec::default(),
            tls: TlsSpec::default(),
            routes: Vec::new(),
            failure: Failure::default(),
            seed: DEFAULT_SEED,
        }
    }
}

/// What an origin speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Protocol {
    /// HTTP/1.1 in clear text.
    #[default]
    Http1,
    /// HTTP/2 in clear text by prior knowledge.
    Http2,
    /// HTTP/1.1 over TLS, and nothing else offered by ALPN.
    Https1,
    /// HTTP/2 or HTTP/1.1 over TLS, as ALPN chooses; HTTP/2 is preferred.
    Https2,
}

impl Protocol {
    /// Whether it runs over TLS.
    #[must_use]
    pub const fn is_tls(self) -> bool {
        matches!(self, Self::Https1 | Self::Https2)
    }

    /// The scheme of its URLs.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        if self.is_tls() { "https" } else { "http" }
    }
}

/// The body of every good answer, and what is said about keeping it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodySpec {
    /// Its size before compression, at most [`MAX_BODY`]. Default: [`DEFAULT_BODY`].
    pub size: Bytes,
    /// What it looks like. Default: [`BodyKind::Json`].
    pub kind: BodyKind,
    /// Its `Cache-Control`, such as `max-age=60`. Default: `None`, nothing is said.
    pub cache_control: Option<HeaderValue>,
    /// Whether it has an `ETag`, one a path, so that a request that names it in `If-None-Match` is answered by 304
    /// without a body. Default: [`Switch::Off`].
    pub etag: Switch,
}

impl Default for BodySpec {
    fn default() -> Self {
        Self {
            size: DEFAULT_BODY,
            kind: BodyKind::default(),
            cache_control: None,
            etag: Switch::Off,
        }
    }
}

/// What a body looks like, and so how well it compresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum BodyKind {
    /// A catalogue of items; gzip makes it about a sixth.
    #[default]
    Json,
    /// Sentences of English words; gzip makes them about a quarter.
    Text,
    /// Bytes that cannot be compressed, as images and archives are.
    Random,
}

/// How long an answer takes, how many are worked on at once, and how often the answer is an error.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ServiceSpec {
    /// Time a worker spends on a request. Default: none.
    pub time: Dist,
    /// Requests served at once; others queue in order of arrival. `None` is no limit, which is the default; at least 1.
    pub workers: Option<usize>,
    /// More requests than this at once are in each other's way: each of n takes (n/this)² times as long. `None` is never,
    /// which is the default; at least 1.
    pub thrash_above: Option<usize>,
    /// Answers that are errors. Default: none.
    pub errors: Option<Errors>,
    /// What is too much for it. Default: nothing is.
    pub overload: Option<Overload>,
}

/// Errors among the answers, drawn independently for each request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Errors {
    /// The share of requests answered by an error.
    pub share: Ratio,
    /// The status of these answers, from 400 to 599.
    pub status: StatusCode,
}

/// How long an origin keeps its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeepAlive {
    /// As long as the client likes.
    #[default]
    Unlimited,
    /// The n-th answer says `Connection: close` (a GOAWAY in HTTP/2), then it is closed. At least 1.
    Requests(u64),
    /// Closed without a word when nothing has happened for this time.
    Idle(Duration),
    /// Forgotten without a sign when nothing has happened for this time, as a firewall or a load balancer does that keeps
    /// a table of connections: what comes later is answered by a reset.
    Forgotten(Duration),
}

/// Whether an origin compresses its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Compress {
    /// Never, whatever the client accepts.
    Never,
    /// With zstd, br or gzip, if `Accept-Encoding` allows it and it makes the body smaller.
    #[default]
    WhenAsked,
}

/// What no server should do and every client must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Failure {
    /// It behaves.
    #[default]
    None,
    /// Announces the whole body and closes the connection (resets the stream in HTTP/2) after this much of it.
    CloseMidBody(Bytes),
    /// Answers with something that is not HTTP and closes.
    NotHttp,
    /// A body of this size, streamed from a small buffer: 10 GB need no memory.
    Huge(Bytes),
    /// A body of unknown size that never ends.
    Endless,
    /// Reads requests and never answers.
    NeverAnswers,
}

impl OriginSpec {
    /// Names every value that is out of its range.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] with all of them in one line.
    pub fn check(&self) -> io::Result<()> {
        let mut wrong = Vec::new();
        if self.body.size > MAX_BODY {
            wrong.push(format!("body size {} is above {MAX_BODY}", self.body.size));
        }
        if self.service.workers == Some(0) {
            wrong.push("workers is 0, must be at least 1".to_owned());
        }
        if self.service.thrash_above == Some(0) {
            wrong.push("thrash above is 0, must be at least 1".to_owned());
        }
        if self.keep_alive == KeepAlive::Requests(0) {
            wrong.push("keep-alive requests is 0, must be at least 1".to_owned());
        }
        if let KeepAlive::Idle(Duration::ZERO) | KeepAlive::Forgotten(Duration::ZERO) =
            self.keep_alive
        {
            wrong.push("keep-alive idle time is 0, must be above 0".to_owned());
        }
        if let Some(Errors { status, .. }) = self.service.errors
            && !(status.is_client_error() || status.is_server_error())
        {
            wrong.push(format!(
                "errors status {} is no error, must be from 400 to 599",
                status.as_u16()
            ));
        }
        if self.tls.certificate > MAX_CERTIFICATE {
            wrong.push(format!(
                "certificate {} is above {MAX_CERTIFICATE}",
                self.tls.certificate
            ));
        }
        if let Some(Overload { rate, .. }) = self.service.overload
            && rate.get() <= 0.0
        {
            wrong.push(format!("overload rate {rate} must be above 0"));
        }
        for route in &self.routes {
            route.check(&mut wrong);
        }
        self.service.time.check(&mut wrong);
        self.socket.check(MAX_CONNECTIONS, &mut wrong);
        refuse(&wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::Redirects;

    #[test]
    fn every_violation_is_named_at_once() {
        assert!(OriginSpec::default().check().is_ok());
        let mut spec = OriginSpec::default();
        spec.body.size = Bytes::new(1 << 40);
        spec.service.workers = Some(0);
        spec.service.thrash_above = Some(0);
        spec.keep_alive = KeepAlive::Requests(0);
        let mean = Duration::from_millis(1);
        spec.service.time = Dist::Lognormal { mean, sigma: -1.0 };
        spec.service.errors = Some(Errors {
            share: Ratio::new(0.5).unwrap(),
            status: StatusCode::NO_CONTENT,
        });
        spec.socket.backlog = 0;
        spec.routes.push(Route {
            path: "old".to_owned(),
            redirects: Some(Redirects {
                hops: 41,
                status: StatusCode::OK,
            }),
            ..Route::default()
        });
        let message = spec.check().unwrap_err().to_string();
        for part in [
            "1099.5 GB",
            "workers is 0",
            "thrash above is 0",
            "requests is 0",
            "sigma -1",
            "status 204 is no error",
            "backlog is 0",
            "route \"old\" must begin with a slash",
            "redirect hops 41",
            "redirect status 200",
        ] {
            assert!(message.contains(part), "{message}");
        }
    }
}
