//! HTTP/1.1 over TCP: which phases happen, what lands in which, and what is said about the connection.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use netopt_core::exchange::Protocol as Spoken;
use netopt_core::phase::Phase::{Connect, Queue, Receive, Send, Wait};
use netopt_core::unit::{BitRate, Bytes as Size};
use netopt_lab::origin::{BodySpec, OriginSpec, Protocol};
use netopt_lab::{LinkSpec, StreamLink};

use crate::scene::{
    ANYWHERE, assert_answered, client, config, config_for, get, length, origin, phases, post,
    serving, sum,
};

const SERVICE: Duration = Duration::from_millis(20);

#[tokio::test]
async fn the_first_call_connects_and_the_second_reuses() {
    let origin = origin(OriginSpec::default()).await;
    let client = client(&config());
    let first = client.exchange(get(origin.url())).await;
    let second = client.exchange(get(origin.url())).await;
    assert_answered(&first);
    assert_answered(&second);
    assert_eq!(phases(&first), [Queue, Connect, Send, Wait, Receive]);
    assert_eq!(phases(&second), [Queue, Send, Wait, Receive]);
    let (fresh, reused) = (first.connection.unwrap(), second.connection.unwrap());
    assert_eq!((fresh.id, fresh.earlier), (1, 0));
    assert_eq!((reused.id, reused.earlier), (1, 1));
    assert_eq!((fresh.protocol, fresh.tls), (Spoken::Http1, None));
    assert_eq!(fresh.nodelay, Some(true));
    assert!(reused.age > fresh.age);
    let stats = client.pool_stats();
    assert_eq!((stats.opened, stats.reused, stats.idle), (1, 1, 1));
    assert_eq!(origin.served().connections, 1);
}

#[tokio::test]
async fn the_answer_is_described_and_its_bytes_are_counted() {
    let origin = origin(OriginSpec::default()).await;
    let client = client(&config());
    let first = client.exchange(get(origin.url())).await;
    let second = client.exchange(get(origin.url())).await;
    for exchange in [&first, &second] {
        assert_eq!(exchange.traffic.body, Size::new(2000));
        assert_eq!(exchange.traffic.decoded, Size::new(2000));
        assert!(exchange.traffic.received > exchange.traffic.body);
        assert_eq!(exchange.traffic.held, None, "Nagle is off");
        let answer = exchange.answer.as_ref().unwrap();
        assert_eq!(answer.content_type.as_deref(), Some("application/json"));
        assert!(!answer.closes && !answer.cut && answer.encoding.is_none());
        assert!(exchange.path.as_ref().unwrap().rtt.is_some());
    }
    assert_eq!(
        first.traffic.sent, second.traffic.sent,
        "each call counts its own bytes"
    );
}

#[tokio::test]
async fn a_program_gets_the_bytes_of_the_body() {
    let origin = origin(OriginSpec::default()).await;
    let client = client(&config());
    let mut reply = client.send(get(origin.url())).await.unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.headers()["content-length"], "2000");
    let body = reply.bytes(5000).await.unwrap();
    assert_eq!(body.len(), 2000);
    assert!(body.starts_with(b"{\"items\":["));
    assert_eq!(reply.chunk().await.unwrap(), None);
    let mut exact = client.send(get(origin.url())).await.unwrap();
    assert_eq!(exact.bytes(2000).await.unwrap(), body);
    assert!(!exact.finish().await.answer.unwrap().cut);
    let mut short = client.send(get(origin.url())).await.unwrap();
    assert_eq!(short.bytes(100).await.unwrap(), body[..100]);
    let exchange = short.finish().await;
    assert_eq!(exchange.connection.as_ref().unwrap().earlier, 2);
    assert!(exchange.answer.unwrap().cut, "the rest was not read");
    assert_eq!(client.pool_stats().idle, 1, "but it had come with it");
}

#[tokio::test]
async fn the_rest_of_a_long_body_stands_in_the_way() {
    let body = BodySpec {
        size: Size::new(8_000_000),
        ..BodySpec::default()
    };
    let origin = origin(OriginSpec {
        body,
        ..OriginSpec::default()
    })
    .await;
    let client = client(&config());
    let mut reply = client.send(get(origin.url())).await.unwrap();
    assert_eq!(reply.bytes(100).await.unwrap().len(), 100);
    assert!(reply.finish().await.answer.unwrap().cut);
    assert_eq!(client.pool_stats().idle, 0);
}

