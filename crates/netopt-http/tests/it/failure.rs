//! Peers that misbehave: what is said about it, and in which phase.

use std::time::Duration;

use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase::{Connect, Dns, Queue, Receive, Send, Wait};
use netopt_core::unit::Bytes as Size;
use netopt_lab::origin::{Failure, Protocol};
use netopt_lab::{NameServer, NameServerSpec};
use netopt_tcp::Resolver;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::scene::{
    ANYWHERE, PATIENCE, answering, assert_answered, assert_failed, client, config, config_for,
    failing, get, length, phases,
};

const MEGABYTE: Size = Size::new(1_000_000);

#[tokio::test]
async fn a_body_cut_off_fails_while_it_is_received() {
    for protocol in [Protocol::Http1, Protocol::Https1] {
        let origin = failing(protocol, Failure::CloseMidBody(Size::new(500))).await;
        let client = client(&config_for(&origin));
        let call = client.exchange(get(origin.url())).await;
        assert_failed(&call, FailureKind::ClosedEarly, Receive);
        assert!(phases(&call).ends_with(&[Connect, Send, Wait, Receive]) || protocol.is_tls());
        assert_eq!(call.traffic.body, Size::new(500), "what came, counts");
        assert!(call.answer.is_some());
        assert_eq!(client.pool_stats().idle, 0, "it is not kept");
        let again = client.exchange(get(origin.url())).await;
        assert_failed(&again, FailureKind::ClosedEarly, Receive);
    }
}

#[tokio::test]
async fn what_is_not_http_is_called_that() {
    for protocol in [Protocol::Http1, Protocol::Https1, Protocol::Http2] {
        let origin = failing(protocol, Failure::NotHttp).await;
        let call = client(&config_for(&origin))
            .exchange(get(origin.url()))
            .await;
        let failure = call.outcome.failure().unwrap();
        assert_eq!(
            failure.kind,
            FailureKind::Protocol,
            "{protocol:?} {failure}"
        );
        assert!(call.answer.is_none());
        phases(&call);
    }
    // An answer of HTTP/1.1 to a preface of HTTP/2 is not what was asked for either.
    let url = answering(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
    let mut config = config();
    config.version = netopt_core::change::HttpVersion::Http2;
    let call = client(&config).exchange(get(url)).await;
    assert_failed(&call, FailureKind::Protocol, Wait);
}

#[tokio::test]
async fn a_malformed_chunk_is_called_that() {
    let answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nno size\r\n";
    let call = client(&config())
        .exchange(get(answering(answer).await))
        .await;
    assert_failed(&call, FailureKind::Protocol, Receive);
}

#[tokio::test]
async fn half_a_head_is_half_an_answer() {
    let url = answering(b"HTTP/1.1 200 OK\r\ncontent-le").await;
    let call = client(&config()).exchange(get(url)).await;
    assert_failed(&call, FailureKind::ClosedEarly, Receive);
    assert_eq!(phases(&call), [Queue, Connect, Send, Wait, Receive]);
    let url = answering(b"").await;
    let call = client(&config()).exchange(get(url)).await;
    assert_failed(&call, FailureKind::ClosedEarly, Wait);
}

#[tokio::test]
async fn a_huge_body_is_cut_at_the_limit() {
    for protocol in [Protocol::Http1, Protocol::Https2] {
        let huge = Failure::Huge(Size::new(10_000_000_000));
        let origin = failing(protocol, huge).await;
        let mut config = config_for(&origin);
        config.body_limit = MEGABYTE;
        let client = client(&config);
        let call = timeout(PATIENCE, client.exchange(get(origin.url())));
        let call = call.await.expect("10 GB take longer");
        assert_answered(&call);
        assert!(call.answer.unwrap().cut);
        assert_eq!(call.traffic.body, MEGABYTE, "not a byte more is passed on");
        assert!(origin.served().bytes_out.get() < 1_000_000_000);
        assert_answered(&client.exchange(get(origin.url())).await);
    }
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_whole() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let origin = failing(protocol, Failure::Huge(MEGABYTE)).await;
        let mut config = config_for(&origin);
        config.body_limit = MEGABYTE;
        let client = client(&config);
        for earlier in 0..2 {
            let call = client.exchange(get(origin.url())).await;
            assert_answered(&call);
            assert!(!call.answer.unwrap().cut);
            assert_eq!(call.traffic.body, MEGABYTE);
            assert_eq!(call.connection.unwrap().earlier, earlier);
        }
    }
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let call = client(&config()).exchange(get(url)).await;
    assert_failed(&call, FailureKind::ConnectRefused, Connect);
    assert_eq!(phases(&call), [Queue, Connect]);
    assert!(call.connection.is_none() && call.answer.is_none());
}

#[tokio::test]
async fn a_name_that_does_not_exist_fails_in_the_lookup() {
    let names = NameServer::start(ANYWHERE, NameServerSpec::default())
        .await
        .unwrap();
    let mut config = config();
    config.connector.resolver = Resolver::server(names.local_addr()).unwrap();
    let call = client(&config).exchange(get("http://nobody.test/")).await;
    assert_failed(&call, FailureKind::DnsNotFound, Dns);
    assert_eq!(phases(&call), [Queue, Dns]);
}

#[tokio::test]
async fn no_url_is_no_call() {
    for url in ["/path", "tcp://127.0.0.1:1", "http://user@127.0.0.1:1/"] {
        let call = client(&config()).exchange(get(url)).await;
        assert_failed(&call, FailureKind::Other, Queue);
    }
}

#[tokio::test]
async fn an_endless_body_runs_into_the_bound() {
    let origin = failing(Protocol::Http1, Failure::Endless).await;
    let mut config = config();
    config.timeout = Duration::from_millis(300);
    let call = client(&config).exchange(get(origin.url())).await;
    assert_failed(&call, FailureKind::BodyTimeout, Receive);
    assert!(call.traffic.body > Size::ZERO && call.path.is_some());
    assert!(length(&call, Receive) > length(&call, Wait));
    config.timeout = PATIENCE;
    let mut reply = client(&config).send(get(origin.url())).await.unwrap();
    assert_eq!(reply.bytes(70_000).await.unwrap().len(), 70_000);
    assert_eq!(reply.chunk().await.unwrap(), None, "the rest is given up");
}
