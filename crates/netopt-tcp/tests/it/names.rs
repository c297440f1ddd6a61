//! Names that are kept: how often a real name server is asked, and who waits for it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use netopt_core::outcome::FailureKind;
use netopt_core::unit::Ratio;
use netopt_lab::{NameServer, NameServerSpec};
use netopt_tcp::{Keeping, Resolver};
use tokio::net::UdpSocket;
use tokio::time::Instant;

const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Two families are asked for each name.
const QUERIES: u64 = 2;

fn shop(spec: NameServerSpec) -> NameServerSpec {
    NameServerSpec {
        records: vec![("shop.test".to_owned(), Ipv4Addr::LOCALHOST.into())],
        ..spec
    }
}

async fn serve(spec: NameServerSpec) -> (NameServer, Resolver) {
    let server = NameServer::start(ANYWHERE, spec).await.unwrap();
    let resolver = Resolver::server(server.local_addr()).unwrap();
    (server, resolver)
}

#[tokio::test]
async fn many_who_wait_ask_once() {
    let (server, resolver) = serve(shop(NameServerSpec {
        delay: Duration::from_millis(50),
        ..NameServerSpec::default()
    }))
    .await;
    let resolver = resolver.cached(Duration::from_secs(60));
    let asking = (0..50).map(|_| resolver.resolve("Shop.test"));
    for found in futures_util::future::join_all(asking).await {
        assert_eq!(found.unwrap(), [IpAddr::from(Ipv4Addr::LOCALHOST)]);
    }
    assert_eq!(server.asked().queries, QUERIES);
}

#[tokio::test]
async fn who_gives_up_leaves_the_query_to_the_others() {
    let (server, resolver) = serve(shop(NameServerSpec {
        delay: Duration::from_millis(100),
        ..NameServerSpec::default()
    }))
    .await;
    let resolver = resolver.cached(Duration::from_secs(60));
    let hasty = tokio::time::timeout(Duration::from_millis(10), resolver.resolve("shop.test"));
    hasty.await.unwrap_err();
    resolver.resolve("shop.test").await.unwrap();
    assert_eq!(server.asked().queries, QUERIES);
}

#[tokio::test]
async fn an_expired_answer_is_served_at_once_while_one_query_runs() {
    let delay = Duration::from_millis(200);
    let (server, resolver) = serve(shop(NameServerSpec {
        delay,
        ttl: Duration::ZERO,
        ..NameServerSpec::default()
    }))
    .await;
    let keeping = Keeping {
        ttl: Duration::from_secs(60),
        serve_stale: Duration::from_secs(60),
    };
    let resolver = resolver.keeping(keeping);
    resolver.resolve("shop.test").await.unwrap();
    let begun = Instant::now();
    for _ in 0..20 {
        resolver.resolve("shop.test").await.unwrap();
    }
    assert!(begun.elapsed() < delay, "{:?}", begun.elapsed());
    assert!(server.asked().queries <= 2 * QUERIES);
}

#[tokio::test]
async fn a_resolver_that_fails_is_bridged_by_what_is_known() {
    let socket = UdpSocket::bind(ANYWHERE).await.unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let spec = shop(NameServerSpec {
        ttl: Duration::ZERO,
        ..NameServerSpec::default()
    });
    let good = NameServer::start(address, spec.clone()).await.unwrap();
    let resolver = Resolver::server(address).unwrap().keeping(Keeping {
        ttl: Duration::from_secs(60),
        serve_stale: Duration::from_secs(60),
    });
    resolver.resolve("shop.test").await.unwrap();
    drop(good);
    let broken = NameServerSpec {
        failed: Ratio::new(1.0),
        ..spec
    };
    let bad = rebind(address, broken).await;
    for _ in 0..3 {
        resolver.resolve("shop.test").await.unwrap();
    }
    let unknown = resolver.resolve("other.test").await.unwrap_err();
    let told = unknown.to_string();
    assert!(
        told.contains("SERVFAIL") && told.contains("other.test"),
        "{told}"
    );
    assert!(bad.asked().failed > 0);
}

/// The port is free as soon as the task of the one before has ended.
async fn rebind(address: SocketAddr, spec: NameServerSpec) -> NameServer {
    loop {
        match NameServer::start(address, spec.clone()).await {
            Ok(server) => return server,
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

#[tokio::test]
async fn an_absence_is_kept_and_each_kind_of_no_has_its_words() {
    let (server, resolver) = serve(shop(NameServerSpec::default())).await;
    let resolver = resolver.cached(Duration::from_secs(60));
    for _ in 0..3 {
        let error = resolver.resolve("nobody.test").await.unwrap_err();
        assert_eq!(error.kind(), FailureKind::DnsNotFound);
        assert!(error.to_string().contains("NXDOMAIN"), "{error}");
    }
    assert_eq!(server.asked().queries, QUERIES);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_within_the_bound() {
    let (server, resolver) = serve(shop(NameServerSpec {
        lost: Ratio::new(0.4),
        seed: 3,
        ..NameServerSpec::default()
    }))
    .await;
    let mut found = 0;
    for _ in 0..4 {
        found += u32::from(resolver.resolve("shop.test").await.is_ok());
    }
    let asked = server.asked();
    assert!(asked.lost > 0 && found >= 2, "{found} of 4, {asked:?}");
}

#[tokio::test]
async fn a_resolver_that_is_dropped_ends_its_queries() {
    let (server, resolver) = serve(shop(NameServerSpec {
        delay: Duration::from_secs(5),
        ..NameServerSpec::default()
    }))
    .await;
    let resolver = resolver.cached(Duration::from_secs(60));
    let hasty = tokio::time::timeout(Duration::from_millis(50), resolver.resolve("shop.test"));
    hasty.await.unwrap_err();
    assert_eq!(server.asked().queries, QUERIES);
    drop(resolver);
    tokio::task::yield_now().await;
    let metrics = tokio::runtime::Handle::current().metrics();
    // The name server's own task and the two answers that it owes are all that is left, hickory's socket tasks apart.
    assert!(
        metrics.num_alive_tasks() <= 5,
        "{}",
        metrics.num_alive_tasks()
    );
}
