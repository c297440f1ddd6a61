//! A server's certificate: made at the start, signed by itself, good for loopback and where it listens.
//!
//! A client that should trust it gets the certificate from the server and adds it to its roots; nothing is written to a
//! file. What makes handshakes long can be planted, see [`TlsSpec`]. What it leaves alone: client certificates.

mod spec;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::NoServerSessionStorage;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::server::TlsStream;

pub use spec::{MAX_CERTIFICATE, TlsSpec, TlsVersion};

/// The names every certificate is good for, besides those asked for.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A client that has not finished its TLS handshake by then never will.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// The application protocols of HTTP/2 with HTTP/1.1 to fall back to, and of HTTP/1.1 alone (RFC 7301).
pub(crate) const ALPN_H2: &[&[u8]] = &[b"h2", b"http/1.1"];
pub(crate) const ALPN_HTTP1: &[&[u8]] = &[b"http/1.1"];

/// A certificate and the acceptor that shows it.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) certificate: Certificate,
}

/// What a client has to trust.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub(crate) pem: String,
    pub(crate) der: Vec<u8>,
}

/// A server's side of the handshake; `None` when the client did not finish it.
pub(crate) async fn accept<T>(acceptor: &TlsAcceptor, io: T) -> Option<TlsStream<T>>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let handshake = tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(io));
    handshake.await.ok()?.ok()
}

/// What the certificate of a server that listens there is good for, besides loopback and `names`.
pub(crate) fn names(listen: SocketAddr, names: &[String]) -> Vec<String> {
    let ip = listen.ip();
    let own = (!ip.is_loopback() && !ip.is_unspecified()).then(|| ip.to_string());
    own.into_iter().chain(names.iter().cloned()).collect()
}

impl Identity {
    /// A new key and certificate for loopback and `names`, with these application protocols, and `spec`'s faults.
    pub(crate) fn generate(alpn: &[&[u8]], names: &[String], spec: &TlsSpec) -> io::Result<Self> {
        let mut subjects: Vec<String> = LOOPBACK.map(str::to_owned).into();
        subjects.extend_from_slice(names);
        subjects.extend(spec.other_names());
        let certified = rcgen::generate_simple_self_signed(subjects).map_err(io::Error::other)?;
        let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
        let chain = vec![certified.cert.der().clone()];
        let versions: &[_] = match spec.version {
            TlsVersion::Newest => &[&TLS13, &TLS12],
            TlsVersion::Tls12 => &[&TLS12],
            TlsVersion::Tls13 => &[&TLS13],
        };
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_protocol_versions(versions)
                .map_err(io::Error::other)?
                .with_no_client_auth()
                .with_single_cert(chain, key)
                .map_err(io::Error::other)?;
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        if !spec.sessions.is_on() {
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        }
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate: Certificate {
                pem: certified.cert.pem(),
                der: certified.cert.der().to_vec(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use netopt_core::unit::Bytes;

    use super::*;

    #[test]
    fn two_servers_have_two_certificates() {
        let one = Identity::generate(ALPN_H2, &[], &TlsSpec::default())
            .unwrap()
            .certificate;
        let two = Identity::generate(ALPN_H2, &[], &TlsSpec::default())
            .unwrap()
            .certificate;
        assert!(one.pem.starts_with("-----BEGIN CERTIFICATE-----"));
        assert_ne!(one.der, two.der);
    }

    #[test]
    fn a_name_that_is_none_is_an_error() {
        let names = ["ü.demo".to_owned()];
        assert!(Identity::generate(ALPN_HTTP1, &names, &TlsSpec::default()).is_err());
    }

    #[test]
    fn a_certificate_is_as_large_as_it_was_asked_to_be() {
        for size in [4_000, 18_000, MAX_CERTIFICATE.get()] {
            let spec = TlsSpec {
                certificate: Bytes::new(size),
                ..TlsSpec::default()
            };
            let made = Identity::generate(ALPN_H2, &[], &spec).unwrap();
            let der = made.certificate.der.len() as u64;
            assert!(der >= size && der < size + 1_000, "{der} for {size}");
        }
    }

    #[test]
    fn the_address_that_is_listened_on_is_a_name_unless_it_is_none_of_its_own() {
        let asked = ["shop.demo".to_owned()];
        for (listen, expected) in [
            ("198.18.0.2:443", &["198.18.0.2", "shop.demo"][..]),
            ("[2001:db8::1]:443", &["2001:db8::1", "shop.demo"]),
            ("127.0.0.1:443", &["shop.demo"]),
            ("0.0.0.0:443", &["shop.demo"]),
        ] {
            assert_eq!(names(listen.parse().unwrap(), &asked), expected, "{listen}");
        }
    }
}
