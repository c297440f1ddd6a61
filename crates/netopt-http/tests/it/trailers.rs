//! Trailers, of answers and of requests, and bodies that go both ways at once.

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use netopt_core::change::HttpVersion;
use netopt_http::Body;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tower::ServiceExt as _;

use crate::frames::Act::Send;
use crate::frames::{Manner, framed, head, part, trailer};
use crate::scene::{client, config, read_head, scripted};

fn with_trailers() -> Body {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-sum", HeaderValue::from_static("5"));
    let frames = [
        Frame::data(Bytes::from_static(b"hello")),
        Frame::trailers(trailers),
    ];
    Body::stream(StreamBody::new(stream::iter(
        frames.map(Ok::<_, std::io::Error>),
    )))
}

async fn read(response: Response<Body>) -> (Bytes, Option<HeaderMap>) {
    let whole = BodyExt::collect(response.into_body()).await.unwrap();
    let trailers = whole.trailers().cloned();
    (whole.to_bytes(), trailers)
}

#[tokio::test]
async fn those_of_an_answer_come_after_its_body() {
    let http1 = scripted(|mut stream| async move {
        while read_head(&mut stream).await {
            let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n";
            let body = "5\r\nhello\r\n0\r\nx-sum: 5\r\n\r\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(body.as_bytes()).await.unwrap();
        }
    })
    .await;
    let http2 = framed(Manner::plain(), |came| {
        let stream = came.stream;
        Send([head(stream), part(stream, b"hello"), trailer(stream)].concat())
    })
    .await;
    for (url, version) in [(http1, HttpVersion::Http1), (http2, HttpVersion::Http2)] {
        let mut config = config();
        config.version = version;
        let client = client(&config);
        for _ in 0..2 {
            let request = Request::get(&url).body(Body::empty()).unwrap();
            let (body, trailers) = read(client.clone().oneshot(request).await.unwrap()).await;
            assert_eq!(body, "hello");
            assert_eq!(trailers.unwrap()["x-sum"], "5", "{version:?}");
        }
        assert_eq!(client.pool_stats().opened, 1);
    }
}

#[tokio::test]
async fn those_of_a_request_are_sent_after_its_body() {
    let url = scripted(|stream| async move {
        let mut lines = BufReader::new(stream).lines();
        let mut seen = Vec::new();
        while seen.last().is_none_or(|line| line != "x-sum: 5") {
            seen.push(lines.next_line().await.unwrap().unwrap());
        }
        let body = seen.iter().position(|line| line == "hello").unwrap();
        assert_eq!(seen[body - 1..], ["5", "hello", "0", "x-sum: 5"]);
        let mut stream = lines.into_inner().into_inner();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        stream.write_all(answer).await.unwrap();
    })
    .await;
    let request = Request::post(url).header("trailer", "x-sum");
    let request = request.body(with_trailers()).unwrap();
    let answered = client(&config()).oneshot(request).await.unwrap();
    assert_eq!(read(answered).await.0, "ok");
}
