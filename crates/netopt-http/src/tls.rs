//! TLS by rustls: verification is always on; what to trust is passed in.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use netopt_core::change::{HttpVersion, Switch};
use netopt_core::exchange::TlsSession;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_core::unit::Bytes;
use netopt_tcp::Stream;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::{ClientConfig, Resumption};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{self, CertificateError, HandshakeKind, RootCertStore};

use crate::error::Error;

/// Whom a client trusts. Cloning shares it; sessions are kept per client, not here.
#[derive(Debug, Clone)]
pub struct Tls {
    roots: Arc<RootCertStore>,
    resumption: Switch,
}

/// A certificate that cannot be a root of trust.
#[derive(Debug)]
pub struct TlsError(rustls::Error);

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a certificate to trust: {}", self.0)
    }
}

impl std::error::Error for TlsError {}

impl Tls {
    /// Trusts nobody: every `https` call fails with a certificate error.
    #[must_use]
    pub fn trusting_nobody() -> Self {
        Self {
            roots: Arc::new(RootCertStore::empty()),
            resumption: Switch::On,
        }
    }

    /// Trusts those certificates, and whatever they signed.
    ///
    /// # Errors
    /// When one of them cannot be read as a certificate.
    pub fn trusting(
        certificates: impl IntoIterator<Item = CertificateDer<'static>>,
    ) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates {
            roots.add(certificate).map_err(TlsError)?;
        }
        seed();
        Ok(Self {
            roots: Arc::new(roots),
            resumption: Switch::On,
        })
    }

    /// Whether an earlier session of the same host is taken up instead of a full handshake (RFC 8446 §2.2, RFC 5077). Off
    /// keeps no sessions and asks for no tickets. Default: on, 256 hosts in memory.
    #[must_use]
    pub fn resuming(self, resumption: Switch) -> Self {
        Self { resumption, ..self }
    }

    /// A connector with its own session cache.
    pub(crate) fn connector(&self, version: HttpVersion) -> Result<TlsConnector, TlsError> {
        let mut config =
            ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(TlsError)?
                .with_root_certificates(Arc::clone(&self.roots))
                .with_no_client_auth();
        let protocols: &[&[u8]] = match version {
            HttpVersion::Auto => &[b"h2", b"http/1.1"],
            HttpVersion::Http1 => &[b"http/1.1"],
            HttpVersion::Http2 => &[b"h2"],
        };
        if !self.resumption.is_on() {
            config.resumption = Resumption::disabled();
        }
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

/// Draws a first random number. The generator then seeds itself from the jitter of the processor, which takes tens of
/// milliseconds: in the first handshake they would be told as the peer's.
fn seed() {
    let provider = aws_lc_rs::default_provider();
    // A generator that fails fails again in the handshake, where there is somebody to tell.
    provider.secure_random.fill(&mut [0; 32]).ok();
}

/// The handshake with `host`.
pub(crate) async fn shake_hands(
    connector: &TlsConnector,
    host: &str,
    stream: Stream,
) -> Result<TlsStream<Stream>, Error> {
    let name = ServerName::try_from(host.to_owned()).map_err(|error| {
        let message = format!("\"{host}\" can be no name in a certificate");
        Error::new(FailureKind::TlsCertificate, Phase::Tls, message).because(error)
    })?;
    connector.connect(name, stream).await.map_err(|error| {
        let reason = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let (kind, message) = match reason {
            Some(rustls::Error::InvalidCertificate(why)) => (
                FailureKind::TlsCertificate,
                format!(
                    "the certificate of {host} is not to be trusted: {}",
                    flaw(why)
                ),
            ),
            Some(rustls::Error::InvalidMessage(_)) => (
                FailureKind::TlsHandshake,
                format!("{host} does not speak TLS on this port"),
            ),
            Some(other) => (
                FailureKind::TlsHandshake,
                format!("the TLS handshake with {host} failed: {other}"),
            ),
            None => (
                FailureKind::TlsHandshake,
                format!("{host} broke the TLS handshake off: {error}"),
            ),
        };
        Error::new(kind, Phase::Tls, message).because(error)
    })
}

/// What is wrong with a certificate, in words where rustls has only a name for it.
fn flaw(error: &CertificateError) -> Cow<'static, str> {
    match error {
        CertificateError::UnknownIssuer => "nobody who is trusted has signed it".into(),
        // Whoever signed it bears the name of somebody who is trusted.
        CertificateError::BadSignature
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "its signature is not by the key that is trusted under its issuer's name".into()
        }
        // webpki's error has no type here, only its name.
        CertificateError::Other(inner) if inner.to_string() == "CaUsedAsEndEntity" => {
            "it is for signing others (basicConstraints CA:TRUE), which a server's own must not be"
                .into()
        }
        other => other.to_string().into(),
    }
}

/// What was agreed on.
pub(crate) fn session(stream: &TlsStream<Stream>) -> TlsSession {
    let (_, connection) = stream.get_ref();
    let version = match connection.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
        _ => "unknown",
    };
    let resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
    let certificates = connection.peer_certificates().unwrap_or_default();
    let shown: usize = certificates
        .iter()
        .map(|certificate| certificate.len())
        .sum();
    TlsSession {
        version: version.to_owned(),
        resumed,
        certificates: Bytes::new(shown as u64),
    }
}
