//! The four protocols, and trust in the origin's own certificate.

use std::net::SocketAddr;
use std::sync::Arc;

use netopt_lab::origin::{Failure, Origin, OriginSpec, Protocol};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::client::{Client, origin};

async fn speaking(protocol: Protocol) -> Origin {
    origin(OriginSpec {
        protocol,
        ..OriginSpec::default()
    })
    .await
}

pub(crate) async fn tls(
    address: SocketAddr,
    der: &[u8],
    host: &str,
    alpn: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(der.to_vec())).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

#[tokio::test]
async fn clear_text_in_both_versions() {
    let one = speaking(Protocol::Http1).await;
    assert_eq!(one.url(), format!("http://{}/", one.local_addr()));
    assert_eq!(one.certificate_pem(), None);
    let two = speaking(Protocol::Http2).await;
    let mut client = Client::http2(two.local_addr()).await;
    for _ in 0..3 {
        assert_eq!(client.get().await.unwrap().body.len(), 2000);
    }
    assert_eq!(two.served().connections, 1);
}

#[tokio::test]
async fn alpn_chooses_and_the_certificate_is_trusted_by_name_and_address() {
    for (protocol, host, offered, chosen) in [
        (
            Protocol::Https2,
            "localhost",
            &["h2", "http/1.1"][..],
            Some("h2"),
        ),
        (
            Protocol::Https2,
            "127.0.0.1",
            &["http/1.1"],
            Some("http/1.1"),
        ),
        (Protocol::Https2, "localhost", &[], None),
        (
            Protocol::Https1,
            "localhost",
            &["h2", "http/1.1"],
            Some("http/1.1"),
        ),
    ] {
        let origin = speaking(protocol).await;
        assert!(origin.url().starts_with("https://127.0.0.1:"));
        let der = origin.certificate_der().unwrap();
        let stream = tls(origin.local_addr(), der, host, offered).await.unwrap();
        let alpn = stream.get_ref().1.alpn_protocol();
        assert_eq!(alpn, chosen.map(str::as_bytes));
        let mut client = if chosen == Some("h2") {
            Client::http2_over(stream).await
        } else {
            Client::http1_over(stream).await
        };
        assert_eq!(client.get().await.unwrap().body.len(), 2000);
    }
}

#[tokio::test]
async fn another_name_or_another_certificate_is_not_trusted() {
    let origin = speaking(Protocol::Https1).await;
    let other = speaking(Protocol::Https1).await;
    let der = origin.certificate_der().unwrap();
    let address = origin.local_addr();
    assert!(tls(address, der, "example.com", &[]).await.is_err());
    assert!(
        tls(other.local_addr(), der, "localhost", &[])
            .await
            .is_err()
    );
    assert!(tls(address, der, "localhost", &[]).await.is_ok());
}

#[tokio::test]
async fn a_world_with_tls_has_a_certificate_for_its_name() {
    let mut spec = netopt_lab::WorldSpec::demo();
    spec.origin.protocol = Protocol::Https2;
    let world = netopt_lab::World::start(spec).await.unwrap();
    assert!(world.url().starts_with("https://shop.demo:"));
    let der = world.origin().certificate_der().unwrap();
    let stream = tls(world.address(), der, "shop.demo", &["h2"])
        .await
        .unwrap();
    let mut client = Client::http2_over(stream).await;
    assert_eq!(client.get().await.unwrap().body.len(), 25_000);
}

#[tokio::test]
async fn failures_happen_inside_tls_too() {
    let origin = origin(OriginSpec {
        protocol: Protocol::Https1,
        failure: Failure::NotHttp,
        ..OriginSpec::default()
    })
    .await;
    let der = origin.certificate_der().unwrap();
    let stream = tls(origin.local_addr(), der, "localhost", &[])
        .await
        .unwrap();
    let mut client = Client::http1_over(stream).await;
    client.get().await.unwrap_err();
}
