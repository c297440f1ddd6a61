//! The WebSocket echo, before a client of the same library and before bare bytes of RFC 6455.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use netopt_core::unit::Bytes as Size;
use netopt_lab::origin::Dist;
use netopt_lab::raw::{MAX_MESSAGE, RawProtocol, RawServer, RawSpec};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{WebSocketStream, client_async, client_async_with_config};

use crate::protocol::tls;

const LONG: Duration = Duration::from_secs(10);

async fn server(protocol: RawProtocol, time: Duration) -> RawServer {
    let spec = RawSpec {
        protocol,
        time: Dist::Fixed(time),
        ..RawSpec::default()
    };
    RawServer::start(crate::anywhere(), spec).await.unwrap()
}

async fn client(server: &RawServer) -> WebSocketStream<TcpStream> {
    let stream = TcpStream::connect(server.local_addr()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    client_async(server.url(), stream).await.unwrap().0
}

async fn next<T>(socket: &mut WebSocketStream<T>) -> Message
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    timeout(LONG, socket.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn text_and_binary_come_back_and_the_close_is_answered() {
    let server = server(RawProtocol::WsEcho, Duration::ZERO).await;
    assert_eq!(server.url(), format!("ws://{}/", server.local_addr()));
    let mut client = client(&server).await;
    for message in [
        Message::text("grüß Gott"),
        Message::binary(vec![7; 100_000]),
        Message::text(""),
    ] {
        client.send(message.clone()).await.unwrap();
        assert_eq!(next(&mut client).await, message);
    }
    client.close(None).await.unwrap();
    assert!(next(&mut client).await.is_close());
    let traffic = server.traffic();
    assert_eq!((traffic.connections, traffic.messages), (1, 3));
    assert!(traffic.bytes_in > Size::new(100_000) && traffic.bytes_out > Size::new(100_000));
}

#[tokio::test]
async fn a_ping_is_answered_without_being_a_message() {
    let server = server(RawProtocol::WsEcho, Duration::ZERO).await;
    let mut client = client(&server).await;
    let payload = Bytes::from_static(b"are you there");
    client.send(Message::Ping(payload.clone())).await.unwrap();
    assert_eq!(next(&mut client).await, Message::Pong(payload));
    assert_eq!(server.traffic().messages, 0);
}

#[tokio::test]
async fn an_echo_takes_its_time() {
    const TIME: Duration = Duration::from_millis(25);
    let server = server(RawProtocol::WsEcho, TIME).await;
    let mut client = client(&server).await;
    let start = Instant::now();
    for number in 1..4 {
        client.send(Message::text("x")).await.unwrap();
        next(&mut client).await;
        assert!(start.elapsed() >= TIME * number);
    }
}

#[tokio::test]
async fn over_tls_it_is_the_same() {
    let server = server(RawProtocol::WssEcho, Duration::ZERO).await;
    assert!(server.url().starts_with("wss://127.0.0.1:"));
    assert!(server.certificate_pem().is_some());
    let der = server.certificate_der().unwrap();
    let stream = tls(server.local_addr(), der, "localhost", &["http/1.1"])
        .await
        .unwrap();
    let (mut client, _) = client_async("ws://localhost/any/path", stream)
        .await
        .unwrap();
    client.send(Message::text("sealed")).await.unwrap();
    assert_eq!(next(&mut client).await, Message::text("sealed"));
}

#[tokio::test]
async fn the_handshake_and_a_frame_are_those_of_the_standard() {
    let server = server(RawProtocol::WsEcho, Duration::ZERO).await;
    let mut stream = TcpStream::connect(server.local_addr()).await.unwrap();
    // RFC 6455 section 1.3, and the masked "Hello" of section 5.7.
    stream
        .write_all(
            b"GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n\
              Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
              Sec-WebSocket-Version: 13\r\n\r\n",
        )
        .await
        .unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(LONG, stream.read_u8()).await.unwrap().unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    let accept = "s3pplmbitxaq9kygzzhzrbk+xoo=";
    assert!(
        head.contains(&format!("sec-websocket-accept: {accept}")),
        "{head}"
    );
    let hello = [
        0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
    ];
    stream.write_all(&hello).await.unwrap();
    let mut echo = [0; 7];
    timeout(LONG, stream.read_exact(&mut echo))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&echo, b"\x81\x05Hello");
}

#[tokio::test]
async fn what_asks_for_no_upgrade_gets_no_socket() {
    let server = server(RawProtocol::WsEcho, Duration::ZERO).await;
    let answer = timeout(LONG, crate::client::raw(server.local_addr()))
        .await
        .unwrap();
    assert!(!answer.starts_with(b"HTTP/1.1 101"), "{answer:?}");
}

#[tokio::test]
async fn a_message_beyond_the_bound_ends_the_connection() {
    let server = server(RawProtocol::WsEcho, Duration::ZERO).await;
    let stream = TcpStream::connect(server.local_addr()).await.unwrap();
    let unlimited = WebSocketConfig::default()
        .max_message_size(None)
        .max_frame_size(None);
    let (mut client, _) = client_async_with_config(server.url(), stream, Some(unlimited))
        .await
        .unwrap();
    let largest = Message::binary(vec![1; MAX_MESSAGE]);
    client.send(largest).await.unwrap();
    assert_eq!(next(&mut client).await.len(), MAX_MESSAGE);
    // Sending may fail already, since the server need not read what it refuses.
    client
        .send(Message::binary(vec![1; MAX_MESSAGE + 1]))
        .await
        .ok();
    let end = timeout(LONG, client.next()).await.unwrap();
    assert!(
        !matches!(end, Some(Ok(Message::Binary(_)))),
        "it was echoed"
    );
    assert_eq!(server.traffic().messages, 1);
}
