//! The client: one call, with everything that can be known about it.

mod answer;
mod carrier;
mod connection;
mod connections;
mod expect;
mod form;
mod handshake;
mod keep;
mod opener;
mod reply;
mod share;
mod sharing;
mod streams;
mod upgrade;

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use netopt_core::change::Switch;
use netopt_core::exchange::Exchange;
use netopt_core::outcome::{FailureKind, Outcome};
use netopt_core::phase::Phase;
use netopt_core::unit;
use netopt_pool::Stats;
use tower::Service;

use self::carrier::Loan;
use self::connections::Connections;
use self::form::dress;
use self::reply::Bounds;
use self::upgrade::Upgrades;
use crate::asked::Inquiry;
use crate::bell::Bell;
use crate::body::Body;
use crate::config::Config;
use crate::deadline::Deadline;
use crate::destination::Destination;
use crate::error::{Delivery, Error};
use crate::ledger::{Entry, Ledger};
use crate::reach::recording::Recording;
use crate::service::ResponseFuture;
use crate::tls::TlsError;

pub use self::reply::Reply;
pub use self::upgrade::{Upgrade, Upgraded};

/// An HTTP client. Cloning shares its connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    connections: Connections,
    upgrades: Upgrades,
    accept_encoding: Option<HeaderValue>,
    timeout: Duration,
    body_limit: unit::Bytes,
    audited: Switch,
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
            upgrades: Upgrades::new(config)?,
            accept_encoding: (!names.is_empty())
                .then(|| HeaderValue::from_str(&names).ok())
                .flatten(),
            timeout: config.timeout,
            body_limit: config.body_limit,
            audited: config.audited,
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
        let mut request = Some(request.map(Body::from));
        let attempt = self.attempt(&mut request).await;
        attempt.map_err(|(error, _)| error)
    }

    /// Asks the server to speak another protocol on the connection, by the `Upgrade` header of the request (RFC 9110 §7.8).
    ///
    /// HTTP/2 has no such header (RFC 9113 §8.6), so this is HTTP/1.1 whatever the client speaks otherwise, on a connection
    /// of its own, outside of the pool and its bounds. `Connection: upgrade` is added where it is missing.
    ///
    /// Cancel safe for the client: dropping the future closes the connection.
    ///
    /// # Errors
    /// Says which phase failed and why. A server that answers instead is no error.
    pub async fn upgrade(&self, request: Request<Bytes>) -> Result<Upgrade, Error> {
        let mut recording = Recording::begin();
        let own = Deadline::within(recording.begun(), self.inner.timeout);
        let bounds = Bounds::of(own, Some(request.extensions()), self.inner.body_limit);
        let opened = self.inner.upgrades.ask(request, &mut recording);
        let Some(answered) = Bell::default().bound(bounds.head.at, opened).await else {
            return Err(Error::timeout(recording.phase(), bounds.head.bound));
        };
        let answered = answered?;
        Upgrade::of(answered, recording, bounds).await
    }

    /// Makes one call, reads its answer to the end (or the body limit), and tells all about it; failures too.
    pub async fn exchange(&self, request: Request<Bytes>) -> Exchange {
        let mut inquiry = self.inquiry(&request);
        let mut request = Some(request.map(Body::from));
        let mut exchange = match self.attempt(&mut request).await {
            Ok(reply) => {
                inquiry.hear(reply.status(), reply.headers(), reply.extensions());
                reply.finish().await
            }
            Err((error, mut recording)) => {
                recording.finish(Outcome::Failed(error.failure().clone()))
            }
        };
        inquiry.tell(&mut exchange);
        exchange
    }

    /// What audits want to know of a call, where they ask.
    pub(crate) fn inquiry(&self, request: &Request<Bytes>) -> Inquiry {
        Inquiry::begin(request, self.inner.audited)
    }

    /// One call of a program or a layer, entered into the ledger of its request if there is one.
    async fn answer(&self, request: Request<Body>) -> Result<Response<Body>, Error> {
        let entry = Ledger::of(request.extensions()).map(|ledger| Entry::begin(ledger.clone()));
        match self.attempt(&mut Some(request)).await {
            Ok(reply) => Ok(reply.into_response(entry)),
            Err((error, mut recording)) => {
                if let Some(entry) = entry {
                    let outcome = Outcome::Failed(error.failure().clone());
                    entry.enter(recording.begun(), recording.finish(outcome));
                }
                Err(error)
            }
        }
    }

    /// Takes the request from where it lies, because a request is wide and each hand that it goes through copies it.
    async fn attempt(
        &self,
        request: &mut Option<Request<Body>>,
    ) -> Result<Reply, (Error, Box<Recording>)> {
        let mut recording = Recording::begin();
        let own = Deadline::within(recording.begun(), self.inner.timeout);
        let extensions = request.as_ref().map(Request::extensions);
        let bounds = Bounds::of(own, extensions, self.inner.body_limit);
        match self.deliver(request, &mut recording, &bounds).await {
            Ok((response, loan, bell)) => Reply::new(response, (loan, bell), recording, bounds),
            Err(error) => Err((error, recording)),
        }
    }

    /// Sends on a pooled connection; one that turns out to be stale before anything was sent is replaced, and what the peer
    /// says that it did not work on is sent again.
    async fn deliver(
        &self,
        request: &mut Option<Request<Body>>,
        recording: &mut Recording,
        bounds: &Bounds,
    ) -> Result<(Response<Incoming>, Loan, Bell), Error> {
        let request = request.take().expect("a request is sent once");
        let Some(to) = Destination::of(request.uri()) else {
            let message = format!("\"{}\" is not an absolute http or https URL", request.uri());
            return Err(Error::new(FailureKind::Other, Phase::Queue, message));
        };
        let to = self.inner.connections.way(to)?;
        let (request, mut body) = request.into_parts();
        let mut attempts = 0;
        loop {
            attempts += 1;
            // Who has to wait for a connection has time for a timer of its own.
            let found = self.inner.connections.get(&to, recording);
            let Some(found) = Bell::default().bound(bounds.head.at, found).await else {
                return Err(Error::timeout(recording.phase(), bounds.head.bound));
            };
            let mut loan = found?;
            let protocol = loan.protocol();
            let encoding = self.inner.accept_encoding.as_ref();
            let form = dress(&request, body, protocol, encoding, to.asked())?;
            recording.dispatch(protocol, recording.boarded());
            let mut bell = loan.take_bell();
            let error = match bell.bound(bounds.head.at, loan.carry(form)).await {
                Some(Ok(response)) => {
                    recording.answered();
                    return Ok((response, loan, bell));
                }
                Some(Err(rejected)) => {
                    if let Some((untouched, most)) = rejected.again
                        && attempts < most
                    {
                        body = untouched;
                        drop(loan);
                        recording.begin_again();
                        continue;
                    }
                    let error = Error::engine(rejected.error, recording.phase());
                    match rejected.delivery {
                        Delivery::Unsent => error.unsent(),
                        Delivery::MaybeSent => error,
                    }
                }
                None => Error::timeout(recording.phase(), bounds.head.bound),
            };
            // While the loan still keeps the connection open.
            recording.land();
            return Err(error);
        }
    }
}

/// As a tower service the client is always ready: whether there is room for a call is known only when its destination is.
impl Service<Request<Body>> for Client {
    type Response = Response<Body>;
    type Error = Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let client = self.clone();
        Box::pin(async move { client.answer(request).await })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("connections", &self.inner.connections)
            .finish_non_exhaustive()
    }
}
