//! Why no connection was to be had.

use std::fmt;
use std::time::Duration;

use netopt_core::unit::show_duration;

/// No connection: either no place came free in time, or opening one failed with `E`.
#[derive(Debug)]
pub struct Error<E> {
    kind: Kind<E>,
}

#[derive(Debug)]
enum Kind<E> {
    Full { bound: u32, waited: Duration },
    Open(E),
}

impl<E> Error<E> {
    pub(crate) const fn full(bound: u32, waited: Duration) -> Self {
        Self {
            kind: Kind::Full { bound, waited },
        }
    }

    pub(crate) const fn open(error: E) -> Self {
        Self {
            kind: Kind::Open(error),
        }
    }

    /// True when all places were taken for as long as the caller was willing to wait. A retry elsewhere is safe.
    #[must_use]
    pub const fn is_timeout(&self) -> bool {
        matches!(self.kind, Kind::Full { .. })
    }

    /// The error of opening a connection, if it was that.
    #[must_use]
    pub fn into_open(self) -> Option<E> {
        match self.kind {
            Kind::Open(error) => Some(error),
            Kind::Full { .. } => None,
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
            Kind::Open(_) => f.write_str("a new connection could not be opened"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            Kind::Open(error) => Some(error),
            Kind::Full { .. } => None,
        }
    }
}
