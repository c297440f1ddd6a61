//! WebSocket as calls: the phases of an opening, questions on a kept connection, what is no answer, and bad peers.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use netopt_core::exchange::{Exchange, Protocol as Spoken};
use netopt_core::outcome::{FailureKind, Outcome, Side};
use netopt_core::phase::Phase;
use netopt_core::target::Target;
use netopt_http::{Question, Tls, WebSocket, WebSockets};
use netopt_lab::origin::{Dist, Failure, Protocol};
use netopt_lab::raw::{RawProtocol, RawServer, RawSpec};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, interval};
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;

use crate::scene::{ANYWHERE, PATIENCE, config, failing, length, phases, scripted};

const BOUND: Duration = Duration::from_millis(400);

async fn server(protocol: RawProtocol, time: Duration) -> RawServer {
    let spec = RawSpec {
        protocol,
        time: Dist::Fixed(time),
        ..RawSpec::default()
    };
    RawServer::start(ANYWHERE, spec).await.unwrap()
}

async fn open_at(url: &str, der: Option<&[u8]>) -> Result<WebSocket, Box<Exchange>> {
    let mut config = config();
    if let Some(der) = der {
        config.tls = Tls::trusting([der.to_vec().into()]).unwrap();
    }
    let target: Target = url.parse().unwrap();
    let sockets = WebSockets::new(&config).unwrap();
    sockets.open(&target, BOUND.max(PATIENCE)).await
}

async fn open(server: &RawServer) -> WebSocket {
    let opened = open_at(&server.url(), server.certificate_der()).await;
    opened.unwrap()
}

#[tokio::test]
async fn the_first_question_tells_the_opening_and_the_next_only_itself() {
    const TIME: Duration = Duration::from_millis(25);
    for (protocol, tls) in [(RawProtocol::WsEcho, false), (RawProtocol::WssEcho, true)] {
        let server = server(protocol, TIME).await;
        let mut socket = open(&server).await;
        let first = socket.ask(Question::Echo("one"), PATIENCE).await;
        let mut expected = vec![Phase::Queue, Phase::Connect];
        expected.extend(tls.then_some(Phase::Tls));
        expected.extend([Phase::Upgrade, Phase::Send, Phase::Wait, Phase::Receive]);
        assert_eq!(phases(&first), expected);
        let next = socket.ask(Question::Echo("two"), PATIENCE).await;
        let few = [Phase::Queue, Phase::Send, Phase::Wait, Phase::Receive];
        assert_eq!(phases(&next), few);
        for (earlier, call) in [(0, &first), (1, &next)] {
            assert_eq!(call.outcome, Outcome::Connected, "{call:?}");
            let connection = call.connection.as_ref().unwrap();
            assert_eq!(
                (connection.earlier, connection.protocol),
                (earlier, Spoken::WebSocket)
            );
            assert_eq!(connection.tls.is_some(), tls);
            assert!(length(call, Phase::Wait) >= TIME, "{call:?}");
        }
        socket.close().await;
        assert_eq!(server.traffic().messages, 2);
    }
}

#[tokio::test]
async fn a_ping_is_not_the_programs_to_answer() {
    let server = server(RawProtocol::WsEcho, Duration::ZERO).await;
    let mut socket = open(&server).await;
    let long = "x".repeat(500);
    for text in ["", "short", &long] {
        let call = socket.ask(Question::Ping(text), PATIENCE).await;
        assert_eq!(call.outcome, Outcome::Connected, "{call:?}");
    }
    assert_eq!(server.traffic().messages, 0);
}

#[tokio::test]
async fn what_the_peer_says_of_itself_is_no_answer() {
    let url = scripted(|stream| async move {
        let mut socket = accept_async(stream).await.unwrap();
        socket.send(Message::text("welcome")).await.unwrap();
        while let Some(Ok(message)) = socket.next().await {
            if !message.is_text() {
                continue;
            }
            for sent in [Message::text("a tick"), Message::Ping("?".into()), message] {
                socket.send(sent).await.ok();
            }
        }
    })
    .await
    .replace("http", "ws");
    let mut socket = open_at(&url, None).await.unwrap();
    for (number, unasked) in [("1", 2), ("2", 3)] {
        let call = socket.ask(Question::Echo(number), PATIENCE).await;
        assert_eq!(call.outcome, Outcome::Connected, "{call:?}");
        assert_eq!(socket.unasked(), unasked);
    }
}

