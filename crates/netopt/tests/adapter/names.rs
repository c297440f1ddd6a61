//! The memory for names, in the place of reqwest's resolver.

use std::net::Ipv4Addr;
use std::time::Duration;

use netopt::core::change::Switch;
use netopt::reqwest::apply_asking;
use netopt::{Change, Resolver};
use netopt_lab::{NameServer, NameServerSpec, OriginSpec};
use reqwest::Client;

use crate::scene::{ANY, builder, call, origin, plan};

async fn name_server() -> NameServer {
    let spec = NameServerSpec {
        delay: Duration::ZERO,
        ttl: Duration::from_secs(60),
        records: vec![("shop.test".to_owned(), Ipv4Addr::LOCALHOST.into())],
        ..NameServerSpec::default()
    };
    NameServer::start(ANY, spec).await.unwrap()
}

/// A client that asks for each of its connections, and opens one for each call.
fn client(names: &NameServer, changes: &[Change]) -> Client {
    let resolver = Resolver::server(names.local_addr()).unwrap();
    let plan = plan(changes).with(Change::KeepAlive(Switch::Off));
    let applied = apply_asking(&plan, &resolver, builder());
    assert_eq!(applied.left, []);
    applied.builder.build().unwrap()
}

#[tokio::test]
async fn the_dns_cache_spares_lookups() {
    let (names, origin) = (name_server().await, origin(OriginSpec::default()).await);
    let url = format!("http://shop.test:{}/", origin.local_addr().port());
    let mut queries = Vec::new();
    for ttl in [Duration::ZERO, Duration::from_secs(60)] {
        let client = client(&names, &[Change::DnsCacheTtl(ttl)]);
        let before = names.asked().queries;
        for _ in 0..4 {
            call(&client, &url).await;
        }
        queries.push(names.asked().queries - before);
    }
    assert!(queries[1] > 0, "the plan's resolver is the one that asks");
    assert_eq!(queries[0], 4 * queries[1], "one lookup instead of four");
}

#[tokio::test]
async fn a_stale_name_stands_in_when_the_name_server_is_gone() {
    let origin = origin(OriginSpec::default()).await;
    let url = format!("http://shop.test:{}/", origin.local_addr().port());
    for (stale, is_good) in [(Duration::from_secs(60), true), (Duration::ZERO, false)] {
        let names = name_server().await;
        // Nothing is fresh, so that the second call finds the name stale or not at all.
        let client = client(&names, &[Change::ServeStale(stale)]);
        call(&client, &url).await;
        drop(names);
        let bound = Duration::from_secs(if is_good { 30 } else { 1 });
        let again = client.get(&url).timeout(bound).send().await;
        assert_eq!(again.is_ok(), is_good, "{again:?}");
    }
}
