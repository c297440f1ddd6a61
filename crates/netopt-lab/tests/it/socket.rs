//! Buffers, backlog and the bound of connections, as a client runs into them.

use std::net::SocketAddr;
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};
use netopt_lab::origin::{Origin, OriginSpec, SocketSpec};
use netopt_lab::raw::{RawProtocol, RawServer, RawSpec};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::anywhere;

const LONG: Duration = Duration::from_secs(10);

async fn raw(protocol: RawProtocol, socket: SocketSpec) -> RawServer {
    let spec = RawSpec {
        protocol,
        socket,
        ..RawSpec::default()
    };
    RawServer::start(anywhere(), spec).await.unwrap()
}

/// A connection whose own buffers are as small as they get.
async fn small(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(4096).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(address).await.unwrap()
}

/// What a server that hardly reads takes before it holds its client up.
#[cfg(target_os = "linux")]
async fn taken(rcvbuf: Option<Bytes>) -> usize {
    let server = raw(
        RawProtocol::TcpSink,
        SocketSpec {
            rcvbuf,
            reads: BitRate::from_bps(1e3),
            ..SocketSpec::default()
        },
    )
    .await;
    let mut stream = small(server.local_addr()).await;
    let mut taken = 0;
    let stall = Duration::from_millis(200);
    while let Ok(written) = timeout(stall, stream.write(&[0; 4096])).await {
        taken += written.unwrap();
    }
    taken
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_small_receive_buffer_is_a_small_window() {
    let small = taken(Some(Bytes::new(8_000))).await;
    let tuned = taken(None).await;
    // The client's own buffer is in both.
    assert!(
        small < 40_000 && tuned > small * 2,
        "{small} and {tuned} bytes"
    );
}

/// What a source has handed to the kernel when its client does not read.
#[cfg(target_os = "linux")]
async fn handed_over(sndbuf: Option<Bytes>) -> Bytes {
    let socket = SocketSpec {
        sndbuf,
        ..SocketSpec::default()
    };
    let server = raw(RawProtocol::TcpSource, socket).await;
    let stream = small(server.local_addr()).await;
    let mut last = Bytes::ZERO;
    let settled = async {
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let now = server.traffic().bytes_out;
            if now == last && now > Bytes::ZERO {
                return now;
            }
            last = now;
        }
    };
    let handed = timeout(LONG, settled).await.unwrap();
    drop(stream);
    handed
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_small_send_buffer_takes_little_at_once() {
    let small = handed_over(Some(Bytes::new(8_000))).await;
    let tuned = handed_over(None).await;
    assert!(small.get() * 3 < tuned.get(), "{small} and {tuned}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_backlog_loses_the_next_handshake_until_there_is_room() {
    let socket = SocketSpec {
        backlog: 1,
        connections: Some(1),
        ..SocketSpec::default()
    };
    let server = raw(RawProtocol::TcpEcho, socket).await;
    let address = server.local_addr();
    let mut served = TcpStream::connect(address).await.unwrap();
    served.write_all(b"x").await.unwrap();
    served.read_u8().await.unwrap();
    // One is served; Linux queues one more than the backlog says.
    let mut waiting = Vec::new();
    for _ in 0..2 {
        waiting.push(
            timeout(LONG, TcpStream::connect(address))
                .await
                .unwrap()
                .unwrap(),
        );
    }
    let mut late = tokio::spawn(TcpStream::connect(address));
    let soon = Duration::from_millis(300);
    assert!(timeout(soon, &mut late).await.is_err(), "a fourth came in");
    assert_eq!(server.traffic().connections, 1);
    drop((served, waiting));
    let mut late = timeout(LONG, late).await.unwrap().unwrap().unwrap();
    late.write_all(b"y").await.unwrap();
    assert_eq!(timeout(LONG, late.read_u8()).await.unwrap().unwrap(), b'y');
}

#[tokio::test]
async fn an_origin_over_small_buffers_still_answers() {
    let mut spec = OriginSpec::default();
    spec.socket.rcvbuf = Some(Bytes::new(4_096));
    spec.socket.sndbuf = Some(Bytes::new(4_096));
    spec.body.size = Bytes::new(300_000);
    let origin = Origin::start(anywhere(), spec).await.unwrap();
    let mut client = crate::client::Client::http1(origin.local_addr()).await;
    assert_eq!(client.get().await.unwrap().body.len(), 300_000);
}

#[tokio::test]
async fn bad_values_are_all_named_at_once() {
    let mut spec = OriginSpec::default();
    spec.service.workers = Some(0);
    spec.socket = SocketSpec {
        rcvbuf: Some(Bytes::new(1)),
        sndbuf: Some(Bytes::new(1 << 40)),
        backlog: 0,
        connections: Some(1025),
        ..SocketSpec::default()
    };
    let error = Origin::start(anywhere(), spec).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    let line = error.to_string();
    for part in [
        "workers is 0",
        "rcvbuf 1 B",
        "sndbuf 1099.5 GB",
        "backlog is 0",
        "connections is 1025, must be from 1 to 1024",
    ] {
        assert!(line.contains(part), "{part} in: {line}");
    }
}
