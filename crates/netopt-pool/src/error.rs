//! Why no connection was to be had.

use std::fmt;
use std::time::Duration;

use netopt_core::unit::show_duration;

/// The step of a `get` that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Waiting for a place.
    Wait,
    /// Opening a connection.
    Create,
    /// Finding out whether an idle connection is still good.
    Recycle,
}

impl Phase {
    /// The name in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wait => "waiting for a place",
            Self::Create => "opening a connection",
            Self::Recycle => "looking at an idle connection",
        }
    }
}

/// No connection: no place came free in time, opening one failed with `E` or took too long, or the pool is closed.
///
/// Nothing was sent in any case, so a retry is safe.
#[derive(Debug)]
pub struct Error<E> {
    kind: Kind<E>,
}

#[derive(Debug)]
pub(crate) enum Kind<E> {
    Full { bound: u32, waited: Duration },
    Late { phase: Phase, bound: Duration },
    Open(E),
    Lost,
    Closed,
}

impl<E> From<Kind<E>> for Error<E> {
    fn from(kind: Kind<E>) -> Self {
        Self { kind }
    }
}

impl<E> Error<E> {
    /// True when time ran out: all places were taken for as long as the caller was willing to wait, or a step took longer
    /// than it may.
    #[must_use]
    pub const fn is_timeout(&self) -> bool {
        matches!(self.kind, Kind::Full { .. } | Kind::Late { .. })
    }

    /// True when the pool was closed.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.kind, Kind::Closed)
    }

    /// The step that failed.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        match self.kind {
            Kind::Full { .. } | Kind::Closed => Phase::Wait,
            Kind::Late { phase, .. } => phase,
            Kind::Open(_) | Kind::Lost => Phase::Create,
        }
    }

    /// The error of opening a connection, if it was that.
    #[must_use]
    pub fn into_open(self) -> Option<E> {
        match self.kind {
            Kind::Open(error) => Some(error),
            Kind::Full { .. } | Kind::Late { .. } | Kind::Lost | Kind::Closed => None,
        }
    }
}

impl<E> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Full { bound, waited } => {
                write!(
                    f,
                    "none of {bound} pooled connections came free within {}",
                    show_duration(*waited)
                )
            }
            Kind::Late { phase, bound } => {
                write!(
                    f,
                    "{} took longer than {}",
                    phase.name(),
                    show_duration(*bound)
                )
            }
            Kind::Open(_) => f.write_str("a new connection could not be opened"),
            Kind::Lost => f.write_str(
                "the task that opened a connection ended without one: its manager panicked or its runtime ended",
            ),
            Kind::Closed => f.write_str("the pool is closed"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            Kind::Open(error) => Some(error),
            Kind::Full { .. } | Kind::Late { .. } | Kind::Lost | Kind::Closed => None,
        }
    }
}
