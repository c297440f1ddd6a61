//! Answers that are none yet (1xx), and those that have no body.

use std::time::Duration;

use http::{Request, StatusCode};
use netopt_core::outcome::Outcome;
use netopt_core::phase::Phase::{Receive, Wait};
use netopt_core::unit::Bytes as Size;
use tokio::io::AsyncWriteExt as _;
use tokio::time::sleep;

use crate::scene::{
    assert_answered, client, config, get, head_of, length, phases, replying, scripted,
};

const HINTS: &[u8] = b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn early_hints_do_not_end_the_wait() {
    const WORK: Duration = Duration::from_millis(30);
    for hints in [1, 3] {
        let url = scripted(move |mut stream| async move {
            while head_of(&mut stream).await.is_some() {
                for _ in 0..hints {
                    stream.write_all(HINTS).await.unwrap();
                }
                sleep(WORK).await;
                stream.write_all(ANSWER).await.unwrap();
            }
        })
        .await;
        let client = client(&config());
        for _ in 0..2 {
            let call = client.exchange(get(&url)).await;
            assert_answered(&call);
            assert!(length(&call, Wait) >= WORK, "{call:?}");
            assert!(length(&call, Receive) < length(&call, Wait), "{call:?}");
        }
        assert_eq!(client.pool_stats().reused, 1);
    }
}

#[tokio::test]
async fn hints_and_the_answer_in_one_piece_are_one_answer() {
    let url = scripted(|mut stream| async move {
        while head_of(&mut stream).await.is_some() {
            let all = [HINTS, HINTS, ANSWER].concat();
            stream.write_all(&all).await.unwrap();
        }
    })
    .await;
    let client = client(&config());
    let mut reply = client.send(get(&url)).await.unwrap();
    assert_eq!(reply.status(), StatusCode::OK);
    assert!(!reply.headers().contains_key("link"), "it is of the hints");
    assert_eq!(reply.bytes(10).await.unwrap(), "ok");
}

#[tokio::test]
async fn an_answer_without_a_body_leaves_the_connection_as_it_was() {
    let url = replying(|head| {
        let (status, length) = match head.split(' ').collect::<Vec<_>>()[..2] {
            ["HEAD", _] => ("200 OK", "content-length: 1000000\r\n"),
            [_, "/304"] => ("304 Not Modified", "content-length: 5000\r\n"),
            [_, "/204"] => ("204 No Content", ""),
            [_, "/reset"] => ("205 Reset Content", "content-length: 0\r\n"),
            _ => ("200 OK", "content-length: 0\r\n"),
        };
        format!("HTTP/1.1 {status}\r\n{length}\r\n")
    })
    .await;
    let client = client(&config());
    for (method, path, status) in [
        ("HEAD", "", 200),
        ("GET", "304", 304),
        ("GET", "204", 204),
        ("GET", "reset", 205),
        ("GET", "", 200),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(format!("{url}{path}"));
        let call = client
            .exchange(request.body(bytes::Bytes::new()).unwrap())
            .await;
        assert_eq!(call.outcome, Outcome::Answered(status));
        assert_eq!(call.traffic.body, Size::ZERO);
        assert_eq!(phases(&call).last(), Some(&Receive));
    }
    assert_eq!(
        (client.pool_stats().opened, client.pool_stats().idle),
        (1, 1)
    );
}

#[tokio::test]
async fn a_part_of_a_body_is_told_as_what_it_is() {
    let url = replying(|head| {
        assert!(
            head.to_lowercase().contains("range: bytes=2-4\r\n"),
            "{head}"
        );
        let part = "content-range: bytes 2-4/10\r\ncontent-length: 3\r\n";
        format!("HTTP/1.1 206 Partial Content\r\n{part}\r\ncde")
    })
    .await;
    let request = Request::get(&url).header("range", "bytes=2-4");
    let request = request.body(bytes::Bytes::new()).unwrap();
    let mut reply = client(&config()).send(request).await.unwrap();
    assert_eq!(reply.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(reply.headers()["content-range"], "bytes 2-4/10");
    assert_eq!(reply.bytes(10).await.unwrap(), "cde");
}
