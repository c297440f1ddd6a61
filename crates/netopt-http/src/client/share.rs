//! An HTTP/2 connection that several calls use at once, and the share that each of them has in it.
//!
//! A call counts from when it was given its share until it drops it. When the last one has ended is kept in milliseconds,
//! which is fine enough for a bound on idle connections and needs no lock.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http2};
use tokio::time::Instant;

use crate::body::Body;
use crate::client::connection::Connection;
use crate::client::sharing::{Load, Queue};
use crate::client::streams::Streams;

/// An HTTP/2 connection for several calls. Dropping it closes it.
pub(crate) struct Shared {
    sender: http2::SendRequest<Body>,
    streams: Streams,
    connection: Box<Connection>,
    opened: Instant,
    lifetime: Option<Duration>,
    queue: Arc<Queue>,
    answered: AtomicBool,
    in_flight: AtomicU32,
    /// When the last call ended, in milliseconds after it was opened.
    ended: AtomicU64,
}

impl Shared {
    /// Shares a connection from now on, by its sending half and what its peer takes, with those who wait in `queue`. It may
    /// become so old.
    pub(crate) fn new(
        (sender, streams): (http2::SendRequest<Body>, Streams),
        connection: Box<Connection>,
        queue: Arc<Queue>,
        lifetime: Option<Duration>,
        now: Instant,
    ) -> Self {
        Self {
            sender,
            streams,
            connection,
            opened: now,
            lifetime,
            queue,
            answered: AtomicBool::new(false),
            in_flight: AtomicU32::new(0),
            ended: AtomicU64::new(0),
        }
    }

    /// How much it is used.
    pub(crate) fn load(&self) -> Load {
        Load {
            in_flight: self.in_flight(),
            streams: self.streams.most(),
        }
    }

    /// Calls on it.
    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Acquire)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.connection.is_closed()
    }

    /// Whether a new call may have a share: it is open, young enough, and was not idle for as long as `idle`.
    pub(crate) fn is_good(&self, idle: Duration, now: Instant) -> bool {
        let age = self.age(now);
        let ended = Duration::from_millis(self.ended.load(Ordering::Relaxed));
        !self.is_closed()
            && self.lifetime.is_none_or(|most| age < most)
            && (self.in_flight() > 0 || age.saturating_sub(ended) < idle)
    }

    fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.opened)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("connection", &self.connection)
            .field("in_flight", &self.in_flight())
            .finish_non_exhaustive()
    }
}

/// The share of one call in a connection.
#[derive(Debug)]
pub(crate) struct Share(Arc<Shared>);

impl Share {
    /// One more call on that connection.
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        shared.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(shared))
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.0.connection
    }

    /// Sends the request and waits for the head of its answer.
    pub(crate) async fn carry(
        &self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Body>>> {
        let shared = &self.0;
        let answer = shared.sender.clone().try_send_request(request).await;
        if !shared.answered.load(Ordering::Relaxed) {
            shared.answered.store(true, Ordering::Relaxed);
            shared.streams.look();
        }
        answer
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let age = self.0.age(Instant::now()).as_millis();
        let age = u64::try_from(age).unwrap_or(u64::MAX);
        self.0.ended.store(age, Ordering::Relaxed);
        self.0.in_flight.fetch_sub(1, Ordering::Release);
        self.0.queue.free();
    }
}
