//! Calls given up half-way: the place comes free, and the connection that stands in the middle is not used again.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use netopt_core::phase::Phase::Tls as TlsPhase;
use netopt_core::unit::Bytes as Size;
use netopt_http::Client;
use netopt_lab::origin::{Failure, Origin, Protocol};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::scene::{assert_answered, client, config_for, failing, get, phases, scripted, serving};

const SERVICE: Duration = Duration::from_millis(150);

/// One place, so that a leak would end all calls.
fn narrow(origin: &Origin) -> Client {
    let mut config = config_for(origin);
    config.pool.per_key = NonZeroU32::new(1);
    client(&config)
}

#[tokio::test]
async fn a_call_dropped_while_it_waits() {
    for protocol in [Protocol::Http1, Protocol::Https1] {
        let origin = serving(protocol, SERVICE).await;
        let client = narrow(&origin);
        let given_up = timeout(SERVICE / 3, client.send(get(origin.url()))).await;
        assert!(given_up.is_err(), "it takes longer");
        let stats = client.pool_stats();
        assert_eq!((stats.connected, stats.idle), (0, 0), "closed, not kept");
        let call = client.exchange(get(origin.url())).await;
        assert_answered(&call);
        assert_eq!(call.traffic.body, Size::new(2000), "its own answer");
        let used = call.connection.unwrap();
        assert_eq!((used.id, used.earlier), (2, 0));
    }
}

#[tokio::test]
async fn a_reply_dropped_in_the_middle_of_its_body() {
    let origin = failing(Protocol::Http1, Failure::Huge(Size::new(1 << 30))).await;
    let client = narrow(&origin);
    for id in 1..=3 {
        let mut reply = client.send(get(origin.url())).await.unwrap();
        assert!(reply.chunk().await.unwrap().is_some());
        assert_eq!(client.pool_stats().connected, 1);
        drop(reply);
        let stats = client.pool_stats();
        assert_eq!((stats.connected, stats.idle), (0, 0), "closed, not kept");
        assert_eq!(stats.opened, id);
    }
}

#[tokio::test]
async fn a_reply_dropped_before_its_body() {
    let origin = serving(Protocol::Http1, Duration::ZERO).await;
    let client = narrow(&origin);
    drop(client.send(get(origin.url())).await.unwrap());
    let call = client.exchange(get(origin.url())).await;
    assert_answered(&call);
    assert_eq!(call.connection.unwrap().earlier, 0);
}

#[tokio::test]
async fn a_caller_who_gives_up_in_the_queue_leaves_it() {
    let origin = serving(Protocol::Http1, SERVICE).await;
    let client = narrow(&origin);
    let holding = client.exchange(get(origin.url()));
    let giving_up = timeout(SERVICE / 3, client.exchange(get(origin.url())));
    let (held, given_up) = tokio::join!(holding, giving_up);
    assert_answered(&held);
    assert!(given_up.is_err());
    assert_eq!(client.pool_stats().waiting, 0);
    assert!(client.exchange(get(origin.url())).await.is_reused());
}

#[tokio::test]
async fn who_opens_for_all_may_give_up() {
    let origin = serving(Protocol::Https2, SERVICE).await;
    let client = client(&config_for(&origin));
    let mut opener = Box::pin(client.exchange(get(origin.url())));
    // Polled once it holds the turn and has begun to connect.
    assert!(timeout(Duration::ZERO, &mut opener).await.is_err());
    let waiter = client.clone();
    let url = origin.url();
    let waiter = tokio::spawn(async move { waiter.exchange(get(url)).await });
    yield_now().await;
    drop(opener);
    assert_answered(&waiter.await.unwrap());
}

#[tokio::test]
async fn dropping_the_client_does_not_end_a_reply() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let origin = failing(protocol, Failure::Huge(Size::new(3_000_000))).await;
        let client = client(&config_for(&origin));
        let reply = client.send(get(origin.url())).await.unwrap();
        drop(client);
        let call = reply.finish().await;
        assert_answered(&call);
        assert_eq!(call.traffic.body, Size::new(3_000_000));
    }
}

#[tokio::test]
async fn a_handshake_is_finished_for_the_next_call_when_its_own_gives_up() {
    for protocol in [Protocol::Https1, Protocol::Https2] {
        let origin = serving(protocol, Duration::ZERO).await;
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (told, held) = (Arc::clone(&begun), Arc::clone(&go_on));
        let behind = origin.local_addr();
        // Holds the handshake in its middle.
        let between = scripted(move |mut near| {
            let (told, held) = (Arc::clone(&told), Arc::clone(&held));
            async move {
                let hello = near.read_u8().await.unwrap();
                told.notify_one();
                held.notified().await;
                let mut far = TcpStream::connect(behind).await.unwrap();
                far.write_u8(hello).await.unwrap();
                // It ends as either side does.
                copy_bidirectional(&mut near, &mut far).await.ok();
            }
        })
        .await;
        let url = between.replace("http:", "https:");
        let client = narrow(&origin);
        let call = tokio::spawn({
            let (client, url) = (client.clone(), url.clone());
            async move { client.exchange(get(url)).await }
        });
        begun.notified().await;
        assert_eq!(client.pool_stats().connecting, 1);
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        assert_eq!(client.pool_stats().connecting, 0, "its place is free");
        go_on.notify_one();
        while client.pool_stats().opened == 0 {
            yield_now().await;
        }
        let call = client.exchange(get(url)).await;
        assert_answered(&call);
        assert!(!phases(&call).contains(&TlsPhase), "{protocol:?}");
        assert_eq!(call.connection.unwrap().id, 1);
        assert_eq!(client.pool_stats().opened, 1);
    }
}
