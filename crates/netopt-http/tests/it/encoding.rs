//! Compression: asked for, decoded to the same bytes, and rejected when it is broken.

use netopt_core::encoding::{Encoding, Encodings};
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase::Receive;
use netopt_core::unit::Bytes as Size;
use netopt_lab::origin::{BodySpec, Origin, OriginSpec, Protocol};
use netopt_pool::CloseReason;

use crate::scene::{
    answering, assert_answered, assert_failed, client, config, config_for, get, origin,
};

const SIZE: u64 = 600_000;

async fn large(protocol: Protocol) -> Origin {
    origin(OriginSpec {
        protocol,
        body: BodySpec {
            size: Size::new(SIZE),
            ..BodySpec::default()
        },
        ..OriginSpec::default()
    })
    .await
}

#[tokio::test]
async fn each_encoding_decodes_to_the_same_body_from_fewer_bytes() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let origin = large(protocol).await;
        let mut config = config_for(&origin);
        let plain = client(&config);
        let mut reply = plain.send(get(origin.url())).await.unwrap();
        let body = reply.bytes(1 << 20).await.unwrap();
        assert_eq!(body.len() as u64, SIZE);
        for encoding in Encoding::ALL {
            config.accept_encoding = Encodings::from_iter([encoding]);
            let client = client(&config);
            let call = client.exchange(get(origin.url())).await;
            assert_answered(&call);
            let name = call.answer.unwrap().encoding;
            assert_eq!(name.as_deref(), Some(encoding.name()));
            assert_eq!(call.traffic.decoded, Size::new(SIZE), "{encoding}");
            assert!(call.traffic.body.get() < SIZE / 2, "{encoding}");
            assert!(call.traffic.received.get() < SIZE / 2, "{encoding}");
            let mut reply = client.send(get(origin.url())).await.unwrap();
            assert!(reply.bytes(1 << 20).await.unwrap() == body, "{encoding}");
            assert!(client.exchange(get(origin.url())).await.is_reused());
        }
    }
}

#[tokio::test]
async fn who_asks_for_none_gets_none() {
    let origin = large(Protocol::Http1).await;
    let call = client(&config()).exchange(get(origin.url())).await;
    assert_answered(&call);
    assert_eq!(call.answer.unwrap().encoding, None);
    assert_eq!(call.traffic.body, Size::new(SIZE));
    assert_eq!(call.traffic.decoded, call.traffic.body);
}

#[tokio::test]
async fn a_head_of_a_compressed_body_has_nothing_to_decode() {
    let origin = large(Protocol::Http1).await;
    let mut config = config();
    config.accept_encoding = Encodings::ALL;
    let mut request = get(origin.url());
    *request.method_mut() = http::Method::HEAD;
    let call = client(&config).exchange(request).await;
    assert_answered(&call);
    assert!(call.answer.unwrap().encoding.is_some());
}

#[tokio::test]
async fn a_body_that_is_not_what_it_says_is_a_failure() {
    let broken: [&[u8]; 3] = [
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 9\r\n\r\nplain txt",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\ncontent-length: 9\r\n\r\nplain txt",
        // The right beginning without an end.
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00",
    ];
    for answer in broken {
        let url = answering(answer).await;
        let client = client(&config());
        let call = client.exchange(get(&url)).await;
        assert_failed(&call, FailureKind::Protocol, Receive);
        let mut reply = client.send(get(&url)).await.unwrap();
        reply.bytes(100).await.unwrap_err();
        assert_eq!(reply.chunk().await.unwrap(), None, "it does not go on");
        let call = reply.finish().await;
        assert_failed(&call, FailureKind::Protocol, Receive);
        let closed = client.pool_stats().closed(CloseReason::Caller);
        assert_eq!(closed, 0, "the length was right, so the connection is good");
    }
}

#[tokio::test]
async fn an_encoding_that_nobody_knows_is_passed_on_as_it_is() {
    let url = answering(
        b"HTTP/1.1 200 OK\r\ncontent-encoding: x-new\r\ncontent-length: 9\r\n\r\nplain txt",
    )
    .await;
    let call = client(&config()).exchange(get(&url)).await;
    assert_answered(&call);
    assert_eq!(call.answer.unwrap().encoding.as_deref(), Some("x-new"));
    assert_eq!(call.traffic.decoded, Size::new(9));
}
