//! One measured call: the sample from which everything else is made.
//!
//! The seed kept one mutable object for sample and sum, and recorded it again and again. Here an [`Exchange`] is a
//! finished fact about one call; sums of many are [`crate::metrics::NetworkMetrics`].

use std::time::Duration;

use crate::arrivals::Arrivals;
use crate::asked::{Asked, Keepable};
use crate::change::CongestionControl;
use crate::journey::Journey;
use crate::opening::Opening;
use crate::outcome::{FailureKind, Outcome};
use crate::path::PathSample;
use crate::phase::{Phase, Timeline};
use crate::stamps::{Split, Stamps};
use crate::unit::Bytes;

/// One measured call. Times are since it actually started, unless they say otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// When it actually began, since the run began that it is part of; `None` for a call by itself.
    pub begun: Option<Duration>,
    /// What it asked for; `None` where nobody noted it.
    pub asked: Option<Asked>,
    /// How late the caller began it: from the intended start until the actual one.
    pub lateness: Duration,
    /// Its phases.
    pub timeline: Timeline,
    /// How it ended.
    pub outcome: Outcome,
    /// What went over the wire for it.
    pub traffic: Traffic,
    /// The connection that carried it; `None` when there never was one.
    pub connection: Option<ConnectionUse>,
    /// What the answer said about itself; `None` when there was no answer.
    pub answer: Option<Answer>,
    /// What the kernel knew about the connection when the call ended; `None` where the kernel was not asked or does not tell.
    pub path: Option<Box<PathSample>>,
    /// What it knew when the call found the connection open; `None` too for a call that opened it.
    pub path_before: Option<Box<PathSample>>,
    /// When the body of the answer came in.
    pub arrivals: Arrivals,
    /// When its parts happened inside this machine's kernel; `None` unless the client was told to ask, and for a call that
    /// had no connection to itself or no answer.
    pub stamps: Option<Box<Stamps>>,
    /// What the layers around the client did for it.
    pub journey: Journey,
}

impl Exchange {
    /// A call of which only its phases and its end are known; it began on time.
    #[must_use]
    pub fn bare(timeline: Timeline, outcome: Outcome) -> Self {
        Self {
            begun: None,
            asked: None,
            lateness: Duration::ZERO,
            timeline,
            outcome,
            traffic: Traffic::default(),
            connection: None,
            answer: None,
            path: None,
            path_before: None,
            arrivals: Arrivals::default(),
            stamps: None,
            journey: Journey::default(),
        }
    }

    /// From the actual start until the end.
    #[must_use]
    pub fn service_time(&self) -> Duration {
        self.timeline.end()
    }

    /// From the *intended* start until the end: what a user waits who came on time.
    #[must_use]
    pub fn latency(&self) -> Duration {
        self.lateness + self.service_time()
    }

    /// From the last byte of the request until the first of the answer.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        self.timeline.length(Phase::Wait)
    }

    /// Where its time went, kernel and runtime told apart; `None` where the kernel was not asked.
    #[must_use]
    pub fn split(&self) -> Option<Split> {
        self.stamps.as_ref().map(|stamps| stamps.split())
    }

    /// True when an existing connection carried the call.
    #[must_use]
    pub fn is_reused(&self) -> bool {
        self.connection
            .as_ref()
            .is_some_and(|connection| connection.earlier > 0)
    }

    /// How long the connection had been silent before the call; `None` for one that the call opened, and where the kernel
    /// does not tell. To a millisecond.
    #[must_use]
    pub fn idle(&self) -> Option<Duration> {
        self.path_before.as_ref()?.silent_for
    }

    /// True when the connection had carried calls before and ended under this one, without an answer: the peer, or something
    /// between, had given it up.
    #[must_use]
    pub fn broke(&self) -> bool {
        self.is_reused()
            && self.outcome.failure().is_some_and(|failure| {
                let ended = matches!(failure.kind, FailureKind::Reset | FailureKind::ClosedEarly);
                ended && matches!(failure.phase, Phase::Send | Phase::Wait)
            })
    }

    /// What the connection did during this call: the counts of the kernel's view are differences, its states are those at
    /// the end. On a connection that several calls share at a time the counts are of all of them.
    #[must_use]
    pub fn path_of_call(&self) -> Option<PathSample> {
        let end = **self.path.as_ref()?;
        match &self.path_before {
            Some(before) => Some(end.since(before)),
            // A new connection has counted nothing yet.
            None => (!self.is_reused()).then_some(end),
        }
    }
}

/// What went over the wire for one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Bytes that the connection sent during the call, TLS included.
    pub sent: Bytes,
    /// Bytes that the connection received during the call, TLS included.
    pub received: Bytes,
    /// The body as it came over the wire, before decoding.
    pub body: Bytes,
    /// The body after decoding; equal to `body` without a content encoding.
    pub decoded: Bytes,
    /// The longest silence between two arrivals of the answer.
    pub longest_gap: Duration,
    /// The most that the kernel held back with the congestion window open, right after a write: Nagle at work.
    pub held: Option<Bytes>,
}

/// Which connection carried a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionUse {
    /// Counts connections of this client, from 1.
    pub id: u64,
    /// How many calls it had carried before.
    pub earlier: u64,
    /// Its age when the call began to use it.
    pub age: Duration,
    /// The protocol spoken on it.
    pub protocol: Protocol,
    /// The TLS session, if it is encrypted.
    pub tls: Option<TlsSession>,
    /// Whether the kernel reported Nagle's algorithm off (`TCP_NODELAY`), read back after it was set.
    pub nodelay: Option<bool>,
    /// The congestion control of what we send, read back after it was set; `None` where the system does not tell. Linux.
    pub congestion_control: Option<CongestionControl>,
    /// How it came about; of the call that opened it only.
    pub opening: Option<Opening>,
}

/// The protocol spoken on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Bare TCP.
    Tcp,
    /// HTTP/1.1 (or 1.0).
    Http1,
    /// HTTP/2.
    Http2,
    /// WebSocket (RFC 6455).
    WebSocket,
}

impl Protocol {
    /// The name in reports: `http/1.1`, `h2`, `websocket` or `tcp`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Http1 => "http/1.1",
            Self::Http2 => "h2",
            Self::WebSocket => "websocket",
        }
    }
}

/// What was agreed on in a TLS handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSession {
    /// For example `TLSv1.3`.
    pub version: String,
    /// Whether it resumed an earlier session.
    pub resumed: bool,
    /// The certificates of the peer together, as it showed them in this handshake or in the one that was resumed.
    pub certificates: Bytes,
}

/// What an answer said about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// `Content-Encoding`, if any.
    pub encoding: Option<String>,
    /// `Content-Type` without parameters, if any.
    pub content_type: Option<String>,
    /// The `Server` header, if any: advice quotes the right directive.
    pub server: Option<String>,
    /// True when the peer said that it closes the connection after this answer.
    pub closes: bool,
    /// `Server-Timing`'s total duration, if the server tells.
    pub server_time: Option<Duration>,
    /// True when the body was longer than the reader was willing to take.
    pub cut: bool,
    /// What a cache of the client may do with it; `None` where it may keep nothing, or nobody looked.
    pub keepable: Option<Keepable>,
    /// The URL that it came from, where a redirect led to another one than was asked for; `None` too where nobody looked.
    pub came_from: Option<String>,
}
