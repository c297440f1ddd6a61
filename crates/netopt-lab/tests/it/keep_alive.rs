//! How long an origin keeps its connections, in both versions of HTTP.

use std::time::Duration;

use netopt_lab::origin::{KeepAlive, OriginSpec, Protocol};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::client::{Client, origin};

fn keeping(keep_alive: KeepAlive, protocol: Protocol) -> OriginSpec {
    OriginSpec {
        keep_alive,
        protocol,
        ..OriginSpec::default()
    }
}

#[tokio::test]
async fn unlimited_is_one_connection() {
    let origin = origin(keeping(KeepAlive::Unlimited, Protocol::Http1)).await;
    let mut client = Client::http1(origin.local_addr()).await;
    for _ in 0..50 {
        let answer = client.get().await.unwrap();
        assert!(!answer.headers.contains_key("connection"));
    }
    assert_eq!(origin.served().connections, 1);
}

#[tokio::test]
async fn the_nth_answer_says_close_and_the_connection_is() {
    let origin = origin(keeping(KeepAlive::Requests(3), Protocol::Http1)).await;
    let mut client = Client::http1(origin.local_addr()).await;
    for number in 1..=3 {
        let answer = client.get().await.unwrap();
        assert_eq!(answer.body.len(), 2000);
        let closes = answer
            .headers
            .get("connection")
            .is_some_and(|v| v == "close");
        assert_eq!(closes, number == 3, "request {number}");
    }
    client.get().await.unwrap_err();
    assert_eq!(origin.served().requests, 3);
}

#[tokio::test]
async fn over_http2_the_limit_is_a_goaway() {
    let origin = origin(keeping(KeepAlive::Requests(3), Protocol::Http2)).await;
    let mut client = Client::http2(origin.local_addr()).await;
    let mut answered = 0;
    while client.get().await.is_ok() {
        answered += 1;
        assert!(answered < 100, "the connection does not close");
    }
    assert!(answered >= 3, "{answered} answers before the end");
}

#[tokio::test]
async fn an_idle_connection_is_closed_without_a_word() {
    const IDLE: Duration = Duration::from_millis(50);
    let origin = origin(keeping(KeepAlive::Idle(IDLE), Protocol::Http1)).await;
    let mut stream = TcpStream::connect(origin.local_addr()).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let sent = Instant::now();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(sent.elapsed() >= IDLE);
    let head = String::from_utf8_lossy(&answer).to_lowercase();
    assert!(head.starts_with("http/1.1 200 ok"));
    assert!(!head.contains("connection: close"));
}

#[tokio::test]
async fn a_forgotten_connection_looks_open_and_answers_by_a_reset() {
    const IDLE: Duration = Duration::from_millis(50);
    let origin = origin(keeping(KeepAlive::Forgotten(IDLE), Protocol::Http1)).await;
    let mut stream = TcpStream::connect(origin.local_addr()).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = [0; 4096];
    let count = stream.read(&mut answer).await.unwrap();
    assert!(String::from_utf8_lossy(&answer[..count]).starts_with("HTTP/1.1 200 OK"));
    // The rest of the answer, and then nothing: no end of the stream either.
    let silent = async { while stream.read(&mut answer).await.unwrap() > 0 {} };
    let silent = tokio::time::timeout(IDLE * 4, silent).await;
    assert!(silent.is_err(), "the connection was closed");
    stream.write_all(request).await.unwrap();
    let error = stream.read(&mut answer).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(origin.served().requests, 1);
}

#[tokio::test]
async fn work_is_not_idleness() {
    let mut spec = keeping(KeepAlive::Idle(Duration::from_millis(5)), Protocol::Http1);
    spec.service.time = netopt_lab::origin::Dist::Fixed(Duration::from_millis(60));
    let origin = origin(spec).await;
    let mut client = Client::http1(origin.local_addr()).await;
    assert_eq!(client.get().await.unwrap().body.len(), 2000);
}
