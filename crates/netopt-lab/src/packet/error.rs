//! Why a packet link cannot be made here.

use std::fmt;
use std::io;

use crate::path::Violations;

/// A packet link could not be made.
#[derive(Debug)]
pub struct Error {
    doing: Step,
    source: io::Error,
}

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Check,
    Network,
    Device,
    Interface,
    Settings,
    Thread,
}

impl Error {
    pub(super) const fn new(doing: Step, source: io::Error) -> Self {
        Self { doing, source }
    }

    /// The path has values that it cannot have.
    pub(super) fn of_path(violations: Violations) -> Self {
        let source = io::Error::new(io::ErrorKind::InvalidInput, violations);
        Self::new(Step::Check, source)
    }

    /// Turns an I/O error of `step` into this error.
    pub(super) fn at(step: Step) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::new(step, source)
    }

    /// True when the machine lacks what a packet link needs: root (or a user namespace), or the TUN device. The stream
    /// link needs neither.
    #[must_use]
    pub fn is_missing_here(&self) -> bool {
        matches!(self.doing, Step::Network | Step::Device)
    }

    /// True when the kernel says that this user may not.
    pub(super) fn is_forbidden(&self) -> bool {
        self.source.kind() == io::ErrorKind::PermissionDenied
    }

    /// True when the path that was asked for has a value out of its range.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        self.doing == Step::Check
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.doing {
            Step::Check => "this path cannot be",
            Step::Network => {
                "no network namespace can be made: that needs root, or a kernel that lets users have namespaces"
            }
            Step::Device => "no TUN device can be had: /dev/net/tun has to exist and be open to this user",
            Step::Interface => "the interface of a namespace cannot be set up",
            Step::Settings => "a setting of a namespace cannot be written",
            Step::Thread => "no thread can be started",
        })?;
        write!(f, " ({})", self.source)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
