//! TLS: protocol and session as agreed on, resumption, and the ways in which trust fails.

use std::net::Ipv4Addr;
use std::time::Duration;

use netopt_core::change::{HttpVersion, Switch};
use netopt_core::exchange::Protocol as Spoken;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase::{Connect, Dns, Queue, Receive, Send, Tls as TlsPhase, Wait};
use netopt_http::{Client, Tls};
use netopt_lab::origin::{Failure, Protocol};
use netopt_lab::{NameServer, NameServerSpec};
use netopt_tcp::Resolver;

use crate::scene::{
    ANYWHERE, assert_answered, assert_failed, at_once, client, config, config_for, failing, get,
    phases, serving,
};

#[tokio::test]
async fn the_protocol_and_the_session_are_reported() {
    for (protocol, version, spoken) in [
        (Protocol::Https1, HttpVersion::Auto, Spoken::Http1),
        (Protocol::Https2, HttpVersion::Auto, Spoken::Http2),
        (Protocol::Https2, HttpVersion::Http1, Spoken::Http1),
        (Protocol::Https2, HttpVersion::Http2, Spoken::Http2),
    ] {
        let origin = serving(protocol, Duration::ZERO).await;
        let mut config = config_for(&origin);
        config.version = version;
        let client = client(&config);
        let first = client.exchange(get(origin.url())).await;
        let second = client.exchange(get(origin.url())).await;
        assert_answered(&first);
        let expected = if spoken == Spoken::Http1 {
            vec![Queue, Connect, TlsPhase, Send, Wait, Receive]
        } else {
            vec![Queue, Connect, TlsPhase, Wait, Receive]
        };
        assert_eq!(phases(&first), expected);
        assert!(!phases(&second).contains(&TlsPhase));
        let used = first.connection.unwrap();
        assert_eq!(used.protocol, spoken, "{protocol:?} {version:?}");
        assert_eq!(used.tls.as_ref().unwrap().version, "TLSv1.3");
        assert!(!used.tls.unwrap().resumed, "there was none before");
        assert!(second.connection.unwrap().earlier == 1);
        assert!(
            first.traffic.received > second.traffic.received,
            "the handshake belongs to the call that connected"
        );
    }
}

#[tokio::test]
async fn the_second_connection_resumes_the_session() {
    for protocol in [Protocol::Https1, Protocol::Https2] {
        let origin = serving(protocol, Duration::ZERO).await;
        let mut config = config_for(&origin);
        config.pool.reuse = Switch::Off;
        let client = client(&config);
        let resumed = async |client: &Client| {
            let call = client.exchange(get(origin.url())).await;
            assert_answered(&call);
            let session = call.connection.unwrap().tls.unwrap();
            let shown = origin.certificate_der().unwrap().len() as u64;
            assert_eq!(session.certificates.get(), shown, "of the first handshake");
            session.resumed
        };
        assert!(!resumed(&client).await);
        assert!(resumed(&client).await, "{protocol:?}");
        assert!(resumed(&client).await, "{protocol:?}");
    }
}

#[tokio::test]
async fn an_unknown_certificate_fails_in_tls() {
    let origin = serving(Protocol::Https1, Duration::ZERO).await;
    let other = serving(Protocol::Https1, Duration::ZERO).await;
    let der = other.certificate_der().unwrap().to_vec();
    for tls in [Tls::trusting_nobody(), Tls::trusting([der.into()]).unwrap()] {
        let mut config = config();
        config.tls = tls;
        let call = client(&config).exchange(get(origin.url())).await;
        assert_failed(&call, FailureKind::TlsCertificate, TlsPhase);
        assert_eq!(phases(&call), [Queue, Connect, TlsPhase]);
        assert!(call.connection.is_none(), "nothing carried the call");
    }
    assert_eq!(origin.served().requests, 0);
}

#[tokio::test]
async fn a_certificate_for_another_name_fails_in_tls() {
    let origin = serving(Protocol::Https2, Duration::ZERO).await;
    let spec = NameServerSpec {
        records: vec![("shop.test".to_owned(), Ipv4Addr::LOCALHOST.into())],
        ..NameServerSpec::default()
    };
    let names = NameServer::start(ANYWHERE, spec).await.unwrap();
    let mut config = config_for(&origin);
    config.connector.resolver = Resolver::server(names.local_addr()).unwrap();
    let url = format!("https://shop.test:{}/", origin.local_addr().port());
    let call = client(&config).exchange(get(url)).await;
    assert_failed(&call, FailureKind::TlsCertificate, TlsPhase);
    assert_eq!(phases(&call), [Queue, Dns, Connect, TlsPhase]);
}

#[tokio::test]
async fn https_at_a_port_that_does_not_speak_it_fails_in_tls() {
    for origin in [
        serving(Protocol::Http1, Duration::ZERO).await,
        failing(Protocol::Http1, Failure::NotHttp).await,
    ] {
        let url = format!("https://{}/", origin.local_addr());
        let call = client(&config()).exchange(get(url)).await;
        assert_failed(&call, FailureKind::TlsHandshake, TlsPhase);
    }
}

#[tokio::test]
async fn http2_or_nothing_says_so() {
    let origin = serving(Protocol::Https1, Duration::ZERO).await;
    let mut config = config_for(&origin);
    config.version = HttpVersion::Http2;
    let call = client(&config).exchange(get(origin.url())).await;
    let failure = call.outcome.failure().unwrap();
    assert_eq!(failure.phase, TlsPhase, "{failure}");
    assert!(matches!(
        failure.kind,
        FailureKind::Protocol | FailureKind::TlsHandshake
    ));
}

#[tokio::test]
async fn without_http2_the_calls_go_side_by_side_on_pooled_connections() {
    let origin = serving(Protocol::Https1, Duration::from_millis(50)).await;
    let client = client(&config_for(&origin));
    let calls = at_once(&client, &origin.url(), 6).await;
    for call in &calls {
        assert_answered(call);
        assert_eq!(call.connection.as_ref().unwrap().protocol, Spoken::Http1);
        phases(call);
    }
    let connections = origin.served().connections;
    assert!((2..=6).contains(&connections), "{connections}");
    let again = at_once(&client, &origin.url(), 2).await;
    assert!(again.iter().all(netopt_core::exchange::Exchange::is_reused));
}

#[tokio::test]
async fn those_who_wait_for_a_connection_share_its_failure() {
    let origin = serving(Protocol::Https2, Duration::ZERO).await;
    let client = client(&config());
    for call in at_once(&client, &origin.url(), 8).await {
        assert_failed(&call, FailureKind::TlsCertificate, TlsPhase);
    }
    let asked = origin.served().connections;
    assert!(asked < 8, "each waiter tried by itself: {asked}");
    let later = client.exchange(get(origin.url())).await;
    assert_failed(&later, FailureKind::TlsCertificate, TlsPhase);
    assert_eq!(origin.served().connections, asked + 1, "a later call tries");
}
