//! Bodies that fall silent: given up after the bound, and not before, by whoever's fault it is.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use netopt_core::outcome::{FailureKind, Side};
use netopt_core::phase::Phase;
use netopt_core::unit::Bytes as Size;
use netopt_http::{Body, Error, Stack, StallLayer};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::scene::{
    ANYWHERE, assert_answered, assert_failed, client, config, get, read_head, scripted,
};

const BOUND: Duration = Duration::from_millis(300);

fn watched() -> Stack {
    Stack::new(client(&config())).around(StallLayer::new(BOUND))
}

/// A peer that sends five bytes, this far apart, and then waits.
async fn dripping(gap: Duration, length: usize) -> String {
    scripted(move |mut stream| async move {
        while read_head(&mut stream).await {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            for byte in b"slow!" {
                sleep(gap).await;
                if stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
            }
        }
    })
    .await
}

/// What comes after the last piece of a body.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    End,
    Silence,
}

/// A body of pieces, each so long after the one before.
fn streaming(pieces: usize, gap: Duration, then: Then) -> Body {
    let stream = stream::unfold(0, move |number| async move {
        if number == pieces {
            return if then == Then::Silence {
                std::future::pending().await
            } else {
                None
            };
        }
        sleep(gap).await;
        let piece = Ok::<_, io::Error>(Frame::data(Bytes::from_static(&[b'x'; 1000])));
        Some((piece, number + 1))
    });
    Body::stream(StreamBody::new(stream))
}

#[tokio::test]
async fn a_slow_answer_is_taken_and_a_silent_one_given_up() {
    // All of it takes longer than the bound; no silence does.
    let url = dripping(BOUND / 4, 5).await;
    let exchange = watched().exchange(get(url)).await;
    assert_answered(&exchange);
    assert!(exchange.service_time() > BOUND);
    let url = dripping(Duration::ZERO, 6).await;
    let exchange = watched().exchange(get(url)).await;
    assert_failed(&exchange, FailureKind::BodyTimeout, Phase::Receive);
    let failure = exchange.outcome.failure().unwrap();
    assert!(failure.message.contains("came for 300 ms"), "{failure}");
    assert_eq!(failure.side(), Some(Side::Peer));
}

#[tokio::test]
async fn a_slow_reader_is_no_slow_peer() {
    let url = dripping(Duration::ZERO, 5).await;
    let response = watched().send(get(url).map(Body::from)).await.unwrap();
    sleep(BOUND * 2).await;
    let body = response.into_body().collect(Size::new(9)).await.unwrap();
    assert_eq!(body, "slow!");
}

#[tokio::test]
async fn an_upload_that_its_source_lets_wait_is_our_fault() {
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let request = Request::post(url)
        .body(streaming(2, Duration::ZERO, Then::Silence))
        .unwrap();
    let error = watched().send(request).await.unwrap_err();
    let failure = error.failure();
    assert_eq!(
        (failure.kind, failure.phase),
        (FailureKind::SourceTimeout, Phase::Send)
    );
    assert_eq!(failure.side(), Some(Side::Us));
    assert!(
        failure.message.ends_with("brought nothing for 300 ms"),
        "{failure}"
    );
}

#[tokio::test]
async fn an_upload_that_its_peer_does_not_take_is_its_fault() {
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let request = Request::post(url)
        .body(streaming(100_000, Duration::ZERO, Then::End))
        .unwrap();
    let error = watched().send(request).await.unwrap_err();
    let failure = error.failure();
    assert_eq!(
        (failure.kind, failure.phase),
        (FailureKind::RequestTimeout, Phase::Send)
    );
    assert_eq!(failure.side(), Some(Side::Peer));
    assert!(failure.message.contains("took nothing more"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_upload_and_a_long_wait_for_the_answer_are_no_stall() {
    let thinking = service_fn(|request: Request<Body>| async {
        request.into_body().collect(Size::new(1 << 20)).await?;
        sleep(BOUND * 10).await;
        Ok::<_, Error>(Response::new(streaming(5, BOUND / 2, Then::End)))
    });
    let service = StallLayer::new(BOUND).layer(thinking);
    let start = Instant::now();
    let response = service
        .oneshot(Request::new(streaming(5, BOUND / 2, Then::End)))
        .await
        .unwrap();
    let body = response
        .into_body()
        .collect(Size::new(1 << 20))
        .await
        .unwrap();
    assert_eq!(body.len(), 5000);
    assert!(start.elapsed() >= BOUND * 15);
}