#[tokio::test]
async fn a_connection_is_free_as_soon_as_the_last_byte_is_here() {
    // The length tells the end; the reader asks for no more.
    let origin = origin(OriginSpec::default()).await;
    let client = client(&config());
    let mut left = Vec::new();
    for _ in 0..3 {
        let mut reply = client.send(get(origin.url())).await.unwrap();
        let mut length = 0;
        while length < 2000 {
            length += reply.chunk().await.unwrap().unwrap().len();
        }
        // Kept, so that it is not its end that gives the connection back.
        left.push(reply);
    }
    let stats = client.pool_stats();
    assert_eq!((stats.opened, stats.reused, stats.idle), (1, 2, 1));
    for mut reply in left {
        assert_eq!(reply.chunk().await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_answer_without_a_body_keeps_no_connection() {
    let origin = origin(OriginSpec::default()).await;
    let client = client(&config());
    let head = || Request::head(origin.url()).body(Bytes::new()).unwrap();
    let first = client.send(head()).await.unwrap();
    let second = client.send(head()).await.unwrap();
    assert_eq!(client.pool_stats().opened, 1);
    assert_eq!(
        (first.status(), second.status()),
        (StatusCode::OK, StatusCode::OK)
    );
}

#[tokio::test]
async fn the_time_of_the_origin_lands_in_the_wait() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let origin = serving(protocol, SERVICE).await;
        let client = client(&config_for(&origin));
        let mut calls = Vec::new();
        for _ in 0..5 {
            calls.push(client.exchange(get(origin.url())).await);
        }
        assert!(calls.iter().all(|call| length(call, Wait) >= SERVICE));
        for phase in [Queue, Connect, Send, Receive] {
            let best = calls.iter().map(|call| length(call, phase)).min().unwrap();
            assert!(best < SERVICE / 2, "{phase:?} took {best:?}");
        }
    }
}

#[tokio::test]
async fn a_call_takes_what_its_phases_take() {
    let origin = serving(Protocol::Http1, SERVICE).await;
    let client = client(&config());
    let mut gaps = Vec::new();
    for _ in 0..5 {
        let call = client.exchange(get(origin.url())).await;
        assert!(sum(&call) <= call.service_time(), "no phase counts twice");
        gaps.push(call.service_time() - sum(&call));
    }
    let best = gaps.iter().min().unwrap();
    assert!(*best < SERVICE / 10, "{gaps:?} belong to no phase");
}

#[tokio::test]
async fn a_large_body_over_a_slow_link_lands_in_receive() {
    let origin = origin(OriginSpec {
        body: BodySpec {
            size: Size::new(200_000),
            ..BodySpec::default()
        },
        ..OriginSpec::default()
    })
    .await;
    let spec = LinkSpec {
        rtt: Duration::ZERO,
        rate: BitRate::from_bps(8e6),
        ..LinkSpec::default()
    };
    let link = StreamLink::start(ANYWHERE, origin.local_addr(), spec)
        .await
        .unwrap();
    let url = format!("http://{}/", link.local_addr());
    let call = client(&config()).exchange(get(url)).await;
    assert_answered(&call);
    // 200 kB at 1 MB/s take 200 ms.
    assert!(length(&call, Receive) > Duration::from_millis(100));
    assert!(length(&call, Receive) > sum(&call) / 2, "{call:?}");
    assert!(call.traffic.longest_gap < length(&call, Receive));
}

#[tokio::test]
async fn a_large_request_over_a_slow_link_arrives_whole() {
    let origin = origin(OriginSpec::default()).await;
    let spec = LinkSpec {
        rtt: Duration::ZERO,
        rate: BitRate::from_bps(160e6),
        ..LinkSpec::default()
    };
    let link = StreamLink::start(ANYWHERE, origin.local_addr(), spec)
        .await
        .unwrap();
    let url = format!("http://{}/", link.local_addr());
    let client = client(&config());
    let call = client.exchange(post(&url, 100_000)).await;
    assert_answered(&call);
    assert!(call.traffic.sent > Size::new(100_000));
    assert!(link.carried().up >= Size::new(100_000), "all of it arrived");
    assert_eq!(origin.served().requests_by_method["POST"], 1);
    // Much more than the kernel's buffers take at once: now the time is spent in sending.
    let large = client.exchange(post(&url, 20_000_000)).await;
    assert!(length(&large, Send) > length(&large, Receive), "{large:?}");
}

#[tokio::test]
async fn a_head_has_no_body_and_leaves_the_connection_good() {
    let origin = origin(OriginSpec::default()).await;
    let client = client(&config());
    let request = Request::head(origin.url()).body(Bytes::new()).unwrap();
    let head = client.exchange(request).await;
    assert_answered(&head);
    assert_eq!(head.traffic.body, Size::ZERO);
    assert!(client.exchange(get(origin.url())).await.is_reused());
    assert_eq!(origin.served().requests_by_method["HEAD"], 1);
}
