//! Which server, and its faults: HTTP or something below it.
//!
//! What it leaves alone: the two specs, which check themselves.

use std::io;

use crate::origin::OriginSpec;
use crate::raw::RawSpec;

/// Any server of the lab. Both specs turn into it, so whoever starts one need not say which it is.
#[derive(Debug, Clone, PartialEq)]
pub enum ServerSpec {
    /// HTTP in one of its versions.
    Http(OriginSpec),
    /// TCP, UDP or WebSocket.
    Raw(RawSpec),
}

impl ServerSpec {
    /// Whether it runs over TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        match self {
            Self::Http(spec) => spec.protocol.is_tls(),
            Self::Raw(spec) => spec.protocol.is_tls(),
        }
    }

    /// The scheme of its URLs.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        match self {
            Self::Http(spec) => spec.protocol.scheme(),
            Self::Raw(spec) => spec.protocol.scheme(),
        }
    }

    /// Names every value that is out of its range or has no meaning for the protocol.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] with all of them in one line.
    pub fn check(&self) -> io::Result<()> {
        match self {
            Self::Http(spec) => spec.check(),
            Self::Raw(spec) => spec.check(),
        }
    }
}

impl From<OriginSpec> for ServerSpec {
    fn from(spec: OriginSpec) -> Self {
        Self::Http(spec)
    }
}

impl From<RawSpec> for ServerSpec {
    fn from(spec: RawSpec) -> Self {
        Self::Raw(spec)
    }
}
