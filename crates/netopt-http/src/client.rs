//! The client: one call, with everything that can be known about it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, Version, header};
use hyper::body::Incoming;
use netopt_core::change::HttpVersion;
use netopt_core::encoding::Encodings;
use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::outcome::{FailureKind, Outcome};
use netopt_core::phase::Phase;
use netopt_core::unit;
use netopt_pool::Stats;
use netopt_tcp::Connector;
use tokio::time::{Instant, timeout_at};

use crate::connection::{Body, Connection, Sender};
use crate::connections::{Carrier, Connections};
use crate::destination::Destination;
use crate::error::Error;
use crate::recording::Recording;
use crate::reply::{Bounds, Reply};
use crate::tls::{Tls, TlsError};

/// A stale connection may have to be replaced; after so many the peer is at fault.
const MOST_ATTEMPTS: usize = 4;

/// How a client connects and behaves. All values are valid.
#[derive(Debug, Clone)]
pub struct Config {
    /// Lookup, race, socket options, and the bound on connecting.
    pub connector: Connector,
    /// Whom to trust.
    pub tls: Tls,
    /// Which HTTP to speak.
    pub version: HttpVersion,
    /// The bounds of the connection pool.
    pub pool: netopt_pool::Config,
    /// The compression to ask for.
    pub accept_encoding: Encodings,
    /// The bound on a whole call, from its start to the end of the body.
    pub timeout: Duration,
    /// A body is read up to here and then cut.
    pub body_limit: unit::Bytes,
}

/// An HTTP client. Cloning shares its connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    connections: Connections,
    accept_encoding: Option<HeaderValue>,
    timeout: Duration,
    body_limit: unit::Bytes,
}

impl Client {
    /// A client without connections yet.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(config: &Config) -> Result<Self, TlsError> {
        let names = config.accept_encoding.header();
        let inner = Inner {
            connections: Connections::new(config)?,
            accept_encoding: (!names.is_empty())
                .then(|| HeaderValue::from_str(&names).ok())
                .flatten(),
            timeout: config.timeout,
            body_limit: config.body_limit,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// What the pool is doing.
    #[must_use]
    pub fn pool_stats(&self) -> Stats {
        self.inner.connections.stats()
    }

    /// Sends a request with an absolute URI and returns the answer as soon as its head is here.
    ///
    /// Not cancel safe for the peer: a call that is dropped after it was sent may have been processed.
    ///
    /// # Errors
    /// Says which phase failed and why. Statuses are answers, not errors.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Reply, Error> {
        self.attempt(request).await.map_err(|(error, _)| error)
    }

    /// Makes one call, reads its answer to the end (or the body limit), and tells all about it; failures too.
    pub async fn exchange(&self, request: Request<Bytes>) -> Exchange {
        match self.attempt(request).await {
            Ok(reply) => reply.finish().await,
            Err((error, recording)) => recording.finish(Outcome::Failed(error.failure().clone())),
        }
    }

    async fn attempt(&self, request: Request<Bytes>) -> Result<Reply, (Error, Box<Recording>)> {
        let mut recording = Recording::begin();
        let bounds = Bounds {
            deadline: recording.begun + self.inner.timeout,
            timeout: self.inner.timeout,
            body: self.inner.body_limit,
        };
        let sent = timeout_at(bounds.deadline, self.deliver(request, &mut recording)).await;
        match sent {
            Ok(Ok((response, carrier))) => {
                let (head, body) = response.into_parts();
                Reply::new(head, body, carrier, recording, bounds)
            }
            Ok(Err(error)) => Err((error, recording)),
            Err(_) => {
                let phase = if recording.connection.is_some() {
                    Phase::Wait
                } else {
                    Phase::Connect
                };
                Err((Error::timeout(phase, bounds.timeout), recording))
            }
        }
    }

