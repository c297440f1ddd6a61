//! The servers below HTTP: what comes back, what is counted, how long it takes.

use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::unit::{BitRate, Bytes};
use netopt_lab::origin::{Dist, SocketSpec, WriteStyle};
use netopt_lab::raw::{RawProtocol, RawServer, RawSpec};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout};

use crate::anywhere;

const LONG: Duration = Duration::from_secs(10);

async fn server(protocol: RawProtocol, spec: RawSpec) -> RawServer {
    let spec = RawSpec { protocol, ..spec };
    RawServer::start(anywhere(), spec).await.unwrap()
}

async fn connect(server: &RawServer) -> TcpStream {
    let stream = TcpStream::connect(server.local_addr()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

async fn round(stream: &mut TcpStream, length: usize) -> Duration {
    let start = Instant::now();
    stream.write_all(&vec![7; length]).await.unwrap();
    let mut back = vec![0; length];
    stream.read_exact(&mut back).await.unwrap();
    assert_eq!(back, vec![7; length]);
    start.elapsed()
}

#[tokio::test]
async fn what_goes_into_a_tcp_echo_comes_back_and_the_close_too() {
    let server = server(RawProtocol::TcpEcho, RawSpec::default()).await;
    assert_eq!(server.url(), format!("tcp://{}", server.local_addr()));
    let mut stream = connect(&server).await;
    round(&mut stream, 1).await;
    round(&mut stream, 5000).await;
    stream.shutdown().await.unwrap();
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
    let traffic = server.traffic();
    assert_eq!(traffic.connections, 1);
    assert_eq!(
        (traffic.bytes_in, traffic.bytes_out),
        (Bytes::new(5001), Bytes::new(5001))
    );
    assert!((2..10).contains(&traffic.messages), "{traffic:?}");
}

#[tokio::test]
async fn an_echo_takes_its_time_and_workers_are_a_queue() {
    const TIME: Duration = Duration::from_millis(20);
    let mut times = Vec::new();
    for workers in [Some(1), None] {
        let spec = RawSpec {
            time: Dist::Fixed(TIME),
            workers,
            ..RawSpec::default()
        };
        let server = server(RawProtocol::TcpEcho, spec).await;
        let mut streams = Vec::new();
        for _ in 0..4 {
            streams.push(connect(&server).await);
        }
        let start = Instant::now();
        let mut calls = tokio::task::JoinSet::new();
        for mut stream in streams {
            calls.spawn(async move { round(&mut stream, 100).await });
        }
        for time in calls.join_all().await {
            assert!(time >= TIME, "{time:?}");
        }
        times.push(start.elapsed());
    }
    assert!(times[0] >= TIME * 4 && times[1] < times[0], "{times:?}");
}

/// The time of ten echoes written in three pieces.
async fn ten_echoes(nodelay: Switch) -> Duration {
    let spec = RawSpec {
        socket: SocketSpec {
            write: WriteStyle::Chunks(vec![Bytes::new(200), Bytes::new(200)]),
            nodelay,
            ..SocketSpec::default()
        },
        ..RawSpec::default()
    };
    let server = server(RawProtocol::TcpEcho, spec).await;
    let mut stream = connect(&server).await;
    // The kernel acknowledges a new connection's first segments at once.
    for _ in 0..10 {
        round(&mut stream, 2000).await;
    }
    let start = Instant::now();
    for _ in 0..10 {
        round(&mut stream, 2000).await;
    }
    start.elapsed()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_echo_in_pieces_without_nodelay_waits_for_delayed_acknowledgements() {
    let (on, off) = (ten_echoes(Switch::On).await, ten_echoes(Switch::Off).await);
    assert!(off > on * 5, "with nodelay {on:?}, without {off:?}");
}

#[tokio::test]
async fn a_source_sends_its_amount_and_closes() {
    let spec = RawSpec {
        amount: Some(Bytes::new(1_000_001)),
        ..RawSpec::default()
    };
    let server = server(RawProtocol::TcpSource, spec).await;
    for talks in [false, true] {
        let mut stream = connect(&server).await;
        if talks {
            // Unread data at the close would reset the connection.
            stream.write_all(&[1; 50_000]).await.unwrap();
        }
        let mut received = Vec::new();
        timeout(LONG, stream.read_to_end(&mut received))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(received.len(), 1_000_001);
        let ones = received.iter().map(|byte| byte.count_ones()).sum::<u32>();
        assert!(
            (3_900_000..4_100_000).contains(&ones),
            "noise: {ones} ones of 8,000,008"
        );
    }
    assert_eq!(server.traffic().bytes_out, Bytes::new(2_000_002));
}

#[tokio::test]
async fn a_source_without_an_amount_goes_on_for_a_client_that_closed_its_side() {
    let server = server(RawProtocol::TcpSource, RawSpec::default()).await;
    let mut stream = connect(&server).await;
    stream.shutdown().await.unwrap();
    let mut buffer = vec![0; 1 << 20];
    for _ in 0..20 {
        timeout(LONG, stream.read_exact(&mut buffer))
            .await
            .unwrap()
            .unwrap();
    }
}

/// From the first byte until the sink has read them all.
async fn upload(server: &RawServer, length: usize) -> Duration {
    let mut stream = connect(server).await;
    let start = Instant::now();
    stream.write_all(&vec![1; length]).await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(
        timeout(LONG, stream.read(&mut [0])).await.unwrap().unwrap(),
        0
    );
    start.elapsed()
}

#[tokio::test]
async fn a_sink_has_read_everything_when_it_closes() {
    let server = server(RawProtocol::TcpSink, RawSpec::default()).await;
    upload(&server, 3_000_000).await;
    upload(&server, 0).await;
    let traffic = server.traffic();
    assert_eq!((traffic.connections, traffic.messages), (2, 0));
    assert_eq!(
        (traffic.bytes_in, traffic.bytes_out),
        (Bytes::new(3_000_000), Bytes::ZERO)
    );
}

/// The shortest of three uploads to a reader of that pace: a busy machine only makes them longer.
async fn upload_at(bps: f64) -> f64 {
    let spec = RawSpec {
        socket: SocketSpec {
            reads: BitRate::from_bps(bps),
            ..SocketSpec::default()
        },
        ..RawSpec::default()
    };
    let server = server(RawProtocol::TcpSink, spec).await;
    let mut shortest = f64::INFINITY;
    for _ in 0..3 {
        shortest = shortest.min(upload(&server, 100_000).await.as_secs_f64());
    }
    shortest
}

#[tokio::test]
async fn a_slow_reader_takes_twice_as_long_at_half_the_pace() {
    let (whole, half) = (upload_at(8e6).await, upload_at(4e6).await);
    let ratio = half / whole;
    assert!((1.5..2.6).contains(&ratio), "{whole} s and {half} s");
}

async fn datagrams(server: &RawServer) -> UdpSocket {
    let socket = UdpSocket::bind(anywhere()).await.unwrap();
    socket.connect(server.local_addr()).await.unwrap();
    socket
}

async fn received(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = vec![0; 65_536];
    let length = timeout(LONG, socket.recv(&mut buffer))
        .await
        .unwrap()
        .unwrap();
    buffer.truncate(length);
    buffer
}

#[tokio::test]
async fn datagrams_of_every_size_come_back_to_their_sender() {
    let server = server(RawProtocol::UdpEcho, RawSpec::default()).await;
    assert!(server.url().starts_with("udp://127.0.0.1:"));
    let (one, two) = (datagrams(&server).await, datagrams(&server).await);
    for length in [0, 1, 1400, 65_507] {
        one.send(&vec![1; length]).await.unwrap();
        two.send(&vec![2; length]).await.unwrap();
        assert_eq!(received(&one).await, vec![1; length]);
        assert_eq!(received(&two).await, vec![2; length]);
    }
    let traffic = server.traffic();
    assert_eq!(
        (traffic.connections, traffic.messages, traffic.dropped),
        (0, 8, 0)
    );
    assert_eq!(traffic.bytes_in, traffic.bytes_out);
}

#[tokio::test]
async fn datagrams_share_one_wait() {
    const TIME: Duration = Duration::from_millis(30);
    let spec = RawSpec {
        time: Dist::Fixed(TIME),
        ..RawSpec::default()
    };
    let server = server(RawProtocol::UdpEcho, spec).await;
    let socket = datagrams(&server).await;
    let start = Instant::now();
    for number in 0..20 {
        socket.send(&[number]).await.unwrap();
    }
    for _ in 0..20 {
        received(&socket).await;
        assert!(start.elapsed() >= TIME);
    }
    assert!(start.elapsed() < TIME * 10, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_dropped_server_closes_its_port_and_its_connections() {
    let server = server(RawProtocol::TcpEcho, RawSpec::default()).await;
    let address = server.local_addr();
    let mut stream = connect(&server).await;
    round(&mut stream, 1).await;
    drop(server);
    assert!(crate::refuses(address).await);
    let end = timeout(LONG, stream.read(&mut [0])).await.unwrap();
    assert!(!matches!(end, Ok(1..)), "{end:?}");

    let udp = self::server(RawProtocol::UdpEcho, RawSpec::default()).await;
    let address = udp.local_addr();
    drop(udp);
    // The port is free again as soon as the aborted task is dropped.
    let free = async {
        while UdpSocket::bind(address).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, free).await.unwrap();
}
