//! `netopt lab origin`: what each protocol answers and counts, and what is refused.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use crate::command::{Running, netopt};

/// The server, and the address in its URL.
async fn origin(args: &[&str]) -> (Running, String, String) {
    let mut origin = Running::start(&[&["lab", "origin"], args].concat());
    let url = origin.line().await;
    let (scheme, rest) = url.split_once("://").unwrap();
    let address = rest.trim_end_matches('/').to_owned();
    (origin, scheme.to_owned(), address)
}

/// Writes `sent`, closes that side, and reads to the end.
async fn exchange(address: &str, sent: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(sent).await.unwrap();
    stream.shutdown().await.unwrap();
    rest(stream).await
}

/// Writes a request that asks for a close, and reads to the end. Its own side stays open, because a server of HTTP may take the
/// end of what comes for the end of its client.
async fn ask(address: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    rest(stream).await
}

async fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.unwrap();
    received
}

async fn ends_saying(origin: Running, parts: &[&str]) {
    let ended = origin.stop("TERM").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for part in parts {
        assert!(ended.stderr.contains(part), "{part} in: {}", ended.stderr);
    }
}

#[tokio::test]
async fn tcp_servers_echo_send_and_read() {
    let (echo, scheme, address) = origin(&["--protocol", "tcp-echo", "--service", "exp:1ms"]).await;
    assert_eq!(scheme, "tcp");
    assert_eq!(exchange(&address, b"hello").await, b"hello");
    ends_saying(
        echo,
        &[
            "TCP echo, exp:1.00 ms of work",
            "messages 1, connections 1, 5 B received, 5 B sent",
        ],
    )
    .await;

    let (source, _, address) = origin(&["--protocol", "tcp-source", "--amount", "300kB"]).await;
    assert_eq!(exchange(&address, b"").await.len(), 300_000);
    ends_saying(source, &["300.0 kB a connection", "300.0 kB sent"]).await;

    let (sink, _, address) = origin(&["--protocol", "tcp-sink", "--reads", "1gbit"]).await;
    assert_eq!(exchange(&address, &[0; 300_000]).await, b"");
    ends_saying(sink, &["reads 1.0 Gbit/s", "300.0 kB received, 0 B sent"]).await;
}

#[tokio::test]
async fn a_udp_server_echoes() {
    let (echo, scheme, address) = origin(&["--protocol", "udp-echo", "--rcvbuf", "16kB"]).await;
    assert_eq!(scheme, "udp");
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.send_to(b"ping", &address).await.unwrap();
    let mut back = [0; 10];
    assert_eq!(socket.recv(&mut back).await.unwrap(), 4);
    ends_saying(
        echo,
        &["UDP echo", "rcvbuf 16.0 kB", "messages 1, connections 0"],
    )
    .await;
}

#[tokio::test]
async fn a_web_socket_server_upgrades_with_and_without_tls() {
    let (echo, scheme, address) = origin(&["--protocol", "ws-echo"]).await;
    assert_eq!(scheme, "ws");
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let request = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 101");
    ends_saying(echo, &["WebSocket echo", "connections 1"]).await;

    let file = format!("{}/web_socket.pem", env!("CARGO_TARGET_TMPDIR"));
    let (echo, scheme, _) = origin(&["--protocol", "wss-echo", "--cert-out", &file]).await;
    assert_eq!(scheme, "wss");
    assert!(
        std::fs::read_to_string(&file)
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE")
    );
    ends_saying(echo, &["WebSocket echo over TLS", "trust it with --cacert"]).await;
}