    /// Sends on a pooled connection; one that turns out to be stale before anything was sent is replaced.
    async fn deliver(
        &self,
        request: Request<Bytes>,
        recording: &mut Recording,
    ) -> Result<(http::Response<Incoming>, Carrier), Error> {
        let Some(to) = Destination::of(request.uri()) else {
            let message = format!("\"{}\" is not an absolute http or https URL", request.uri());
            return Err(Error::new(FailureKind::Other, Phase::Queue, message));
        };
        let mut request = request.map(Body::new);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let mut carrier = self.inner.connections.get(&to, recording).await?;
            note_use(&carrier, recording);
            let form = self.dress(&request, carrier.protocol())?;
            let dispatched = Instant::now();
            let result = hand_over(&mut carrier, form).await;
            let head_at = Instant::now();
            match result {
                Ok(response) => {
                    mark_wire(&carrier, recording, dispatched, head_at);
                    return Ok((response, carrier));
                }
                Err(Rejected {
                    unsent: Some(back), ..
                }) if attempts < MOST_ATTEMPTS => {
                    carrier.close();
                    *request.body_mut() = back.into_body();
                }
                Err(Rejected { error, .. }) => {
                    carrier.close();
                    return Err(Error::engine(error, Phase::Wait));
                }
            }
        }
    }

    /// The request in the form that the protocol wants.
    fn dress(&self, request: &Request<Body>, protocol: Protocol) -> Result<Request<Body>, Error> {
        let mut form = request.clone();
        let headers = form.headers_mut();
        if let Some(names) = &self.inner.accept_encoding {
            headers
                .entry(header::ACCEPT_ENCODING)
                .or_insert_with(|| names.clone());
        }
        let agent = concat!("netopt/", env!("CARGO_PKG_VERSION"));
        headers
            .entry(header::USER_AGENT)
            .or_insert(HeaderValue::from_static(agent));
        if protocol == Protocol::Http2 {
            for name in [header::HOST, header::CONNECTION, header::TRANSFER_ENCODING] {
                headers.remove(name);
            }
            *form.version_mut() = Version::HTTP_2;
            return Ok(form);
        }
        let invalid = || {
            Error::new(
                FailureKind::Other,
                Phase::Send,
                "the URL has no host that can be sent",
            )
        };
        let authority = request.uri().authority().ok_or_else(invalid)?;
        let host =
            HeaderValue::from_str(authority.as_str()).map_err(|error| invalid().because(error))?;
        headers.entry(header::HOST).or_insert(host);
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        *form.uri_mut() = Uri::try_from(path).map_err(|error| invalid().because(error))?;
        Ok(form)
    }
}

struct Rejected {
    error: hyper::Error,
    unsent: Option<Request<Body>>,
}

async fn hand_over(
    carrier: &mut Carrier,
    form: Request<Body>,
) -> Result<http::Response<Incoming>, Rejected> {
    let reject = |mut error: hyper::client::conn::TrySendError<Request<Body>>| {
        let unsent = error.take_message();
        Rejected {
            error: error.into_error(),
            unsent,
        }
    };
    let shared = |sender: &hyper::client::conn::http2::SendRequest<Body>| sender.clone();
    let mut multiplexed = match carrier {
        Carrier::Alone(guard) => {
            let connection: &mut Connection = guard;
            match &mut connection.sender {
                Sender::Http1(sender) => {
                    return sender.try_send_request(form).await.map_err(reject);
                }
                Sender::Http2(sender) => shared(sender),
            }
        }
        Carrier::Shared(connection) => match &connection.sender {
            Sender::Http2(sender) => shared(sender),
            Sender::Http1(_) => unreachable!("only HTTP/2 connections are shared"),
        },
    };
    multiplexed.try_send_request(form).await.map_err(reject)
}

/// Notes which connection carries the call, and where its counters stand.
fn note_use(carrier: &Carrier, recording: &mut Recording) {
    let using = carrier.begin_use();
    let fresh = using.earlier == 0;
    recording.connection = Some(using);
    carrier.marks.clear();
    // A fresh connection's handshake belongs to the call that opened it.
    recording.traffic.sent = if fresh {
        unit::Bytes::ZERO
    } else {
        carrier.wire.sent()
    };
    recording.traffic.received = if fresh {
        unit::Bytes::ZERO
    } else {
        carrier.wire.received()
    };
}

/// Marks `Send` and `Wait`. On HTTP/2 the wire is shared, so `Send` stays unknown and the wait begins at dispatch.
fn mark_wire(carrier: &Carrier, recording: &mut Recording, dispatched: Instant, head_at: Instant) {
    if carrier.protocol() == Protocol::Http1 {
        let (last_write, first_read) = carrier.marks.read();
        let sent = last_write.unwrap_or(dispatched);
        recording.mark(Phase::Send, dispatched, sent);
        recording.mark(Phase::Wait, sent, first_read.unwrap_or(head_at));
    } else {
        recording.mark(Phase::Wait, dispatched, head_at);
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("connections", &self.inner.connections)
            .finish_non_exhaustive()
    }
}
