//! From HTTP/1.1 to another protocol on the same connection.

use futures_util::{SinkExt as _, StreamExt as _};
use http::{Request, StatusCode};
use netopt_core::outcome::{FailureKind, Outcome};
use netopt_core::phase::Phase;
use netopt_http::{Tls, Upgrade};
use netopt_lab::raw::{RawProtocol, RawServer, RawSpec};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::scene::{ANYWHERE, client, config, get, head_of, http1, phases, replying, scripted};

fn asking(url: &str, protocol: &str) -> Request<bytes::Bytes> {
    let mut request = get(url);
    let headers = request.headers_mut();
    headers.insert("upgrade", protocol.parse().unwrap());
    request
}

#[tokio::test]
async fn web_socket_is_spoken_on_what_comes_out() {
    for protocol in [RawProtocol::WsEcho, RawProtocol::WssEcho] {
        let spec = RawSpec {
            protocol,
            ..RawSpec::default()
        };
        let server = RawServer::start(ANYWHERE, spec).await.unwrap();
        let mut config = config();
        if let Some(der) = server.certificate_der() {
            config.tls = Tls::trusting([der.to_vec().into()]).unwrap();
        }
        let client = client(&config);
        let mut request = asking(&server.url().replacen("ws", "http", 1), "websocket");
        let headers = request.headers_mut();
        headers.insert("sec-websocket-version", "13".parse().unwrap());
        headers.insert("sec-websocket-key", generate_key().parse().unwrap());
        let Upgrade::Switched(switched) = client.upgrade(request).await.unwrap() else {
            panic!("it answered as HTTP");
        };
        assert_eq!(switched.status(), StatusCode::SWITCHING_PROTOCOLS);
        assert!(switched.headers().contains_key("sec-websocket-accept"));
        let exchange = switched.body().exchange();
        assert_eq!(exchange.outcome, Outcome::Answered(101));
        assert!(phases(exchange).contains(&Phase::Wait));
        let stream = switched.into_body();
        let mut socket = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
        socket.send(Message::text("hello")).await.unwrap();
        let echo = socket.next().await.unwrap().unwrap();
        assert_eq!(echo, Message::text("hello"));
        assert_eq!(
            client.pool_stats().opened,
            0,
            "the pool knows nothing of it"
        );
    }
}

#[tokio::test]
async fn what_follows_the_head_at_once_is_not_lost() {
    let url = scripted(|mut stream| async move {
        let head = head_of(&mut stream).await.unwrap();
        assert!(head.contains("connection: upgrade\r\n"), "{head}");
        let switch = "HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade";
        let all = format!("{switch}\r\n\r\nfirst");
        stream.write_all(all.as_bytes()).await.unwrap();
        let (mut read, mut write) = stream.split();
        tokio::io::copy(&mut read, &mut write).await.unwrap();
    })
    .await;
    let upgrade = client(&config())
        .upgrade(asking(&url, "echo"))
        .await
        .unwrap();
    let Upgrade::Switched(switched) = upgrade else {
        panic!("it answered as HTTP");
    };
    let mut stream = switched.into_body();
    stream.write_all(b" and second").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "first and second");
}

#[tokio::test]
async fn a_server_that_does_not_know_the_protocol_answers() {
    let url = replying(|_| http1(200, "", "plain")).await;
    let client = client(&config());
    let upgrade = client.upgrade(asking(&url, "echo")).await.unwrap();
    let Upgrade::Answered(mut reply) = upgrade else {
        panic!("it switched");
    };
    assert_eq!(reply.bytes(10).await.unwrap(), "plain");
    let error = client.upgrade(get(&url)).await.unwrap_err();
    assert_eq!(error.failure().kind, FailureKind::Other);
    assert!(error.to_string().contains("needs the header upgrade"));
}
