//! Peers that agree on HTTP/2 and then speak something else, or speak it wrong: one line each, by the bound.

use std::time::Duration;

use netopt_core::change::HttpVersion;
use netopt_core::exchange::Exchange;
use netopt_core::outcome::{FailureKind, Side};
use netopt_core::phase::Phase;
use netopt_core::unit::Bytes as Size;
use netopt_http::{Config, Tls};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::Instant;

use crate::bad_tls::Identity;
use crate::scene::{client, config, get, scripted};

const BOUND: Duration = Duration::from_millis(1500);
/// No peer is listened to further than this, once it is known to be wrong.
const MOST: Size = Size::new(1 << 20);

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

/// A frame (RFC 9113 §4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
    [&head, payload].concat()
}

/// Empty settings, with which every server begins.
fn settings() -> Vec<u8> {
    frame(SETTINGS, 0, 0, &[])
}

/// What a peer says after the settings, once and then again and again.
#[derive(Debug, Clone)]
struct Script {
    name: &'static str,
    once: Vec<u8>,
    again: Vec<u8>,
    kinds: &'static [FailureKind],
}

impl Script {
    fn once(name: &'static str, once: Vec<u8>) -> Self {
        Self {
            name,
            once,
            again: Vec::new(),
            kinds: &[FailureKind::Protocol],
        }
    }

    fn saying(mut self, again: Vec<u8>) -> Self {
        self.again = again;
        self
    }

    fn ending(mut self, kinds: &'static [FailureKind]) -> Self {
        self.kinds = kinds;
        self
    }

    async fn play(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut buffer = [0; 4096];
        // The preface, the settings, the request.
        drop(stream.read(&mut buffer).await);
        if stream.write_all(&self.once).await.is_err() {
            return;
        }
        while !self.again.is_empty() {
            if stream.write_all(&self.again).await.is_err() || stream.flush().await.is_err() {
                return;
            }
        }
        stream.flush().await.ok();
        while matches!(stream.read(&mut buffer).await, Ok(1..)) {}
    }
}

fn scripts() -> Vec<Script> {
    use FailureKind::{BodyTimeout, ClosedEarly, Protocol, RequestTimeout, Reset};
    let after = |frame: Vec<u8>| [settings(), frame].concat();
    vec![
        Script::once("garbage", vec![0xde; 64]),
        Script::once(
            "HTTP/1.1",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".to_vec(),
        ),
        Script::once(
            "a frame beyond the limit",
            after(frame(DATA, 0, 1, &[0; 20_000])),
        ),
        Script::once("settings of five bytes", frame(SETTINGS, 0, 0, &[0; 5])),
        Script::once(
            "a window beyond 2^31",
            frame(SETTINGS, 0, 0, &[0, 4, 0xff, 0xff, 0xff, 0xff]),
        ),
        Script::once("data before a head", after(frame(DATA, 0, 1, b"hello"))),
        Script::once(
            "a head that cannot be decoded",
            after(frame(HEADERS, END_HEADERS, 1, &[0xff; 40])),
        ),
        // :status 200 is entry 8 of the table; this is :method GET.
        Script::once(
            "a head without a status",
            after(frame(HEADERS, END_HEADERS, 1, &[0x82])),
        ),
        Script::once(
            "an answer to another question",
            after(frame(HEADERS, END_HEADERS, 7, &[0x88])),
        ),
        Script::once("a ping of three bytes", after(frame(PING, 0, 0, &[0; 3]))),
        Script::once(
            "a stream given up",
            after(frame(RESET, 0, 1, &[0, 0, 0, 2])),
        )
        .ending(&[ClosedEarly, Protocol]),
        Script::once(
            "a connection given up",
            after(frame(GOAWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 1])),
        )
        .ending(&[ClosedEarly, Protocol]),
        Script::once("a head without end", after(frame(HEADERS, 0, 1, &[0x88])))
            .saying(frame(
                CONTINUATION,
                0,
                1,
                &[0, 1, b'x', 1, b'y'].repeat(200),
            ))
            .ending(&[Protocol, ClosedEarly, Reset]),
        Script::once("interim answers without end", settings())
            .saying(frame(HEADERS, END_HEADERS, 1, b"\x08\x03103"))
            .ending(&[Protocol, RequestTimeout, BodyTimeout, ClosedEarly, Reset]),
        Script::once("pings without end", settings())
            .saying(frame(PING, 0, 0, &[0; 8]))
            .ending(&[Protocol, RequestTimeout, ClosedEarly, Reset]),
        Script::once("settings without end", settings())
            .saying(settings())
            .ending(&[Protocol, RequestTimeout, ClosedEarly, Reset]),
    ]
}

async fn call(mut config: Config, url: &str, name: &str) -> Exchange {
    config.timeout = BOUND;
    let begun = Instant::now();
    let call = client(&config).exchange(get(url)).await;
    assert!(begun.elapsed() < BOUND * 3, "{name}: {:?}", begun.elapsed());
    call
}

#[track_caller]
fn assert_refused(call: &Exchange, script: &Script) {
    let name = script.name;
    let failure = call.outcome.failure();
    assert!(failure.is_some(), "{name} was answered: {call:?}");
    let failure = failure.unwrap();
    assert!(script.kinds.contains(&failure.kind), "{name}: {failure:?}");
    assert!(
        matches!(failure.phase, Phase::Wait | Phase::Receive),
        "{name}: {failure:?}"
    );
    assert_eq!(failure.side(), Some(Side::Peer), "{name}: {failure:?}");
    // What floods without breaking a rule is thrown away until the bound; all else is not listened to for long.
    let is_late = matches!(
        failure.kind,
        FailureKind::RequestTimeout | FailureKind::BodyTimeout
    );
    assert!(is_late || call.traffic.received < MOST, "{name}: {call:?}");
    let message = &failure.message;
    assert!(
        message.lines().count() == 1 && message.len() < 200,
        "{name}: {message}"
    );
}

#[tokio::test]
async fn without_tls() {
    for script in scripts() {
        let play = script.clone();
        let url = scripted(move |stream| play.clone().play(stream)).await;
        let mut config = config();
        config.version = HttpVersion::Http2;
        assert_refused(&call(config, &url, script.name).await, &script);
    }
}

#[tokio::test]
async fn after_it_was_agreed_on() {
    for script in scripts() {
        let identity = Identity::new(&["127.0.0.1"], &["h2"], |_| {});
        let play = script.clone();
        let url = identity
            .serve(move |stream| play.clone().play(stream))
            .await;
        let mut config = config();
        config.tls = Tls::trusting([identity.root.clone()]).unwrap();
        assert_refused(&call(config, &url, script.name).await, &script);
    }
}
