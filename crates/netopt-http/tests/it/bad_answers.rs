//! Answers of HTTP/1.1 that are wrong, or never end: each is refused in one line, by the bound, within bounded memory.
//!
//! What is read leniently is here as well, because it is allowed: RFC 9112 §2.2 lets a line end in LF alone.

use std::time::Duration;

use netopt_core::encoding::Encodings;
use netopt_core::exchange::Exchange;
use netopt_core::outcome::{FailureKind, Outcome, Side};
use netopt_core::phase::Phase;
use netopt_core::unit::Bytes as Size;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;

use crate::scene::{client, config, get, read_head, scripted};

/// The bound on a call here.
const BOUND: Duration = Duration::from_millis(1500);
/// No answer that is refused is read further than this: what a head may have, and what the socket has in store.
const MOST: Size = Size::new(8 << 20);
/// A line for people.
const LONGEST_LINE: usize = 200;

/// A peer that answers each request with `begin`, then says `again` for as long as somebody listens, and closes after us.
async fn saying(begin: &'static str, again: &'static str) -> String {
    scripted(move |mut stream| async move {
        let mut buffer = [0; 1024];
        while read_head(&mut stream).await {
            if stream.write_all(begin.as_bytes()).await.is_err() {
                return;
            }
            while !again.is_empty() {
                if stream.write_all(again.as_bytes()).await.is_err() {
                    return;
                }
            }
        }
        while matches!(stream.read(&mut buffer).await, Ok(1..)) {}
    })
    .await
}

async fn call(begin: &'static str, again: &'static str) -> Exchange {
    let mut config = config();
    config.timeout = BOUND;
    let url = saying(begin, again).await;
    let begun = Instant::now();
    let call = client(&config).exchange(get(url)).await;
    assert!(
        begun.elapsed() < BOUND * 3,
        "{begin:?}: {:?}",
        begun.elapsed()
    );
    call
}

/// It failed in one line that is the peer's, within bounds; what it says.
#[track_caller]
fn refused(call: &Exchange, kind: FailureKind, begin: &str) -> String {
    let failure = call.outcome.failure();
    assert!(failure.is_some(), "{begin:?} was answered: {call:?}");
    let failure = failure.unwrap();
    assert_eq!(failure.kind, kind, "{begin:?}: {failure:?}");
    assert!(
        matches!(failure.phase, Phase::Wait | Phase::Receive),
        "{begin:?}: {failure:?}"
    );
    assert_eq!(failure.side(), Some(Side::Peer), "{begin:?}");
    assert!(call.traffic.received < MOST, "{begin:?}: {call:?}");
    let message = &failure.message;
    assert!(
        message.lines().count() == 1 && message.len() < LONGEST_LINE,
        "{message}"
    );
    message.clone()
}

#[tokio::test]
async fn a_head_that_is_none_is_refused() {
    for (head, words) in [
        ("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", "header"),
        ("HTTP/1.1 200 OK\r\nname : value\r\n\r\n", "header"),
        ("HTTP/1.1 200 OK\r\nna me: value\r\n\r\n", "header"),
        ("HTTP/1.1 200 OK\r\n: value\r\n\r\n", "header"),
        (
            "HTTP/1.1 200 OK\r\nfolded: a\r\n b\r\ncontent-length: 0\r\n\r\n",
            "header",
        ),
        ("HTTP/1.1 200 OK\r\n folded: first\r\n\r\n", "header"),
        ("HTTP/1.1 200 OK\r\nzero: a\0b\r\n\r\n", "header"),
        ("HTTP/1.1 200 OK\r\nreturn: a\rb\r\n\r\n", "header"),
        ("HTTP/1.1 20 OK\r\n\r\n", "status"),
        ("HTTP/1.1 2000 OK\r\n\r\n", ""),
        ("HTTP/1.1 abc OK\r\n\r\n", "status"),
        ("HTTP/9.9 200 OK\r\n\r\n", "version"),
        ("HTP/1.1 200 OK\r\n\r\n", "version"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "version"),
        ("220 mail.test ESMTP\r\n", "version"),
    ] {
        let message = refused(&call(head, "").await, FailureKind::Protocol, head);
        assert!(message.contains(words), "{head:?}: {message}");
    }
}

#[tokio::test]
async fn a_length_that_is_none_is_refused() {
    for head in [
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: 3, 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: 0x5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: 5.0\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: \r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\nhello",
        "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ] {
        refused(&call(head, "").await, FailureKind::Protocol, head);
    }
}

#[tokio::test]
async fn a_chunk_that_is_none_is_refused() {
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for body in [
        "-5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nhello",
        "5 hello\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "\r\n",
        "5;bare\nlf\r\nhello\r\n0\r\n\r\n",
    ] {
        let answer: &'static str = Box::leak(format!("{CHUNKED}{body}").into_boxed_str());
        let call = call(answer, "").await;
        refused(&call, FailureKind::Protocol, body);
        assert_eq!(
            call.outcome.failure().unwrap().phase,
            Phase::Receive,
            "{body:?}"
        );
    }
    // A chunk may be as large as it says; it is waited for like any other.
    let endless = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7fffffffffffffff\r\nhello";
    let message = refused(&call(endless, "").await, FailureKind::BodyTimeout, endless);
    assert!(message.contains("1.50 s"), "{message}");
}

