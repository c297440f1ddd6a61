//! Lookup, race and handshake, each timed by itself, each failing with its own words.

use std::net::Ipv4Addr;
use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_lab::{NameServer, NameServerSpec};
use netopt_tcp::{Connector, Options, Resolver};
use tokio::net::TcpListener;

fn connector(resolver: Resolver) -> Connector {
    Connector {
        resolver,
        options: Options::default(),
        racing: Switch::On,
        timeout: Duration::from_secs(2),
    }
}

async fn slow_names() -> NameServer {
    let spec = NameServerSpec {
        delay: Duration::from_millis(30),
        ttl: Duration::from_secs(60),
        records: vec![("shop.test".to_owned(), Ipv4Addr::LOCALHOST.into())],
        ..NameServerSpec::default()
    };
    NameServer::start("127.0.0.1:0".parse().unwrap(), spec)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_address_needs_no_lookup() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let connected = connector(Resolver::system())
        .connect("127.0.0.1", listener.local_addr().unwrap().port())
        .await
        .unwrap();
    assert!(connected.lookup.is_none());
    assert_eq!(
        connected
            .phases()
            .map(|(phase, ..)| phase)
            .collect::<Vec<_>>(),
        [Phase::Connect]
    );
}

#[tokio::test]
async fn a_slow_resolver_is_timed_by_itself_and_a_cache_spares_it() {
    let names = slow_names().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let plain = Resolver::server(names.local_addr()).unwrap();
    let connected = connector(plain.clone())
        .connect("shop.test", port)
        .await
        .unwrap();
    let netopt_tcp::Lookup {
        start,
        end,
        lifetime,
        ..
    } = connected.lookup.unwrap();
    assert_eq!(
        lifetime.map(|ttl| ttl.as_secs().clamp(59, 60)),
        Some(lifetime.unwrap().as_secs())
    );
    assert!(
        end - start >= Duration::from_millis(29),
        "{:?}",
        end - start
    );
    assert!(connected.handshake.1 - connected.handshake.0 < end - start);

    let asked = names.asked().queries;
    let cached = connector(plain.cached(Duration::from_secs(60)));
    for _ in 0..3 {
        cached.connect("shop.test", port).await.unwrap();
    }
    let once = names.asked().queries - asked;
    assert!(
        once <= 2,
        "one lookup (two families) for three connections, not {once}"
    );
}

#[tokio::test]
async fn failures_say_what_and_where() {
    let names = slow_names().await;
    let unknown = connector(Resolver::server(names.local_addr()).unwrap())
        .connect("nobody.test", 80)
        .await
        .unwrap_err();
    assert_eq!(
        (unknown.kind(), unknown.phase()),
        (FailureKind::DnsNotFound, Phase::Dns)
    );
    assert!(unknown.to_string().contains("nobody.test"));

    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let refused = connector(Resolver::system())
        .connect("127.0.0.1", closed)
        .await
        .unwrap_err();
    assert_eq!(
        (refused.kind(), refused.phase()),
        (FailureKind::ConnectRefused, Phase::Connect)
    );
    assert_eq!(
        refused.to_string(),
        format!("127.0.0.1:{closed} refused the connection")
    );
}

#[tokio::test]
async fn a_silent_resolver_runs_into_the_bound() {
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut connector = connector(Resolver::server(silent.local_addr().unwrap()).unwrap());
    connector.timeout = Duration::from_millis(200);
    let error = connector.connect("shop.test", 80).await.unwrap_err();
    assert_eq!(error.kind(), FailureKind::DnsTimeout);
    assert!(error.is_timeout());
}

#[tokio::test]
async fn each_phase_is_told_when_it_begins_and_no_bound_is_too_large() {
    let names = slow_names().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut connector = connector(Resolver::server(names.local_addr()).unwrap());
    connector.timeout = Duration::MAX;
    let mut told = Vec::new();
    let connected = connector
        .connect_noting(
            "shop.test",
            listener.local_addr().unwrap().port(),
            |phase, at| told.push((phase, at)),
        )
        .await
        .unwrap();
    let begun: Vec<_> = connected
        .phases()
        .map(|(phase, start, _)| (phase, start))
        .collect();
    assert_eq!(told, begun);
}
