//! The one error of this crate: which phase failed, for whom, and why.

use std::io;
use std::time::Duration;

use netopt_core::outcome::{Failure, FailureKind};
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;

use crate::race::Attempt;
use crate::resolve::Cause;

/// A connection that was not made.
#[derive(Debug)]
pub struct Error {
    kind: FailureKind,
    phase: Phase,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// No addresses, for that reason.
    pub(crate) fn lookup(host: &str, cause: &Cause) -> Self {
        let kind = match cause {
            Cause::Silent => FailureKind::DnsTimeout,
            cause if cause.is_absence() => FailureKind::DnsNotFound,
            _ => FailureKind::Other,
        };
        let message = if cause.is_absence() {
            format!("the name \"{host}\" has no address: {cause}")
        } else {
            format!("looking \"{host}\" up failed: {cause}")
        };
        Self {
            kind,
            phase: Phase::Dns,
            message,
            source: None,
        }
    }

    /// A resolver that cannot be made from `what`.
    pub(crate) fn configuration(
        what: &str,
        source: Box<dyn std::error::Error + Send + Sync>,
    ) -> Self {
        Self {
            kind: FailureKind::Other,
            phase: Phase::Dns,
            message: format!("no resolver can be made from {what}: {source}"),
            source: Some(source),
        }
    }

    pub(crate) fn lookup_timeout(host: &str, bound: Duration) -> Self {
        let message = format!(
            "no resolver answered for \"{host}\" within {}",
            show_duration(bound)
        );
        Self {
            kind: FailureKind::DnsTimeout,
            phase: Phase::Dns,
            message,
            source: None,
        }
    }

    /// The bound on the whole passed while these attempts ran or failed.
    pub(crate) fn connect_timeout(whom: &str, bound: Duration, attempts: &[Attempt]) -> Self {
        let message = format!(
            "no connection to {whom} within {}{}",
            show_duration(bound),
            each(attempts)
        );
        Self {
            kind: FailureKind::ConnectTimeout,
            phase: Phase::Connect,
            message,
            source: None,
        }
    }

    /// Every attempt failed; `source` is the first one's error.
    pub(crate) fn connect(whom: &str, source: io::Error, attempts: &[Attempt]) -> Self {
        let (kind, what) = match source.kind() {
            io::ErrorKind::ConnectionRefused => (
                FailureKind::ConnectRefused,
                "refused the connection".to_owned(),
            ),
            io::ErrorKind::TimedOut => (
                FailureKind::ConnectTimeout,
                "did not answer in time".to_owned(),
            ),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                (FailureKind::Unreachable, "is unreachable".to_owned())
            }
            io::ErrorKind::ConnectionReset => {
                (FailureKind::Reset, "reset the connection".to_owned())
            }
            _ => (
                FailureKind::Other,
                format!("could not be connected to: {source}"),
            ),
        };
        Self {
            kind,
            phase: Phase::Connect,
            message: format!("{whom} {what}{}", each(attempts)),
            source: Some(Box::new(source)),
        }
    }

    /// What happened.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        self.kind
    }

    /// In which phase: lookup or connect.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// True when a bound on time was hit.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(
            self.kind,
            FailureKind::DnsTimeout | FailureKind::ConnectTimeout
        )
    }

    /// The same as a fact about an exchange.
    #[must_use]
    pub fn failure(&self) -> Failure {
        Failure {
            kind: self.kind,
            phase: self.phase,
            message: self.message.clone(),
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Attempts named in a message at the most.
const MOST_NAMED: usize = 6;

/// `: 192.0.2.1 was silent for 2.5 s, 192.0.2.2 refused`; nothing for a single address, which the message has already.
fn each(attempts: &[Attempt]) -> String {
    if attempts.len() < 2 {
        return String::new();
    }
    let named: Vec<String> = attempts
        .iter()
        .take(MOST_NAMED)
        .map(ToString::to_string)
        .collect();
    let more = match attempts.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(": {}{more}", named.join(", "))
}
