//! The one error of this crate: what failed, in which phase, and why.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use netopt_core::outcome::{Failure, FailureKind};
use netopt_core::phase::Phase;
use netopt_core::unit::{self, show_duration};

pub(crate) type Source = Box<dyn StdError + Send + Sync>;

/// A call without a full answer.
#[derive(Debug)]
pub struct Error {
    failure: Failure,
    source: Option<Source>,
    delivery: Delivery,
}

/// Whether the peer may have seen the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Not one byte of it was sent.
    Unsent,
    /// Some or all of it was.
    MaybeSent,
}

impl Error {
    pub(crate) fn new(kind: FailureKind, phase: Phase, message: impl Into<String>) -> Self {
        Self {
            failure: Failure {
                kind,
                phase,
                message: message.into(),
            },
            source: None,
            delivery: delivery_in(phase),
        }
    }

    /// The error of a service of your own beneath the layers, and what caused it.
    ///
    /// What they do about it follows from its kind and its phase: up to the connection nothing was sent, so the call may be made
    /// again whatever its method; from then on the peer may have worked on it.
    #[must_use]
    pub fn of_service(
        failure: Failure,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::shared(failure).because(source)
    }

    pub(crate) fn because(mut self, source: impl Into<Source>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn timeout(phase: Phase, bound: Duration) -> Self {
        let (kind, what) = match phase {
            Phase::Receive => (FailureKind::BodyTimeout, "the answer was not complete"),
            Phase::Queue => (FailureKind::PoolTimeout, "no connection came free"),
            Phase::Dns => (FailureKind::DnsTimeout, "the name was not resolved"),
            Phase::Connect => (FailureKind::ConnectTimeout, "no connection was made"),
            Phase::Proxy => (FailureKind::ConnectTimeout, "the proxy opened no tunnel"),
            Phase::Tls => (
                FailureKind::ConnectTimeout,
                "the TLS handshake was not complete",
            ),
            Phase::Upgrade => (
                FailureKind::RequestTimeout,
                "the peer did not agree to WebSocket",
            ),
            Phase::Send | Phase::Wait => (FailureKind::RequestTimeout, "no answer came"),
        };
        Self::new(
            kind,
            phase,
            format!("{what} within {}", show_duration(bound)),
        )
    }

    /// A body of an answer from which nothing came for so long.
    pub(crate) fn silent(bound: Duration) -> Self {
        let message = format!(
            "nothing more of the answer came for {}, the longest silence that is waited for",
            show_duration(bound)
        );
        Self::new(FailureKind::BodyTimeout, Phase::Receive, message)
    }

    /// A body that is longer than a client was to read.
    pub(crate) fn cut(limit: unit::Bytes) -> Self {
        let message = format!(
            "the body is longer than {limit}, the most that this client reads of one; give it a higher `body_limit`"
        );
        Self::new(FailureKind::Other, Phase::Receive, message)
    }

    /// The failure of the attempt that this call had been waiting for.
    pub(crate) const fn shared(failure: Failure) -> Self {
        Self {
            delivery: delivery_in(failure.phase),
            failure,
            source: None,
        }
    }

    /// An error of the HTTP engine in that phase.
    pub(crate) fn engine(error: hyper::Error, phase: Phase) -> Self {
        let kind = judge(&error);
        let message = match kind {
            FailureKind::Reset => "the peer reset the connection".to_owned(),
            FailureKind::Protocol => {
                format!("the peer does not speak HTTP as asked: {}", root(&error))
            }
            FailureKind::ClosedEarly if phase == Phase::Receive => {
                "the peer closed in the middle of the answer".to_owned()
            }
            FailureKind::ClosedEarly => "the peer closed without an answer".to_owned(),
            _ => format!("the exchange failed: {}", root(&error)),
        };
        // A peer that has begun to answer has seen the request, whatever it says afterwards.
        let unseen = phase != Phase::Receive && refusal(&error).is_some();
        let error = Self::new(kind, phase, message).because(error);
        if unseen { error.unsent() } else { error }
    }

    /// The same on the way to a proxy: who refuses there, is not the peer.
    pub(crate) fn at_proxy(mut self) -> Self {
        let failure = &mut self.failure;
        failure.message.insert_str(0, "no way to the proxy: ");
        if let FailureKind::ConnectRefused | FailureKind::Reset = failure.kind {
            failure.kind = FailureKind::Proxy;
        }
        self
    }

    /// It is known that the peer has not seen the request.
    pub(crate) const fn unsent(mut self) -> Self {
        self.delivery = Delivery::Unsent;
        self
    }

    /// The call had other attempts before or beside this one, which the peer may have worked on.
    pub(crate) const fn maybe_sent(mut self) -> Self {
        self.delivery = Delivery::MaybeSent;
        self
    }

    /// The same with one more thing to tell.
    pub(crate) fn noting(mut self, what: &str) -> Self {
        self.failure.message.push_str(what);
        self
    }

    /// What happened, where, in one line.
    #[must_use]
    pub const fn failure(&self) -> &Failure {
        &self.failure
    }

    /// In which phase it failed.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.failure.phase
    }

