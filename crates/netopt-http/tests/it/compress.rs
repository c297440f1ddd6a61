//! Compressed requests as their server gets them, and answers decoded by a layer.

use std::io::Read as _;

use bytes::Bytes;
use http::Request;
use http_body::Frame;
use http_body_util::StreamBody;
use netopt_core::encoding::{Encoding, Encodings};
use netopt_core::unit::Bytes as Size;
use netopt_http::compress::{CompressLayer, Config};
use netopt_http::decompress::{self, DecompressLayer};
use netopt_http::{Body, Stack};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::peer::{Asked, Peer, answer};
use crate::scene::{assert_answered, client, config};

fn packing(encoding: Encoding) -> Stack {
    Stack::new(client(&config())).around(CompressLayer::new(Config::new(encoding)))
}

fn unpacked(asked: &Asked) -> Vec<u8> {
    let body = &asked.body[..];
    let mut plain = Vec::new();
    match asked
        .head
        .headers
        .get("content-encoding")
        .map(|name| name.to_str().unwrap())
    {
        Some("gzip") => flate2::read::GzDecoder::new(body)
            .read_to_end(&mut plain)
            .unwrap(),
        Some("zstd") => zstd::Decoder::new(body)
            .unwrap()
            .read_to_end(&mut plain)
            .unwrap(),
        Some("br") => brotli::Decompressor::new(body, 4096)
            .read_to_end(&mut plain)
            .unwrap(),
        _ => return body.to_vec(),
    };
    plain
}

fn post(url: &str, kind: &str, body: Body) -> Request<Body> {
    Request::post(url)
        .header("content-type", kind)
        .body(body)
        .unwrap()
}

fn lines(bytes: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for number in 0.. {
        text.extend_from_slice(format!("{{\"line\":{number}}}\n").as_bytes());
        if text.len() >= bytes {
            break;
        }
    }
    text.truncate(bytes);
    text
}

async fn taking() -> Peer {
    Peer::start(|_| async { Some(answer(200, &[], "")) }).await
}

#[tokio::test]
async fn a_body_arrives_smaller_and_whole_in_memory_long_or_as_a_stream() {
    for encoding in Encoding::ALL {
        let (peer, stack) = (taking().await, packing(encoding));
        for size in [2_000, 1_000_000] {
            let plain = lines(size);
            let pieces: Vec<_> = plain
                .chunks(300)
                .map(|piece| Ok::<_, std::io::Error>(Frame::data(Bytes::copy_from_slice(piece))))
                .collect();
            let stream = StreamBody::new(futures_util::stream::iter(pieces));
            for body in [Body::from(plain.clone()), Body::stream(stream)] {
                let kind = "application/json";
                stack.send(post(&peer.url, kind, body)).await.unwrap();
                let asked = peer.asked().pop().unwrap();
                assert_eq!(asked.head.headers["content-encoding"], encoding.name());
                assert!(
                    asked.body.len() < size / 2,
                    "{encoding}: {}",
                    asked.body.len()
                );
                assert!(unpacked(&asked) == plain, "{encoding} {size}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_short_packed_or_does_not_shrink_goes_as_it_is() {
    let (peer, stack) = (taking().await, packing(Encoding::Gzip));
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    })
    .take(5_000)
    .collect();
    for (kind, body) in [
        ("text/plain", lines(1_000)),
        ("image/png", lines(5_000)),
        ("application/octet-stream", noise),
    ] {
        let request = post(&peer.url, kind, Body::from(body.clone()));
        stack.send(request).await.unwrap();
        let asked = peer.asked().pop().unwrap();
        assert!(
            !asked.head.headers.contains_key("content-encoding"),
            "{kind}"
        );
        assert!(asked.body == body, "{kind}");
    }
}

#[tokio::test]
async fn a_server_that_refuses_gets_it_plain_and_is_remembered() {
    let peer = Peer::start(|asked: Asked| async move {
        let packed = asked.head.headers.contains_key("content-encoding");
        let picky = asked.head.uri.path() == "/picky";
        Some(answer(if packed || picky { 415 } else { 200 }, &[], ""))
    })
    .await;
    let stack = packing(Encoding::Zstd);
    let send = |path: &str| {
        let request = Request::post(format!("{}{path}", peer.url));
        let request = request.header("content-type", "text/plain");
        stack.exchange(request.body(Bytes::from(lines(5_000))).unwrap())
    };
    // It takes none of these, compressed or not, which says nothing about compression.
    assert_eq!(send("picky").await.journey.retries, 1);
    for (retries, requests) in [(1, 4), (0, 5), (0, 6)] {
        let exchange = send("").await;
        assert_answered(&exchange);
        assert_eq!(
            (exchange.journey.retries, peer.count()),
            (retries, requests)
        );
    }
}

#[tokio::test]
async fn a_layer_decodes_what_a_service_answers() {
    for encoding in Encoding::ALL {
        let plain = lines(50_000);
        let packed = {
            let (peer, stack) = (taking().await, packing(encoding));
            let body = Body::from(plain.clone());
            stack
                .send(post(&peer.url, "text/plain", body))
                .await
                .unwrap();
            peer.asked().pop().unwrap().body
        };
        let service = service_fn(move |request: Request<Body>| {
            let packed = packed.clone();
            async move {
                assert_eq!(request.headers()["accept-encoding"], "zstd, br, gzip");
                let names = [("content-encoding", encoding.name())];
                Ok(answer(200, &names, Body::from(packed)))
            }
        });
        let layer = DecompressLayer::new(decompress::Config::new(Encodings::ALL));
        let request = Request::get("http://a/").body(Body::empty()).unwrap();
        let response = layer.layer(service).oneshot(request).await.unwrap();
        assert!(!response.headers().contains_key("content-encoding"));
        let body = response
            .into_body()
            .collect(Size::new(1 << 20))
            .await
            .unwrap();
        assert!(body == plain, "{encoding}");
    }
}
