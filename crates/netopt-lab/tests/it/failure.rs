//! What no server should do: each failure as a client sees it.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http_body_util::BodyExt;
use netopt_core::unit::Bytes as Size;
use netopt_lab::origin::{BodySpec, Failure, Origin, OriginSpec, Protocol};

use crate::client::{Client, origin, raw, request};

async fn failing(failure: Failure, protocol: Protocol) -> Origin {
    origin(OriginSpec {
        failure,
        protocol,
        ..OriginSpec::default()
    })
    .await
}

#[tokio::test]
async fn a_body_cut_off_is_shorter_than_announced() {
    for after in [0, 500, 1_000_000] {
        let origin = failing(Failure::CloseMidBody(Size::new(after)), Protocol::Http1).await;
        let answer = raw(origin.local_addr()).await;
        let text = String::from_utf8(answer).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("content-length: 2000"), "{head}");
        assert_eq!(body.len(), usize::try_from(after.min(1999)).unwrap());
    }
}

#[tokio::test]
async fn a_body_cut_off_is_an_error_in_both_versions() {
    let failure = Failure::CloseMidBody(Size::new(500));
    let one = failing(failure, Protocol::Http1).await;
    Client::http1(one.local_addr())
        .await
        .get()
        .await
        .unwrap_err();
    let two = failing(failure, Protocol::Http2).await;
    Client::http2(two.local_addr())
        .await
        .get()
        .await
        .unwrap_err();
}

#[tokio::test]
async fn what_is_not_http_is_read_to_its_end() {
    let origin = failing(Failure::NotHttp, Protocol::Http1).await;
    let answer = raw(origin.local_addr()).await;
    assert!(answer.starts_with(b"SSH-2.0-"));
    Client::http1(origin.local_addr())
        .await
        .get()
        .await
        .unwrap_err();
}

#[tokio::test]
async fn ten_gigabytes_are_announced_and_begin_to_come() {
    let origin = failing(Failure::Huge(Size::new(10_000_000_000)), Protocol::Http1).await;
    let mut client = Client::http1(origin.local_addr()).await;
    let answer = client
        .send(request(Method::GET, Bytes::new()))
        .await
        .unwrap();
    assert_eq!(answer.headers()["content-length"], "10000000000");
    let mut body = answer.into_body();
    let mut seen = 0;
    while seen < 8_000_000 {
        seen += body
            .frame()
            .await
            .unwrap()
            .unwrap()
            .into_data()
            .unwrap()
            .len();
    }
}

#[tokio::test]
async fn a_huge_body_has_exactly_its_size() {
    let origin = failing(Failure::Huge(Size::new(3_000_001)), Protocol::Http2).await;
    let mut client = Client::http2(origin.local_addr()).await;
    assert_eq!(client.get().await.unwrap().body.len(), 3_000_001);
}

#[tokio::test]
async fn an_endless_body_announces_nothing_and_goes_on() {
    let origin = failing(Failure::Endless, Protocol::Http1).await;
    let mut client = Client::http1(origin.local_addr()).await;
    let answer = client
        .send(request(Method::GET, Bytes::new()))
        .await
        .unwrap();
    assert!(!answer.headers().contains_key("content-length"));
    let mut body = answer.into_body();
    for _ in 0..100 {
        body.frame().await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_silent_origin_takes_requests_and_ends_with_its_owner() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let origin = failing(Failure::NeverAnswers, protocol).await;
        let mut client = match protocol {
            Protocol::Http2 => Client::http2(origin.local_addr()).await,
            _ => Client::http1(origin.local_addr()).await,
        };
        let mut call = Box::pin(client.get());
        let silence = Duration::from_millis(100);
        assert!(tokio::time::timeout(silence, &mut call).await.is_err());
        assert_eq!(origin.served().requests, 1);
        drop(origin);
        call.await.unwrap_err();
    }
}

#[tokio::test]
async fn a_spec_out_of_range_is_refused_with_its_reason() {
    let spec = OriginSpec {
        body: BodySpec {
            size: Size::new(65 << 20),
            ..BodySpec::default()
        },
        ..OriginSpec::default()
    };
    let error = Origin::start(crate::anywhere(), spec).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    assert!(error.to_string().contains("68.2 MB"), "{error}");
}
