//! A bound on time can be hit in every phase: the failure names the right one, with all phases before it.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase::{self, Connect, Dns, Proxy, Queue, Receive, Send, Tls, Wait};
use netopt_core::unit::Bytes as Size;
use netopt_http::Config;
use netopt_lab::origin::{Failure, Protocol};
use netopt_tcp::Resolver;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpSocket, TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::scene::{
    ANYWHERE, assert_failed, client, config, failing, get, length, phases, post, read_head,
    scripted,
};

const BOUND: Duration = Duration::from_millis(200);

fn hasty() -> Config {
    let mut config = config();
    config.timeout = BOUND;
    config
}

/// The whole call took the bound, most of it in the phase that hit it.
fn assert_hit(call: &Exchange, kind: FailureKind, before: &[Phase], phase: Phase) {
    assert_failed(call, kind, phase);
    let mut expected = before.to_vec();
    expected.push(phase);
    assert_eq!(phases(call), expected);
    assert!(call.service_time() >= BOUND, "{call:?}");
    assert!(length(call, phase) > BOUND / 2, "{call:?}");
    assert!(call.outcome.failure().unwrap().message.contains("200 ms"));
}

#[tokio::test]
async fn a_silent_resolver() {
    let silent = UdpSocket::bind(ANYWHERE).await.unwrap();
    let mut config = hasty();
    config.connector.resolver = Resolver::server(silent.local_addr().unwrap()).unwrap();
    let call = client(&config).exchange(get("http://shop.test/")).await;
    assert_hit(&call, FailureKind::DnsTimeout, &[Queue], Dns);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_port_whose_queue_is_full() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(ANYWHERE).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = timeout(BOUND, TcpStream::connect(address)).await {
        queued.push(stream.unwrap());
        assert!(queued.len() < 100, "the queue never fills");
    }
    let url = format!("http://{address}/");
    let call = client(&hasty()).exchange(get(url)).await;
    assert_hit(&call, FailureKind::ConnectTimeout, &[Queue], Connect);
}

#[tokio::test]
async fn a_peer_that_does_not_shake_hands() {
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let call = client(&hasty()).exchange(get(&url)).await;
    assert_hit(&call, FailureKind::ConnectTimeout, &[Queue, Connect], Tls);
    // The bound on connecting names the same phase.
    let mut config = config();
    config.connector.timeout = BOUND;
    let call = client(&config).exchange(get(&url)).await;
    assert_hit(&call, FailureKind::ConnectTimeout, &[Queue, Connect], Tls);
}

#[tokio::test]
async fn a_proxy_that_opens_no_tunnel() {
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    for scheme in ["http", "socks5"] {
        let proxy = format!("{scheme}://{}", listener.local_addr().unwrap());
        let proxy = Some(proxy.parse().unwrap());
        let mut config = hasty();
        config.proxy.clone_from(&proxy);
        let call = client(&config).exchange(get("https://shop.test/")).await;
        assert_hit(&call, FailureKind::ConnectTimeout, &[Queue, Connect], Proxy);
        // The bound on connecting names the same phase.
        let mut config = crate::scene::config();
        config.proxy = proxy;
        config.connector.timeout = BOUND;
        let call = client(&config).exchange(get("https://shop.test/")).await;
        assert_hit(&call, FailureKind::ConnectTimeout, &[Queue, Connect], Proxy);
    }
}

#[tokio::test]
async fn a_peer_that_does_not_read() {
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let call = client(&hasty()).exchange(post(url, 50_000_000)).await;
    assert_hit(&call, FailureKind::RequestTimeout, &[Queue, Connect], Send);
    assert!(call.traffic.sent > Size::ZERO && call.path.is_some());
}

#[tokio::test]
async fn a_peer_that_does_not_answer() {
    let origin = failing(Protocol::Http1, Failure::NeverAnswers).await;
    let call = client(&hasty()).exchange(get(origin.url())).await;
    let before = [Queue, Connect, Send];
    assert_hit(&call, FailureKind::RequestTimeout, &before, Wait);
    assert!(call.traffic.sent > Size::ZERO && call.path.is_some());
    assert_eq!(call.connection.unwrap().earlier, 0);
}

#[tokio::test]
async fn a_peer_that_stops_in_the_head_or_in_the_body() {
    for part in [
        &b"HTTP/1.1 200 OK\r\n"[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nfive",
    ] {
        let url = scripted(move |mut stream| async move {
            read_head(&mut stream).await;
            stream.write_all(part).await.unwrap();
            while read_head(&mut stream).await {}
        })
        .await;
        let call = client(&hasty()).exchange(get(url)).await;
        let before = [Queue, Connect, Send, Wait];
        assert_hit(&call, FailureKind::BodyTimeout, &before, Receive);
    }
}

#[tokio::test]
async fn no_bound_is_too_large() {
    let origin = failing(Protocol::Http1, Failure::None).await;
    let mut config = config();
    config.timeout = Duration::MAX;
    config.connector.timeout = Duration::MAX;
    config.pool.wait = Duration::MAX;
    config.pool.idle = Duration::MAX;
    let client = client(&config);
    for _ in 0..2 {
        crate::scene::assert_answered(&client.exchange(get(origin.url())).await);
    }
}
