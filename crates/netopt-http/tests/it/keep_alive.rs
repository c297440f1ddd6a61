//! How long connections live: switched off here, ended by the peer in words, ended by the peer in silence.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase::{Connect, Queue, Send, Wait};
use netopt_core::unit::Bytes as Size;
use netopt_lab::origin::{KeepAlive, OriginSpec, Protocol};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::scene::{
    assert_answered, assert_failed, client, config, config_for, get, origin, phases, read_head,
    scripted, serving,
};

#[tokio::test]
async fn switched_off_each_call_has_a_connection_of_its_own() {
    for protocol in [Protocol::Http1, Protocol::Http2, Protocol::Https2] {
        let origin = serving(protocol, Duration::ZERO).await;
        let mut config = config_for(&origin);
        config.pool.reuse = Switch::Off;
        let client = client(&config);
        for id in 1..=4 {
            let call = client.exchange(get(origin.url())).await;
            assert_answered(&call);
            assert!(phases(&call).contains(&Connect));
            assert_eq!(call.connection.unwrap().id, id);
            assert_eq!(origin.served().connections, id);
        }
        assert_eq!(client.pool_stats().idle, 0);
    }
}

#[tokio::test]
async fn a_peer_that_says_that_it_closes_is_believed() {
    let origin = origin(OriginSpec {
        keep_alive: KeepAlive::Requests(2),
        ..OriginSpec::default()
    })
    .await;
    let client = client(&config());
    for round in 1..=3 {
        let first = client.exchange(get(origin.url())).await;
        let last = client.exchange(get(origin.url())).await;
        assert_answered(&first);
        assert_answered(&last);
        assert!(!first.answer.unwrap().closes && last.answer.unwrap().closes);
        assert_eq!(first.connection.unwrap().id, round);
        assert_eq!(last.connection.unwrap().id, round);
        assert_eq!(client.pool_stats().idle, 0, "nothing is kept in vain");
    }
    assert_eq!(origin.served().connections, 3);
}

#[tokio::test]
async fn a_peer_that_closed_in_silence_is_noticed() {
    for protocol in [Protocol::Http1, Protocol::Https1, Protocol::Http2] {
        let idle = Duration::from_millis(20);
        let origin = origin(OriginSpec {
            protocol,
            keep_alive: KeepAlive::Idle(idle),
            ..OriginSpec::default()
        })
        .await;
        let client = client(&config_for(&origin));
        for id in 1..=2 {
            let call = client.exchange(get(origin.url())).await;
            assert_answered(&call);
            assert_eq!(call.connection.unwrap().id, id, "{protocol:?}");
            // The fault is one of time: it has to pass, by far.
            tokio::time::sleep(idle * 10).await;
        }
    }
}

/// Answers the first request of each connection; what it does with the second is `then`.
async fn once<F>(
    requests: &Arc<AtomicU32>,
    then: impl Fn(TcpStream) -> F + Clone + std::marker::Send + 'static,
) -> String
where
    F: Future<Output = ()> + std::marker::Send + 'static,
{
    let requests = Arc::clone(requests);
    scripted(move |mut stream| {
        let (requests, then) = (Arc::clone(&requests), then.clone());
        async move {
            for turn in 0..2 {
                if !read_head(&mut stream).await {
                    return;
                }
                requests.fetch_add(1, Ordering::Relaxed);
                if turn == 0 {
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                    stream.write_all(answer).await.unwrap();
                }
            }
            then(stream).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_connection_that_dies_under_a_request_is_not_asked_twice() {
    let requests = Arc::new(AtomicU32::new(0));
    let url = once(&requests, async |stream| drop(stream)).await;
    let client = client(&config());
    let first = client.exchange(get(&url)).await;
    assert_answered(&first);
    let second = client.exchange(get(&url)).await;
    assert_failed(&second, FailureKind::ClosedEarly, Wait);
    assert_eq!(phases(&second), [Queue, Send, Wait]);
    assert_eq!(
        requests.load(Ordering::Relaxed),
        2,
        "it may have acted on it"
    );
    assert!(second.is_reused());
    assert_eq!(second.traffic.sent, first.traffic.sent, "its own bytes");
    assert_eq!(second.traffic.received, Size::ZERO);
    let third = client.exchange(get(&url)).await;
    assert_answered(&third);
    assert_eq!(third.connection.unwrap().id, 2);
}

#[tokio::test]
async fn a_reset_under_a_request_is_called_that() {
    let requests = Arc::new(AtomicU32::new(0));
    let url = once(&requests, async |stream| {
        stream.set_zero_linger().unwrap();
        drop(stream);
    })
    .await;
    let client = client(&config());
    assert_answered(&client.exchange(get(&url)).await);
    let second = client.exchange(get(&url)).await;
    assert_failed(&second, FailureKind::Reset, Wait);
}

#[tokio::test]
async fn what_the_peer_says_about_keeping_decides_about_reuse() {
    for (said, connections) in [
        ("", 1),
        ("Keep-Alive: timeout=100, max=5\r\n", 1),
        ("Keep-Alive: timeout=0\r\n", 2),
    ] {
        let accepted = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&accepted);
        let url = scripted(move |mut stream| {
            count.fetch_add(1, Ordering::Relaxed);
            async move {
                let answer = format!("HTTP/1.1 200 OK\r\n{said}content-length: 2\r\n\r\nok");
                while read_head(&mut stream).await {
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        })
        .await;
        let client = client(&config());
        for _ in 0..2 {
            assert_answered(&client.exchange(get(&url)).await);
        }
        assert_eq!(accepted.load(Ordering::Relaxed), connections, "{said}");
    }
}
