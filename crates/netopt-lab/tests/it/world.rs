//! The built-in worlds, walked through as a client would.

use std::time::Duration;

use hickory_proto::op::{Message, Query};
use hickory_proto::rr::{Name, RecordType};
use netopt_lab::world::{Side, World};
use tokio::net::UdpSocket;
use tokio::time::Instant;

use crate::client::Client;

#[tokio::test]
async fn the_demo_resolves_and_serves_and_its_faults_are_worth_their_time() {
    let world = World::demo().await.unwrap();
    let port = world.address().port();
    assert_eq!(world.url(), format!("http://shop.demo:{port}/catalogue"));

    let socket = UdpSocket::bind(crate::anywhere()).await.unwrap();
    let mut query = Message::query();
    let name = Name::from_ascii("shop.demo.").unwrap();
    query.add_query(Query::query(name, RecordType::A));
    let resolver = world.resolver().unwrap();
    let query = query.to_vec().unwrap();
    let asked = Instant::now();
    socket.send_to(&query, resolver).await.unwrap();
    let mut buffer = [0; 512];
    let length = socket.recv(&mut buffer).await.unwrap();
    assert!(asked.elapsed() >= Duration::from_millis(12));
    let answer = Message::from_vec(&buffer[..length]).unwrap();
    let address = answer.answers[0].data.ip_addr().unwrap();
    assert_eq!(address, world.address().ip());

    // As the client does it, then with a kept connection, then with compression as well; the shortest of some, because a busy
    // machine can only add.
    let [mut fresh, mut kept, mut compressed] = [Duration::MAX; 3];
    for _ in 0..5 {
        let start = Instant::now();
        let mut client = Client::http1(world.address()).await;
        assert_eq!(client.get().await.unwrap().body.len(), 25_000);
        fresh = fresh.min(start.elapsed());
        let start = Instant::now();
        client.get().await.unwrap();
        kept = kept.min(start.elapsed());
        let start = Instant::now();
        let asking = [("accept-encoding", "gzip")];
        let answer = client.get_with(&asking).await.unwrap();
        compressed = compressed.min(start.elapsed());
        assert!(answer.body.len() < 10_000);
    }
    assert!(
        fresh > kept && kept > compressed,
        "{fresh:?} {kept:?} {compressed:?}"
    );
    // The truth is 54, 34 and about 26 ms. Nothing can be faster than the link; how much slower depends on the host.
    assert!(fresh >= Duration::from_millis(53), "{fresh:?}");
    assert!(kept >= Duration::from_millis(33), "{kept:?}");
    assert!(compressed >= Duration::from_millis(24), "{compressed:?}");
}

#[tokio::test]
async fn the_demo_says_what_was_planted_and_where() {
    let world = World::demo().await.unwrap();
    let ids: Vec<_> = world.planted().iter().map(|p| p.finding.as_str()).collect();
    assert_eq!(
        ids,
        [
            "http.connection-reuse",
            "http.compression",
            "dns.slow-resolver"
        ]
    );
    assert!(world.planted().iter().any(|p| p.side == Side::Client));
}

#[tokio::test]
async fn the_healthy_world_is_a_plain_fast_origin() {
    let world = World::healthy().await.unwrap();
    assert!(world.url().starts_with("http://127.0.0.1:"));
    assert_eq!(world.resolver(), None);
    assert_eq!(world.planted(), []);
    let mut client = Client::http1(world.address()).await;
    for _ in 0..5 {
        assert_eq!(client.get().await.unwrap().body.len(), 2000);
    }
    assert_eq!(world.origin().served().connections, 1);
}

#[tokio::test]
async fn a_dropped_world_is_gone() {
    let world = World::demo().await.unwrap();
    let (near, far) = (world.address(), world.origin().local_addr());
    drop(world);
    assert!(crate::refuses(near).await && crate::refuses(far).await);
}
