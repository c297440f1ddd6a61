//! The origin's certificate: made at the start, signed by itself, good for loopback.
//!
//! A client that should trust it gets the certificate from the origin and adds it to its roots; nothing is written to a
//! file. What it leaves alone: client certificates and sessions, where rustls' defaults hold.

use std::io;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::Protocol;

/// The names every certificate is good for, besides those asked for.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A certificate and the acceptor that shows it.
pub(super) struct Identity {
    pub(super) acceptor: TlsAcceptor,
    pub(super) pem: String,
    pub(super) der: Vec<u8>,
}

impl Identity {
    /// A new key and certificate for loopback and `names`, with the ALPN of `protocol`.
    pub(super) fn generate(protocol: Protocol, names: &[String]) -> io::Result<Self> {
        let mut subjects: Vec<String> = LOOPBACK.map(str::to_owned).into();
        subjects.extend_from_slice(names);
        let certified = rcgen::generate_simple_self_signed(subjects).map_err(io::Error::other)?;
        let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
        let chain = vec![certified.cert.der().clone()];
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(io::Error::other)?
                .with_no_client_auth()
                .with_single_cert(chain, key)
                .map_err(io::Error::other)?;
        config.alpn_protocols = match protocol {
            Protocol::Https2 => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
            Protocol::Https1 | Protocol::Http1 | Protocol::Http2 => vec![b"http/1.1".to_vec()],
        };
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            pem: certified.cert.pem(),
            der: certified.cert.der().to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_origins_have_two_certificates() {
        let one = Identity::generate(Protocol::Https2, &[]).unwrap();
        let two = Identity::generate(Protocol::Https2, &[]).unwrap();
        assert!(one.pem.starts_with("-----BEGIN CERTIFICATE-----"));
        assert_ne!(one.der, two.der);
    }

    #[test]
    fn a_name_that_is_none_is_an_error() {
        assert!(Identity::generate(Protocol::Https1, &["ü.demo".to_owned()]).is_err());
    }
}