    /// True when a bound on time was hit.
    #[must_use]
    pub const fn is_timeout(&self) -> bool {
        use FailureKind as K;
        matches!(
            self.failure.kind,
            K::DnsTimeout
                | K::ConnectTimeout
                | K::PoolTimeout
                | K::RequestTimeout
                | K::BodyTimeout
                | K::SourceTimeout
        )
    }

    /// True when it is certain that the peer did not work on the request: nothing of it was sent, or the peer says so
    /// (RFC 9113 §8.7). Then it may be made again, whatever its method. False means that nobody knows.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        self.delivery == Delivery::Unsent
    }
}

impl From<netopt_tcp::Error> for Error {
    fn from(error: netopt_tcp::Error) -> Self {
        let failure = error.failure();
        Self {
            delivery: delivery_in(failure.phase),
            failure,
            source: Some(Box::new(error)),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.failure.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Whose fault an error of the HTTP engine is.
pub(crate) fn judge(error: &hyper::Error) -> FailureKind {
    use io::ErrorKind as K;
    let h2 = causes(error).find_map(|cause| cause.downcast_ref::<h2::Error>());
    let io = causes(error)
        .find_map(|cause| cause.downcast_ref::<io::Error>())
        .or_else(|| h2?.get_io());
    if error.is_parse() {
        return FailureKind::Protocol;
    }
    match (io.map(io::Error::kind), h2) {
        (Some(K::ConnectionReset | K::BrokenPipe), _) => FailureKind::Reset,
        // A malformed chunk, or a record that cannot be decrypted.
        (Some(K::InvalidInput | K::InvalidData), _) => FailureKind::Protocol,
        (Some(K::UnexpectedEof | K::ConnectionAborted | K::NotConnected), _) => {
            FailureKind::ClosedEarly
        }
        // The peer gave the stream or the connection up; otherwise our side did, for what the peer said.
        (None, Some(h2)) if h2.is_remote() => FailureKind::ClosedEarly,
        (None, Some(h2)) if h2.is_library() => FailureKind::Protocol,
        // A request that waited in the engine when its connection ended. The error has no type, only its words.
        _ if error.is_user() && error.to_string().starts_with("dispatch task is gone") => {
            FailureKind::ClosedEarly
        }
        _ if error.is_incomplete_message() || error.is_canceled() || error.is_closed() => {
            FailureKind::ClosedEarly
        }
        _ => FailureKind::Other,
    }
}

/// Before a request is handed to the engine nothing of it can have been sent.
const fn delivery_in(phase: Phase) -> Delivery {
    match phase {
        Phase::Queue | Phase::Dns | Phase::Connect | Phase::Proxy | Phase::Tls => Delivery::Unsent,
        Phase::Upgrade | Phase::Send | Phase::Wait | Phase::Receive => Delivery::MaybeSent,
    }
}

/// How a peer of HTTP/2 says that it did not work on a request (RFC 9113 §8.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It refused the stream.
    Stream,
    /// It winds the connection up, and the stream is beyond the last one that it may have worked on.
    GoAway,
}

/// Whether the peer said so in place of an answer. The engine gives the error of a GOAWAY to those streams only that are
/// beyond the last one, and to those that were not opened yet.
pub(crate) fn refusal(error: &hyper::Error) -> Option<Refusal> {
    let h2 = causes(error).find_map(|cause| cause.downcast_ref::<h2::Error>())?;
    if !h2.is_remote() {
        None
    } else if h2.is_go_away() {
        Some(Refusal::GoAway)
    } else {
        (h2.reason() == Some(h2::Reason::REFUSED_STREAM)).then_some(Refusal::Stream)
    }
}

/// The error and all that caused it.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| {
        (*error).source()
    })
}

pub(crate) fn root(error: &(dyn StdError + 'static)) -> String {
    causes(error)
        .last()
        .map_or_else(String::new, ToString::to_string)
}