#[tokio::test]
async fn an_http_origin_has_the_faults_it_was_told() {
    let (origin, _, address) = origin(&[
        "--etag",
        "--cache-control",
        "max-age=60",
        "--body-kind",
        "text",
        "--keep-alive-idle",
        "20ms",
        "--write-chunks",
        "200B,300B",
        "--no-nodelay",
        "--backlog",
        "5",
        "--connections",
        "7",
        "--sndbuf",
        "20kB",
    ])
    .await;
    let mut stream = TcpStream::connect(&address).await.unwrap();
    stream
        .write_all(b"GET /a HTTP/1.1\r\nhost: x\r\nif-none-match: *\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    // The origin closes, since the connection is idle.
    stream.read_to_string(&mut answer).await.unwrap();
    let answer = answer.to_lowercase();
    assert!(answer.starts_with("http/1.1 304 "), "{answer}");
    for part in ["cache-control: max-age=60\r\n", "etag: w/\""] {
        assert!(answer.contains(part), "{answer}");
    }
    ends_saying(
        origin,
        &[
            "connections close after 20.0 ms of nothing",
            "cache-control \"max-age=60\"",
            "etags",
            "sndbuf 20.0 kB",
            "writes in pieces of 200 B and 300 B",
            "nagle on",
            "backlog 5",
            "connections 7 at once",
            "served: requests 1, connections 1",
            "not modified 1",
        ],
    )
    .await;
}

#[tokio::test]
async fn a_share_of_errors_has_its_status() {
    let (origin, _, address) = origin(&["--errors", "100%:500"]).await;
    let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = ask(&address, request).await;
    assert!(answer.starts_with(b"HTTP/1.1 500 "), "{answer:?}");
    ends_saying(origin, &["errors 100.0 % by 500"]).await;
}

#[tokio::test]
async fn a_flag_that_means_nothing_to_the_protocol_is_refused_in_one_line() {
    for (protocol, flag, users) in [
        (
            "tcp-echo",
            &["--etag"][..],
            "http1, http2, https1 or https2",
        ),
        (
            "ws-echo",
            &["--body", "1kB"],
            "http1, http2, https1 or https2",
        ),
        (
            "udp-echo",
            &["--errors", "1%"],
            "http1, http2, https1 or https2",
        ),
        (
            "tcp-sink",
            &["--service", "1ms"],
            "every --protocol but tcp-sink",
        ),
        (
            "tcp-sink",
            &["--no-nodelay"],
            "every --protocol but tcp-sink and udp-echo",
        ),
        (
            "udp-echo",
            &["--write-chunks", "1B"],
            "every --protocol but tcp-sink and udp-echo",
        ),
        (
            "udp-echo",
            &["--backlog", "1"],
            "every --protocol but udp-echo",
        ),
        (
            "tcp-source",
            &["--reads", "1mbit"],
            "every --protocol but tcp-source",
        ),
        ("http1", &["--amount", "1MB"], "tcp-source"),
        (
            "ws-echo",
            &["--cert-out", "cert.pem"],
            "https1, https2 or wss-echo",
        ),
    ] {
        let args = ["lab", "origin", "--protocol", protocol];
        let ended = netopt(&[&args[..], flag].concat()).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{ended:?}"
        );
        let line = ended.line();
        assert!(line.contains(&format!("{} is for ", flag[0])), "{line}");
        assert!(line.ends_with(users), "{line}");
    }
}

#[tokio::test]
async fn values_that_cannot_be_are_named_with_their_bound() {
    for (args, part) in [
        (
            &["--service", "fast"][..],
            "\"fast\" is not a service time such as 2ms",
        ),
        (
            &["--service", "lognormal:1ms:9"],
            "sigma 9 is not within 0 and 3",
        ),
        (
            &["--errors", "1%:200"],
            "\"200\" is not a status from 400 to 599",
        ),
        (&["--errors", "2"], "\"2\" is not a share"),
        (
            &["--write-chunks", "200B,x"],
            "\"x\" is not an amount of data",
        ),
        (&["--cache-control", "a\nb"], "cannot stand in a header"),
        (&["--rcvbuf", "1GB"], "the most this host allows"),
        (
            &["--sndbuf", "1B"],
            "sndbuf 1 B is not within 2.3 kB and 1.1 GB",
        ),
        (&["--backlog", "0"], "backlog is 0, must be at least 1"),
        (
            &["--connections", "2000"],
            "connections is 2000, must be from 1 to 1024",
        ),
        (
            &["--reads", "10bit"],
            "reads 10.0 bit/s is below 1.0 kbit/s",
        ),
        (
            &["--keep-alive-idle", "0"],
            "idle time is 0, must be above 0",
        ),
        (
            &["--close-after", "1", "--keep-alive-idle", "1s"],
            "cannot be used with",
        ),
        (
            &["--forget-idle", "2s", "--keep-alive-idle", "1s"],
            "cannot be used with",
        ),
        (
            &["--thrash-above", "0"],
            "thrash above is 0, must be at least 1",
        ),
    ] {
        let ended = netopt(&[&["lab", "origin"], args].concat()).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{ended:?}"
        );
        assert!(ended.stderr.contains(part), "{part} in: {}", ended.stderr);
    }
}
