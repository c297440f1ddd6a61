//! What became of each address that was tried.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use netopt_core::unit::show_duration;
use tokio::time::Instant;

/// One attempt at one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The address.
    pub address: SocketAddr,
    /// When it began.
    pub start: Instant,
    /// When it ended; for [`AttemptEnd::Running`] when it was looked at.
    pub end: Instant,
    /// How it ended.
    pub outcome: AttemptEnd,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptEnd {
    /// It has not ended: the caller gave up before.
    Running,
    /// It is the connection.
    Won,
    /// Another address was sooner.
    Overtaken,
    /// The kernel, or the bound of this address, said no.
    Failed(io::ErrorKind),
}

impl Attempt {
    /// How long it took.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.end.saturating_duration_since(self.start)
    }

    /// True when the address was tried for longer than a stagger and never answered.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        match self.outcome {
            AttemptEnd::Won => false,
            AttemptEnd::Running | AttemptEnd::Overtaken => self.length() >= super::STAGGER,
            AttemptEnd::Failed(kind) => kind == io::ErrorKind::TimedOut,
        }
    }
}

/// `192.0.2.1 refused`, for lists of them in an error.
impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ip = self.address.ip();
        match self.outcome {
            AttemptEnd::Won => write!(f, "{ip} connected"),
            AttemptEnd::Overtaken | AttemptEnd::Running => {
                write!(f, "{ip} was silent for {}", show_duration(self.length()))
            }
            AttemptEnd::Failed(io::ErrorKind::TimedOut) => {
                write!(f, "{ip} was silent for {}", show_duration(self.length()))
            }
            AttemptEnd::Failed(io::ErrorKind::ConnectionRefused) => write!(f, "{ip} refused"),
            AttemptEnd::Failed(kind) => write!(f, "{ip}: {kind}"),
        }
    }
}
