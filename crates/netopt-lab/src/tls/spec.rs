//! What makes the handshakes of a server long: plain data, each default the healthy choice.
//!
//! What it leaves alone: how large its certificate is without help, and the time of the cryptography, which is the machine's.

use netopt_core::change::Switch;
use netopt_core::unit::Bytes;

/// The largest certificate: a handshake message of TLS may have 64 KiB, and the rest of it needs some.
pub const MAX_CERTIFICATE: Bytes = Bytes::new(60_000);

/// What a further name takes in a certificate: 38 bytes of text, and two of tag and length.
const NAME: u64 = 40;

/// How a server shakes hands. The default is healthy: the newest version, sessions, a certificate of half a kilobyte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TlsSpec {
    /// Which versions it speaks. Default: [`TlsVersion::Newest`].
    pub version: TlsVersion,
    /// Whether it lets sessions be resumed, by tickets or by their ids. Default: on.
    pub sessions: Switch,
    /// What its certificate has at least, filled with names that nobody asks for; at most [`MAX_CERTIFICATE`]. Default:
    /// zero, no filling.
    pub certificate: Bytes,
}

impl Default for TlsSpec {
    fn default() -> Self {
        Self {
            version: TlsVersion::default(),
            sessions: Switch::On,
            certificate: Bytes::ZERO,
        }
    }
}

/// Which versions of TLS a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TlsVersion {
    /// TLS 1.3, and 1.2 for whoever has nothing newer.
    #[default]
    Newest,
    /// TLS 1.2 alone: a full handshake takes two round trips (RFC 5246 §7.3).
    Tls12,
    /// TLS 1.3 alone: one (RFC 8446 §2).
    Tls13,
}

impl TlsSpec {
    /// The names that fill the certificate: the sites that a large host serves under one.
    pub(super) fn other_names(&self) -> impl Iterator<Item = String> + use<> {
        let count = self.certificate.get().div_ceil(NAME);
        (0..count).map(|number| format!("customer-{number:05}.of-a-large-host.example"))
    }
}
