//! Certificates that are not to be trusted, and TLS where there is none: one line each, in the phase tls, on the peer's side.

use std::sync::Arc;

use netopt_core::change::HttpVersion;
use netopt_core::exchange::Exchange;
use netopt_core::outcome::{FailureKind, Side};
use netopt_core::phase::Phase;
use netopt_http::Tls;
use netopt_lab::origin::{Failure, Protocol};
use rcgen::{CertificateParams, Issuer, KeyPair, date_time_ymd};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::server::TlsStream;

use crate::scene::{assert_failed, client, config, failing, get, scripted};

/// A certificate with its key, and whom to trust to trust it.
pub(crate) struct Identity {
    acceptor: TlsAcceptor,
    pub(crate) root: CertificateDer<'static>,
}

impl Identity {
    /// One for `names`, as changed by `change`, signed by an authority of its own.
    pub(crate) fn new(
        names: &[&str],
        alpn: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let root_key = KeyPair::generate().unwrap();
        let root = authority.self_signed(&root_key).unwrap();
        let issuer = Issuer::new(authority, root_key);
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![certificate.der().clone()], key)
                .unwrap();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            root: root.der().clone(),
        }
    }

    /// A peer that shakes hands and then plays. It ends with the test.
    pub(crate) async fn serve<F>(
        &self,
        play: impl Fn(TlsStream<TcpStream>) -> F + Clone + Send + Sync + 'static,
    ) -> String
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let acceptor = self.acceptor.clone();
        let url = scripted(move |stream| {
            let (acceptor, play) = (acceptor.clone(), play.clone());
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    play(stream).await;
                }
            }
        })
        .await;
        url.replace("http://", "https://")
    }
}

async fn call(url: &str, root: Option<CertificateDer<'static>>) -> Exchange {
    let mut config = config();
    if let Some(root) = root {
        config.tls = Tls::trusting([root]).unwrap();
    }
    client(&config).exchange(get(url)).await
}

#[track_caller]
fn message(call: &Exchange, kind: FailureKind) -> String {
    assert_failed(call, kind, Phase::Tls);
    let failure = call.outcome.failure().unwrap();
    assert_eq!(failure.side(), Some(Side::Peer), "{failure}");
    assert_eq!(failure.message.lines().count(), 1, "{failure}");
    failure.message.clone()
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_told() {
    type Change = fn(&mut CertificateParams);
    let cases: [(&[&str], Change, &str); 4] = [
        (
            &["127.0.0.1"],
            |params| params.not_after = date_time_ymd(2020, 1, 2),
            "expired",
        ),
        (
            &["127.0.0.1"],
            |params| params.not_before = date_time_ymd(2090, 1, 1),
            "not valid yet",
        ),
        (&["other.test"], |_| {}, "not valid for name"),
        (&["127.0.0.2"], |_| {}, "not valid for name"),
    ];
    for (names, change, words) in cases {
        let identity = Identity::new(names, &["http/1.1"], change);
        let url = identity.serve(|_| async {}).await;
        let told = message(
            &call(&url, Some(identity.root.clone())).await,
            FailureKind::TlsCertificate,
        );
        assert!(
            told.starts_with("the certificate of 127.0.0.1 is not to be trusted: "),
            "{told}"
        );
        assert!(told.contains(words), "{told}");
    }
    // A good one of somebody whom nobody knows.
    let identity = Identity::new(&["127.0.0.1"], &["http/1.1"], |_| {});
    let url = identity.serve(|_| async {}).await;
    let told = message(&call(&url, None).await, FailureKind::TlsCertificate);
    assert!(
        told.contains("nobody who is trusted has signed it"),
        "{told}"
    );
}

#[tokio::test]
async fn tls_to_a_port_that_speaks_something_else() {
    for said in [
        &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        b"SSH-2.0-OpenSSH_9.2\r\n",
        &[0xff; 64],
    ] {
        let url = scripted(move |mut stream| async move {
            stream.write_all(said).await.ok();
            let mut buffer = [0; 1024];
            while matches!(stream.read(&mut buffer).await, Ok(1..)) {}
        })
        .await;
        let url = url.replace("http://", "https://");
        let told = message(&call(&url, None).await, FailureKind::TlsHandshake);
        assert!(told.contains("does not speak TLS on this port"), "{told}");
    }
}

#[tokio::test]
async fn http_to_a_port_that_speaks_tls() {
    let identity = Identity::new(&["127.0.0.1"], &["http/1.1"], |_| {});
    let url = identity.serve(|_| async {}).await;
    let url = url.replace("https://", "http://");
    let call = call(&url, None).await;
    let failure = call.outcome.failure().unwrap();
    assert!(
        matches!(
            failure.kind,
            FailureKind::Protocol | FailureKind::ClosedEarly | FailureKind::Reset
        ),
        "{failure:?}"
    );
    assert_eq!(failure.side(), Some(Side::Peer), "{failure:?}");
}

#[tokio::test]
async fn a_peer_that_closes_or_resets_in_the_handshake() {
    for resets in [false, true] {
        let url = scripted(move |mut stream| async move {
            let mut buffer = [0; 64];
            drop(stream.read(&mut buffer).await);
            if resets {
                stream.set_zero_linger().unwrap();
            }
        })
        .await;
        let url = url.replace("http://", "https://");
        let told = message(&call(&url, None).await, FailureKind::TlsHandshake);
        assert!(told.contains("broke the TLS handshake off"), "{told}");
    }
}

#[tokio::test]
async fn no_http_behind_a_good_handshake() {
    for protocol in [Protocol::Https1, Protocol::Https2] {
        let origin = failing(protocol, Failure::NotHttp).await;
        let mut config = crate::scene::config_for(&origin);
        config.version = HttpVersion::Auto;
        let call = client(&config).exchange(get(origin.url())).await;
        let failure = call.outcome.failure().unwrap();
        assert_eq!(failure.kind, FailureKind::Protocol, "{failure:?}");
        assert_eq!(failure.side(), Some(Side::Peer), "{failure:?}");
    }
}
