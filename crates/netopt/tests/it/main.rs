//! Every change, turned into a client, is seen by an origin: the plan is what happens.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene has failed"
)]

mod http2;
mod layers;
mod pool;
mod proxy;
mod saving;
mod seed;
mod tls;

use std::net::Ipv4Addr;
use std::num::NonZeroU32;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use netopt::core::change::{HttpVersion, Switch};
use netopt::core::encoding::Encodings;
use netopt::core::exchange::{Exchange, Protocol};
use netopt::core::unit::Bytes as Size;
use netopt::{Change, Plan, Resolver, Stack, Surroundings, Tls, stack};
use netopt_lab::{NameServer, NameServerSpec, Origin, OriginSpec, origin};

fn client(change: Change) -> Stack {
    stack::client(
        &Plan::new().with(change),
        &Surroundings::new(Tls::trusting_nobody()),
    )
    .unwrap()
}

async fn healthy() -> Origin {
    Origin::start("127.0.0.1:0".parse().unwrap(), OriginSpec::default())
        .await
        .unwrap()
}

async fn call(client: &Stack, url: &str) -> Exchange {
    let exchange = client
        .exchange(Request::get(url).body(Bytes::new()).unwrap())
        .await;
    assert!(exchange.outcome.is_success(), "{:?}", exchange.outcome);
    exchange
}

#[tokio::test]
async fn keep_alive_decides_about_reuse() {
    for (switch, connections) in [(Switch::On, 1), (Switch::Off, 3)] {
        let origin = healthy().await;
        let client = client(Change::KeepAlive(switch));
        for _ in 0..3 {
            call(&client, &origin.url()).await;
        }
        assert_eq!(origin.served().connections, connections, "{switch:?}");
    }
}

#[tokio::test]
async fn accept_encoding_makes_the_wire_lighter() {
    let origin = healthy().await;
    let plain = call(
        &client(Change::AcceptEncoding(Encodings::NONE)),
        &origin.url(),
    )
    .await;
    let packed = call(
        &client(Change::AcceptEncoding(Encodings::ALL)),
        &origin.url(),
    )
    .await;
    assert_eq!(plain.answer.unwrap().encoding, None);
    assert!(packed.answer.unwrap().encoding.is_some());
    assert_eq!(packed.traffic.decoded, plain.traffic.decoded);
    assert!(packed.traffic.body < plain.traffic.body);
}

#[tokio::test]
async fn nodelay_is_what_the_kernel_repeats() {
    let origin = healthy().await;
    for switch in [Switch::On, Switch::Off] {
        let exchange = call(&client(Change::Nodelay(switch)), &origin.url()).await;
        assert_eq!(exchange.connection.unwrap().nodelay, Some(switch.is_on()));
    }
}

#[tokio::test]
async fn max_connections_bounds_the_connections() {
    let spec = OriginSpec {
        service: origin::ServiceSpec {
            time: origin::Dist::Fixed(Duration::from_millis(10)),
            ..origin::ServiceSpec::default()
        },
        ..OriginSpec::default()
    };
    let origin = Origin::start("127.0.0.1:0".parse().unwrap(), spec)
        .await
        .unwrap();
    let client = client(Change::MaxConnections(NonZeroU32::new(2)));
    let url = origin.url();
    let calls: Vec<_> = (0..6)
        .map(|_| {
            let (client, url) = (client.clone(), url.clone());
            tokio::spawn(async move { call(&client, &url).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(origin.served().connections, 2);
}

#[tokio::test]
async fn version_chooses_the_engine() {
    let spec = OriginSpec {
        protocol: origin::Protocol::Http2,
        ..OriginSpec::default()
    };
    let h2 = Origin::start("127.0.0.1:0".parse().unwrap(), spec)
        .await
        .unwrap();
    let exchange = call(&client(Change::Version(HttpVersion::Http2)), &h2.url()).await;
    assert_eq!(exchange.connection.unwrap().protocol, Protocol::Http2);
    let exchange = call(
        &client(Change::Version(HttpVersion::Auto)),
        &healthy().await.url(),
    )
    .await;
    assert_eq!(exchange.connection.unwrap().protocol, Protocol::Http1);
}

#[tokio::test]
async fn the_dns_cache_spares_lookups() {
    let records = vec![("shop.test".to_owned(), Ipv4Addr::LOCALHOST.into())];
    let spec = NameServerSpec {
        delay: Duration::ZERO,
        ttl: Duration::from_secs(60),
        records,
        ..NameServerSpec::default()
    };
    let names = NameServer::start("127.0.0.1:0".parse().unwrap(), spec)
        .await
        .unwrap();
    let origin = healthy().await;
    let url = format!("http://shop.test:{}/", origin.local_addr().port());
    let mut around = Surroundings::new(Tls::trusting_nobody());
    around.resolver = Resolver::server(names.local_addr()).unwrap();
    let mut queries = Vec::new();
    for ttl in [Duration::ZERO, Duration::from_secs(60)] {
        let plan = Plan::new()
            .with(Change::KeepAlive(Switch::Off))
            .with(Change::DnsCacheTtl(ttl));
        let client = stack::client(&plan, &around).unwrap();
        let before = names.asked().queries;
        for _ in 0..4 {
            call(&client, &url).await;
        }
        queries.push(names.asked().queries - before);
    }
    assert_eq!(queries[0], 4 * queries[1], "one lookup instead of four");
}

#[tokio::test]
async fn quickack_does_no_harm() {
    let origin = healthy().await;
    let client = client(Change::Quickack(Switch::On));
    for _ in 0..3 {
        call(&client, &origin.url()).await;
    }
    assert_eq!(client.pool_stats().reused, 2);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn options_of_the_socket_reach_the_kernel_before_the_handshake() {
    let origin = healthy().await;
    for (change, told) in [
        (
            Change::CongestionControl("no-such-thing".parse().ok()),
            Some("tcp.congestion_control = no-such-thing is refused: this kernel has no"),
        ),
        (Change::CongestionControl("reno".parse().ok()), None),
        (Change::NotsentLowat(Some(Size::new(16_384))), None),
        (Change::UserTimeout(Some(Duration::from_secs(20))), None),
    ] {
        let request = Request::get(origin.url()).body(Bytes::new()).unwrap();
        let outcome = client(change).exchange(request).await.outcome;
        let failure = format!("{outcome:?}");
        match told {
            Some(told) => assert!(failure.contains(told), "{failure}"),
            None => assert!(outcome.is_success(), "{change:?}: {failure}"),
        }
    }
}
