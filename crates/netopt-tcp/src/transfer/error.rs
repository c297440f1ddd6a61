//! How a transfer fails: at which stage, by whose doing, and why.

use std::fmt;
use std::io;
use std::time::Duration;

use netopt_core::unit::show_duration;

/// How far a transfer had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Making the connections.
    Connect,
    /// Agreeing on what to do.
    Agree,
    /// Moving bytes.
    Move,
    /// Hearing what the other end saw.
    Report,
}

impl Stage {
    /// The word in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Agree => "agree",
            Self::Move => "move",
            Self::Report => "report",
        }
    }
}

/// Whose doing it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// This end's.
    Us,
    /// The other end's.
    Peer,
    /// Nobody's: the network between, as far as one can tell from here.
    Path,
}

impl Side {
    /// The word in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Peer => "peer",
            Self::Path => "path",
        }
    }
}

/// A transfer that did not come to its end.
#[derive(Debug)]
pub struct Error {
    stage: Stage,
    side: Side,
    timeout: bool,
    message: String,
    source: Option<io::Error>,
}

impl Error {
    pub(super) fn new(stage: Stage, side: Side, message: impl Into<String>) -> Self {
        Self {
            stage,
            side,
            timeout: false,
            message: message.into(),
            source: None,
        }
    }

    /// Somebody said nothing for too long.
    pub(super) fn silent(stage: Stage, what: &str, bound: Duration) -> Self {
        let message = format!("{what} within {}", show_duration(bound));
        Self {
            timeout: true,
            ..Self::new(stage, Side::Peer, message)
        }
    }

    /// What the kernel said about a socket.
    pub(super) fn io(stage: Stage, what: &str, source: io::Error) -> Self {
        use io::ErrorKind as Kind;
        let (side, message) = match source.kind() {
            Kind::ConnectionRefused => (Side::Peer, format!("{what}: the connection was refused")),
            Kind::ConnectionReset | Kind::BrokenPipe | Kind::ConnectionAborted => {
                (Side::Peer, format!("{what}: the peer reset the connection"))
            }
            Kind::UnexpectedEof => (
                Side::Peer,
                format!("{what}: the peer closed the connection"),
            ),
            Kind::HostUnreachable | Kind::NetworkUnreachable => {
                (Side::Path, format!("{what}: unreachable"))
            }
            Kind::TimedOut => (Side::Path, format!("{what}: nothing came back")),
            _ => (Side::Us, format!("{what}: {source}")),
        };
        Self {
            timeout: source.kind() == Kind::TimedOut,
            source: Some(source),
            ..Self::new(stage, side, message)
        }
    }

    /// How far it had come.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// Whose doing it was.
    #[must_use]
    pub const fn side(&self) -> Side {
        self.side
    }

    /// True when a bound on time was hit.
    #[must_use]
    pub const fn is_timeout(&self) -> bool {
        self.timeout
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({}, {})",
            self.message,
            self.stage.name(),
            self.side.name()
        )
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