#[tokio::test]
async fn what_never_ends_is_cut_off() {
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for (begin, again, kind) in [
        ("HTTP/1.1 200 ", "very fine and ", FailureKind::Protocol),
        ("HTTP/1.1 200 OK\r\nx: ", "long and ", FailureKind::Protocol),
        ("HTTP/1.1 200 OK\r\n", "x: y\r\n", FailureKind::Protocol),
        (CHUNKED, "1", FailureKind::Protocol),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;",
            "x=y;",
            FailureKind::Protocol,
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n",
            "x: y\r\n",
            FailureKind::Protocol,
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: ",
            "long and ",
            FailureKind::Protocol,
        ),
    ] {
        refused(&call(begin, again).await, kind, &format!("{begin}{again}"));
    }
}

/// Each is read and thrown away, so only the time has an end.
#[tokio::test]
async fn interim_answers_and_empty_lines_without_end_last_no_longer_than_the_bound() {
    for again in [
        "\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 102 Processing\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
    ] {
        let call = call("", again).await;
        let failure = call.outcome.failure().unwrap();
        assert!(
            matches!(
                failure.kind,
                FailureKind::RequestTimeout | FailureKind::BodyTimeout
            ),
            "{failure:?}"
        );
        assert_eq!(failure.side(), Some(Side::Peer));
    }
}

#[tokio::test]
async fn headers_are_bounded_by_number_and_by_size() {
    let head = |count: usize, size: usize| -> &'static str {
        let headers: String = (0..count)
            .map(|number| format!("x{number}: {}\r\n", "v".repeat(size)))
            .collect();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n{headers}\r\n");
        Box::leak(head.into_boxed_str())
    };
    for fits in [head(99, 10), head(10, 20_000)] {
        let call = call(fits, "").await;
        assert_eq!(call.outcome, Outcome::Answered(200), "{} bytes", fits.len());
    }
    for beyond in [head(101, 10), head(10, 60_000)] {
        let message = refused(
            &call(beyond, "").await,
            FailureKind::Protocol,
            "many headers",
        );
        assert!(message.contains("too large"), "{message}");
    }
}

#[tokio::test]
async fn what_may_be_read_leniently_is() {
    for answer in [
        "HTTP/1.1 200 OK\ncontent-length: 5\n\nhello",
        "HTTP/1.1 200\r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length:5   \r\n\r\nhello",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
    ] {
        let call = call(answer, "").await;
        assert_eq!(call.outcome, Outcome::Answered(200), "{answer:?}");
        assert_eq!(call.traffic.body, Size::new(5), "{answer:?}");
    }
}

/// Whatever stands behind an answer is not the next one, and who tells a length in two ways may mean another end.
#[tokio::test]
async fn a_connection_on_which_the_next_answer_may_be_planted_is_not_used_again() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhelloHTTP/1.1 404 Planted\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 404 Planted\r\ncontent-length: 0\r\n\r\n",
    ] {
        let url = saying(answer, "").await;
        let client = client(&config());
        for _ in 0..2 {
            let call = client.exchange(get(&url)).await;
            assert!(
                matches!(call.outcome, Outcome::Answered(200 | 204)),
                "{answer:?}: {call:?}"
            );
            assert!(!call.is_reused(), "{answer:?}");
        }
    }
}

/// Nobody asked for another protocol, so there is none to go on with.
#[tokio::test]
async fn a_switch_of_protocols_is_no_answer() {
    let begin =
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nwhatever";
    let message = refused(&call(begin, "").await, FailureKind::Protocol, begin);
    assert!(message.contains("(101)"), "{message}");
}

#[tokio::test]
async fn a_body_that_decodes_to_far_too_much_is_refused() {
    let bomb = {
        let zeros = vec![0; 200 << 20];
        zstd_of(&zeros)
    };
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    let length = bomb.len();
    let url = scripted(move |mut stream| {
        let bomb = bomb.clone();
        async move {
            read_head(&mut stream).await;
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\ncontent-length: {length}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await.ok();
            stream.write_all(&bomb).await.ok();
            while read_head(&mut stream).await {}
        }
    })
    .await;
    let mut config = config();
    config.accept_encoding = Encodings::ALL;
    config.timeout = BOUND * 10;
    let call = client(&config).exchange(get(url)).await;
    let message = refused(&call, FailureKind::Protocol, "a bomb");
    assert!(message.contains("cannot be decoded"), "{message}");
}

fn zstd_of(data: &[u8]) -> Vec<u8> {
    zstd::encode_all(data, 19).unwrap()
}
