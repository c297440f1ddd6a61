//! Where a connection goes: the key of the pool.

use std::fmt;

use http::Uri;
use netopt_core::target::{Scheme, Target};

/// Scheme, host and port. Two requests share connections only if all three are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Destination {
    scheme: Scheme,
    host: String,
    port: u16,
}

impl Destination {
    /// The destination of an absolute `http` or `https` URI.
    #[must_use]
    pub fn of(uri: &Uri) -> Option<Self> {
        let target: Target = uri.to_string().parse().ok()?;
        target.scheme().is_http().then(|| Self::of_target(&target))
    }

    /// The destination of a target, whatever is spoken there.
    pub(crate) fn of_target(target: &Target) -> Self {
        Self {
            scheme: target.scheme(),
            host: target.host().to_owned(),
            port: target.port(),
        }
    }

    /// Whether connections to it are encrypted.
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        self.scheme.is_encrypted()
    }

    /// The host: a name or an address, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme.name(), self.host, self.port)
    }
}
