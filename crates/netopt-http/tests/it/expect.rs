//! `Expect: 100-continue`: whether and when the body goes out (RFC 9110 §10.1.1).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::StreamBody;
use netopt_core::unit::Bytes as Size;
use netopt_http::{Body, Client};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tower::ServiceExt as _;

use crate::scene::{PATIENCE, client, config, head_of, read_head, scripted};

const BODY: &[u8] = b"as expected";

/// A body that tells when it is asked for.
fn body(asked: &Arc<AtomicBool>) -> Body {
    let asked = Arc::clone(asked);
    let frames = stream::once(async move {
        asked.store(true, Ordering::SeqCst);
        Ok::<_, std::io::Error>(Frame::data(Bytes::from_static(BODY)))
    });
    Body::stream(StreamBody::new(Box::pin(frames)))
}

fn expecting(url: &str, body: Body) -> Request<Body> {
    let request = Request::post(url).header("expect", "100-continue");
    let length = BODY.len().to_string();
    request.header("content-length", length).body(body).unwrap()
}

async fn call(client: &Client, request: Request<Body>) -> Response<Body> {
    let answer = timeout(PATIENCE, client.clone().oneshot(request)).await;
    answer.unwrap().unwrap()
}

async fn answer(stream: &mut TcpStream, status: &str) {
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\nok");
    stream.write_all(answer.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn the_body_waits_for_the_server_and_then_goes_out() {
    let asked = Arc::<AtomicBool>::default();
    let seen = Arc::clone(&asked);
    let url = scripted(move |mut stream| {
        let asked = Arc::clone(&seen);
        async move {
            while let Some(head) = head_of(&mut stream).await {
                assert!(head.contains("expect: 100-continue\r\n"), "{head}");
                let was_asked = asked.load(Ordering::SeqCst);
                stream
                    .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
                    .await
                    .unwrap();
                let mut came = [0; BODY.len()];
                stream.read_exact(&mut came).await.unwrap();
                asked.store(false, Ordering::SeqCst);
                let is_right = came == BODY && !was_asked;
                answer(&mut stream, if is_right { "200 OK" } else { "400 Early" }).await;
            }
        }
    })
    .await;
    let client = client(&config());
    for _ in 0..2 {
        let response = call(&client, expecting(&url, body(&asked))).await;
        assert_eq!(response.status(), StatusCode::OK);
        let read = response.into_body().collect(Size::new(10)).await;
        assert_eq!(read.unwrap(), "ok");
    }
    assert_eq!(client.pool_stats().opened, 1, "it is used again");
}

#[tokio::test]
async fn who_answers_at_once_does_not_get_the_body() {
    let asked = Arc::<AtomicBool>::default();
    let url = scripted(|mut stream| async move {
        read_head(&mut stream).await;
        answer(&mut stream, "417 Expectation Failed").await;
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.ok();
        assert_eq!(rest, b"", "nothing more came");
    })
    .await;
    let client = client(&config());
    for _ in 0..2 {
        let response = call(&client, expecting(&url, body(&asked))).await;
        assert_eq!(response.status(), StatusCode::EXPECTATION_FAILED);
        let read = response.into_body().collect(Size::new(10)).await;
        assert_eq!(read.unwrap(), "ok");
        assert!(!asked.load(Ordering::SeqCst));
    }
    let stats = client.pool_stats();
    assert_eq!(
        (stats.opened, stats.idle),
        (2, 0),
        "the server waits for a body"
    );
}

#[tokio::test]
async fn a_server_that_says_nothing_gets_the_body_after_a_second() {
    let url = scripted(|mut stream| async move {
        read_head(&mut stream).await;
        let mut came = [0; BODY.len()];
        stream.read_exact(&mut came).await.unwrap();
        answer(&mut stream, "200 OK").await;
    })
    .await;
    let began = Instant::now();
    let response = call(&client(&config()), expecting(&url, body(&Arc::default()))).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn without_a_body_there_is_nothing_to_expect() {
    let url = scripted(|mut stream| async move {
        read_head(&mut stream).await;
        answer(&mut stream, "200 OK").await;
    })
    .await;
    let request = Request::post(url).header("expect", "100-continue");
    let began = Instant::now();
    let response = call(&client(&config()), request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(began.elapsed() < PATIENCE);
}
