//! Long handshakes: an old version, no sessions, a large certificate.

use std::sync::Arc;

use netopt_core::change::Switch;
use netopt_core::unit::Bytes;
use netopt_lab::origin::{Origin, OriginSpec, Protocol, TlsSpec, TlsVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, HandshakeKind, ProtocolVersion, RootCertStore};

use crate::client::origin;

/// The version, whether the second of two connections resumed the session of the first, and the size of the certificate.
async fn agreed(tls: TlsSpec) -> (ProtocolVersion, bool, usize) {
    let origin = origin(OriginSpec {
        protocol: Protocol::Https1,
        tls,
        ..OriginSpec::default()
    })
    .await;
    let connector = connector(&origin);
    shake_hands(&origin, &connector).await;
    shake_hands(&origin, &connector).await
}

fn connector(origin: &Origin) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    let der = origin.certificate_der().unwrap().to_vec();
    roots.add(CertificateDer::from(der)).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

async fn shake_hands(origin: &Origin, connector: &TlsConnector) -> (ProtocolVersion, bool, usize) {
    let stream = TcpStream::connect(origin.local_addr()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = connector.connect(name, stream).await.unwrap();
    // A ticket of TLS 1.3 comes after the handshake.
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    let (_, connection) = stream.get_ref();
    let shown = connection.peer_certificates().unwrap();
    (
        connection.protocol_version().unwrap(),
        connection.handshake_kind() == Some(HandshakeKind::Resumed),
        shown.iter().map(|certificate| certificate.len()).sum(),
    )
}

#[tokio::test]
async fn a_healthy_server_speaks_the_newest_version_and_resumes() {
    let (version, resumed, size) = agreed(TlsSpec::default()).await;
    assert_eq!((version, resumed), (ProtocolVersion::TLSv1_3, true));
    assert!(size < 1_000, "{size}");
}

#[tokio::test]
async fn versions_sessions_and_the_certificate_are_as_they_were_asked_for() {
    for (version, expected) in [
        (TlsVersion::Tls12, ProtocolVersion::TLSv1_2),
        (TlsVersion::Tls13, ProtocolVersion::TLSv1_3),
    ] {
        for sessions in [Switch::On, Switch::Off] {
            let certificate = Bytes::new(18_000);
            let spec = TlsSpec {
                version,
                sessions,
                certificate,
            };
            let (spoken, resumed, size) = agreed(spec).await;
            assert_eq!((spoken, resumed), (expected, sessions.is_on()), "{spec:?}");
            assert!(size >= 18_000, "{size}");
        }
    }
}
