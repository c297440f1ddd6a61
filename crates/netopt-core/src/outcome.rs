//! How a call ended.
//!
//! There is one definition of success for all of netopt: an answer with a status below 400. The seed had two, so
//! its 500 was a success in one table and its 204 a failure in another.

use std::fmt;

use crate::phase::Phase;

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The peer answered in full, with this HTTP status.
    Answered(u16),
    /// All of the call succeeded, and it has no status: a bare TCP connection was made, a datagram or a message of
    /// WebSocket came back.
    Connected,
    /// There was no full answer.
    Failed(Failure),
}

impl Outcome {
    /// True for a connection, and for an answer with a status below 400: 204, 301 and 304 are successes, 404 and 500 are not.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Answered(0..=399) | Self::Connected)
    }

    /// The class under which an unsuccessful call is counted: `4xx`, `5xx` or the name of its failure.
    #[must_use]
    pub fn error_class(&self) -> Option<&'static str> {
        match self {
            Self::Answered(0..=399) | Self::Connected => None,
            Self::Answered(400..=499) => Some("4xx"),
            Self::Answered(_) => Some("5xx"),
            Self::Failed(failure) => Some(failure.kind.name()),
        }
    }

    /// The failure, if it is one.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Answered(_) | Self::Connected => None,
        }
    }
}

/// Why there was no full answer, and where it broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub kind: FailureKind,
    /// In which phase.
    pub phase: Phase,
    /// One line for people: the value, the bound, the cause.
    pub message: String,
}

impl Failure {
    /// Whose side it is on, as far as kind and phase tell: who is silent in a TLS handshake has accepted a connection
    /// before.
    #[must_use]
    pub const fn side(&self) -> Option<Side> {
        match (self.kind, self.phase) {
            (FailureKind::ConnectTimeout, Phase::Tls) => Some(Side::Peer),
            (FailureKind::ConnectTimeout, Phase::Proxy) => Some(Side::Proxy),
            (kind, _) => kind.side(),
        }
    }
}

/// Whose side a failure is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Our client.
    Us,
    /// Whoever turns names into addresses.
    Resolver,
    /// The way to the peer, or a peer that is not there: from here they look alike.
    Path,
    /// The proxy that calls go through: it was there and led no further.
    Proxy,
    /// The peer: it was there and did not do its part.
    Peer,
}

impl Side {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Resolver => "resolver",
            Self::Path => "path",
            Self::Proxy => "proxy",
            Self::Peer => "peer",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The kinds of failure, few enough to be a metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureKind {
    /// The name has no address.
    DnsNotFound,
    /// The resolver did not answer in time.
    DnsTimeout,
    /// The peer refused the connection.
    ConnectRefused,
    /// The connection was not made in time.
    ConnectTimeout,
    /// No way to the peer.
    Unreachable,
    /// The proxy refused, or did not do its part.
    Proxy,
    /// The peer's certificate is not to be trusted.
    TlsCertificate,
    /// The TLS handshake failed for another reason.
    TlsHandshake,
    /// No pooled connection became free in time.
    PoolTimeout,
    /// The peer reset the connection.
    Reset,
    /// The peer closed before the answer was complete.
    ClosedEarly,
    /// No answer in time.
    RequestTimeout,
    /// The answer began, but did not end in time.
    BodyTimeout,
    /// The source of a request's body had nothing more to send for too long.
    SourceTimeout,
    /// A limit of the client's own on calls in flight or on their rate refused the call.
    Limited,
    /// Redirects that lead on and on, in a loop, or where it is not safe to follow.
    Redirects,
    /// A datagram did not come back. It, or its echo, was lost, or nobody sent one.
    Lost,
    /// The peer does not speak the protocol.
    Protocol,
    /// None of the above.
    Other,
}

impl FailureKind {
    /// The name in reports, JSON and metric labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DnsNotFound => "dns_not_found",
            Self::DnsTimeout => "dns_timeout",
            Self::ConnectRefused => "connect_refused",
            Self::ConnectTimeout => "connect_timeout",
            Self::Unreachable => "unreachable",
            Self::Proxy => "proxy",
            Self::TlsCertificate => "tls_certificate",
            Self::TlsHandshake => "tls_handshake",
            Self::PoolTimeout => "pool_timeout",
            Self::Reset => "reset",
            Self::ClosedEarly => "closed_early",
            Self::RequestTimeout => "request_timeout",
            Self::BodyTimeout => "body_timeout",
            Self::SourceTimeout => "source_timeout",
            Self::Limited => "limited",
            Self::Redirects => "redirects",
            Self::Lost => "lost",
            Self::Protocol => "protocol",
            Self::Other => "other",
        }
    }
}

impl FailureKind {
    /// Whose side such a failure is on; `None` where that depends.
    #[must_use]
    pub const fn side(self) -> Option<Side> {
        match self {
            Self::DnsNotFound | Self::DnsTimeout => Some(Side::Resolver),
            Self::ConnectTimeout | Self::Unreachable | Self::Lost => Some(Side::Path),
            Self::Proxy => Some(Side::Proxy),
            Self::PoolTimeout | Self::SourceTimeout | Self::Limited => Some(Side::Us),
            Self::ConnectRefused
            | Self::TlsCertificate
            | Self::TlsHandshake
            | Self::Reset
            | Self::ClosedEarly
            | Self::RequestTimeout
            | Self::BodyTimeout
            | Self::Redirects
            | Self::Protocol => Some(Side::Peer),
            Self::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_the_peers_once_it_has_accepted() {
        let silent = |phase| Failure {
            kind: FailureKind::ConnectTimeout,
            phase,
            message: String::new(),
        };
        assert_eq!(silent(Phase::Connect).side(), Some(Side::Path));
        assert_eq!(silent(Phase::Tls).side(), Some(Side::Peer));
        assert_eq!(silent(Phase::Proxy).side(), Some(Side::Proxy));
    }

    #[test]
    fn seed_two_definitions_of_success_are_one() {
        for status in [200, 204, 206, 301, 304] {
            assert!(Outcome::Answered(status).is_success(), "{status}");
        }
        for (status, class) in [(404, "4xx"), (429, "4xx"), (500, "5xx"), (503, "5xx")] {
            assert!(!Outcome::Answered(status).is_success(), "{status}");
            assert_eq!(Outcome::Answered(status).error_class(), Some(class));
        }
    }
}