#[tokio::test]
async fn a_server_of_something_else_is_said_to_be_that() {
    let origin = failing(Protocol::Http1, Failure::None).await;
    let call = open_at(&origin.url().replace("http", "ws"), None).await;
    let failure = call.unwrap_err().outcome.failure().unwrap().clone();
    assert_eq!(
        (failure.kind, failure.phase),
        (FailureKind::Protocol, Phase::Upgrade)
    );
    assert!(failure.message.contains("status 200"), "{failure}");
}

/// What a peer does once it speaks WebSocket.
#[derive(Debug, Clone, Copy)]
enum Manners {
    Silent,
    HalfOpen,
    Resets,
    Drips,
    Garbage,
    Leaves,
}

async fn behave(mut stream: TcpStream, manners: Manners) {
    let mut socket = accept_async(&mut stream).await.unwrap();
    if let Manners::Leaves = manners {
        socket.next().await;
        let code = 1003.into();
        let reason = "no text here".into();
        let frame = tokio_tungstenite::tungstenite::protocol::CloseFrame { code, reason };
        socket.close(Some(frame)).await.ok();
    }
    drop(socket);
    let mut buffer = [0; 1024];
    match manners {
        Manners::Silent | Manners::Leaves => {}
        Manners::HalfOpen => stream.shutdown().await.unwrap(),
        Manners::Resets => {
            drop(stream.read(&mut buffer).await);
            return stream.set_zero_linger().unwrap();
        }
        Manners::Drips => {
            let mut beat = interval(Duration::from_millis(100));
            // A text of 100 bytes that takes ten seconds.
            for byte in [0x81, 100].into_iter().chain([b'x'; 100]) {
                beat.tick().await;
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
        }
        Manners::Garbage => stream.write_all(&[0xff; 64]).await.unwrap(),
    }
    while stream.read(&mut buffer).await.is_ok_and(|n| n > 0) {}
}

#[tokio::test]
async fn each_bad_peer_ends_by_the_bound_with_phase_and_side() {
    use FailureKind::{ClosedEarly, Protocol, RequestTimeout, Reset};
    for (manners, kinds, part) in [
        (
            Manners::Silent,
            &[RequestTimeout][..],
            "did not come back within 400 ms",
        ),
        (Manners::HalfOpen, &[ClosedEarly], "closed"),
        (Manners::Resets, &[Reset, ClosedEarly], "the peer"),
        (
            Manners::Drips,
            &[RequestTimeout],
            "did not come back within 400 ms",
        ),
        (Manners::Garbage, &[Protocol], "does not speak WebSocket"),
        (
            Manners::Leaves,
            &[ClosedEarly],
            "code 1003: \"no text here\"",
        ),
    ] {
        let url = scripted(move |stream| behave(stream, manners)).await;
        let mut socket = open_at(&url.replace("http", "ws"), None).await.unwrap();
        let begun = Instant::now();
        let call = socket.ask(Question::Echo("hello"), BOUND).await;
        let failure = call.outcome.failure().unwrap();
        assert!(kinds.contains(&failure.kind), "{manners:?}: {failure:?}");
        assert!(failure.message.contains(part), "{manners:?}: {failure:?}");
        assert_eq!(failure.side(), Some(Side::Peer), "{manners:?}");
        let ends = [Phase::Send, Phase::Wait, Phase::Receive];
        assert!(ends.contains(&failure.phase), "{manners:?}: {failure:?}");
        assert_eq!(phases(&call).last(), Some(&failure.phase), "{manners:?}");
        assert!(begun.elapsed() < BOUND * 10, "{manners:?}");
    }
}
