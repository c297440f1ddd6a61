//! The stream link between a client and small servers made for the purpose.

use std::net::SocketAddr;
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};
use netopt_lab::link::{LinkSpec, Stalls, StreamLink};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(crate::anywhere()).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A server that echoes one byte at a time, connection after connection.
async fn echo() -> SocketAddr {
    let (listener, address) = listener().await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            tokio::spawn(async move {
                while let Ok(byte) = stream.read_u8().await {
                    stream.write_u8(byte).await.unwrap();
                }
            });
        }
    });
    address
}

async fn link(to: SocketAddr, rtt_ms: u64, rate: Option<&str>) -> StreamLink {
    let spec = LinkSpec {
        rtt: Duration::from_millis(rtt_ms),
        rate: rate.map(|rate| rate.parse::<BitRate>().unwrap()),
        ..LinkSpec::default()
    };
    StreamLink::start(crate::anywhere(), to, spec)
        .await
        .unwrap()
}

async fn connect(link: &StreamLink) -> TcpStream {
    let stream = TcpStream::connect(link.local_addr()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut noise = vec![0; length];
    Xoshiro256PlusPlus::seed_from_u64(seed).fill_bytes(&mut noise);
    noise
}

/// Accepts one connection, reads it to its end, then answers with `answer` and closes: half-close at work.
fn once(listener: TcpListener, answer: Vec<u8>) -> JoinHandle<Vec<u8>> {
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.unwrap();
        stream.write_all(&answer).await.unwrap();
        heard
    })
}

#[tokio::test]
async fn a_loss_shows_as_a_stall_of_its_connection_and_harms_no_byte() {
    let stalls = Stalls {
        lasts: Duration::from_millis(60),
        ..Stalls::of("100%".parse().unwrap())
    };
    let spec = LinkSpec {
        rtt: Duration::from_millis(4),
        stalls: Some(stalls),
        ..LinkSpec::default()
    };
    let link = StreamLink::start(crate::anywhere(), echo().await, spec)
        .await
        .unwrap();
    let mut stream = connect(&link).await;
    let start = Instant::now();
    stream.write_u8(7).await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), 7);
    // There and back each lost a packet.
    let ratio = start.elapsed().as_secs_f64() / stalls.lasts.as_secs_f64();
    assert!((2.0..3.0).contains(&ratio), "{ratio}");
}

#[tokio::test]
async fn bytes_arrive_unharmed_both_ways_and_each_half_closes_alone() {
    let (listener, address) = listener().await;
    let (up, down) = (noise(700_001, 1), noise(900_003, 2));
    let server = once(listener, down.clone());
    let link = link(address, 2, Some("1gbit")).await;
    let mut stream = connect(&link).await;
    stream.write_all(&up).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).await.unwrap();
    assert!(
        heard == down,
        "the answer came after the client's half was closed"
    );
    assert!(server.await.unwrap() == up);
    let carried = link.carried();
    assert_eq!(carried.connections, 1);
    assert_eq!(carried.up, Bytes::new(700_001));
    assert_eq!(carried.down, Bytes::new(900_003));
}

/// The shortest of a few echoes, and the first, which pays for the handshake.
async fn echoes(link: &StreamLink) -> (Duration, Duration) {
    let mut stream = connect(link).await;
    let mut times = Vec::new();
    for byte in 0..4 {
        let start = Instant::now();
        stream.write_u8(byte).await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), byte);
        times.push(start.elapsed());
    }
    (times[0], times[1..].iter().copied().min().unwrap())
}

#[tokio::test]
async fn an_echo_takes_one_round_trip_and_the_first_two() {
    let echo = echo().await;
    let (near, far) = (link(echo, 10, None).await, link(echo, 40, None).await);
    let (first, short) = echoes(&near).await;
    let (_, long) = echoes(&far).await;
    assert!(short >= Duration::from_millis(10), "{short:?}");
    assert!(first >= Duration::from_millis(20), "{first:?}");
    assert!(long >= Duration::from_millis(40), "{long:?}");
    // 4 times as far; 2 leaves the host 10 ms of its own.
    assert!(long > 2 * short, "{short:?} against {long:?}");
    assert!(
        first.as_secs_f64() > 1.4 * short.as_secs_f64(),
        "{first:?} {short:?}"
    );
}

#[tokio::test]
async fn a_bulk_transfer_runs_at_the_rate() {
    let (listener, address) = listener().await;
    let server = once(listener, noise(500_000, 3));
    let link = link(address, 0, Some("20mbit")).await;
    let mut stream = connect(&link).await;
    let start = Instant::now();
    stream.shutdown().await.unwrap();
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).await.unwrap();
    let rate = Bytes::new(500_000).over(start.elapsed()).unwrap();
    server.await.unwrap();
    assert!((18e6..=20.1e6).contains(&rate.bps()), "{rate}");
}

#[tokio::test]
async fn connections_share_the_rate() {
    let (listener, address) = listener().await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move { stream.write_all(&noise(100_000, 4)).await });
        }
    });
    let link = link(address, 0, Some("20mbit")).await;
    let start = Instant::now();
    let mut downloads = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let mut stream = connect(&link).await;
        downloads.spawn(async move {
            let mut heard = Vec::new();
            stream.read_to_end(&mut heard).await.unwrap();
            (start.elapsed(), heard.len())
        });
    }
    let ended = downloads.join_all().await;
    assert!(ended.iter().all(|(_, length)| *length == 100_000));
    let (first, last) = (ended[0].0, ended[3].0);
    // Together 160 ms. Alone, the first would have ended after 40; turns make them end close to each other.
    assert!(last >= Duration::from_millis(159), "{last:?}");
    assert!(first * 3 > last, "first {first:?}, last {last:?}");
}

#[tokio::test]
async fn a_sender_is_held_back_when_the_receiver_does_not_read() {
    let (listener, address) = listener().await;
    let link = link(address, 0, Some("20mbit")).await;
    let mut stream = connect(&link).await;
    let (held, _) = listener.accept().await.unwrap();
    let endless = async {
        let piece = noise(64 * 1024, 5);
        let mut sent = 0_usize;
        loop {
            match tokio::time::timeout(Duration::from_millis(500), stream.write(&piece)).await {
                Ok(count) => sent += count.unwrap(),
                Err(_) => return sent,
            }
        }
    };
    // Kernel buffers on both sides of the relay, and its own queue; without a bound it would not stop at all.
    let sent = tokio::time::timeout(Duration::from_secs(60), endless)
        .await
        .unwrap();
    assert!(sent < 32 << 20, "{sent} bytes were taken");
    drop(held);
}

#[tokio::test]
async fn a_reset_comes_through_as_a_reset() {
    let (listener, address) = listener().await;
    let link = link(address, 2, None).await;
    let mut stream = connect(&link).await;
    let (mut far, _) = listener.accept().await.unwrap();
    far.write_all(b"last words").await.unwrap();
    stream.write_all(b"x").await.unwrap();
    assert_eq!(far.read_u8().await.unwrap(), b'x');
    far.set_zero_linger().unwrap();
    drop(far);
    let mut heard = Vec::new();
    let error = stream.read_to_end(&mut heard).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(heard, b"last words");
}

#[tokio::test]
async fn a_far_end_that_refuses_closes_the_connection_after_a_round_trip() {
    let (listener, address) = listener().await;
    drop(listener);
    let link = link(address, 10, None).await;
    let start = Instant::now();
    let mut stream = connect(&link).await;
    assert!(
        matches!(stream.read_u8().await, Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset)
    );
    assert!(start.elapsed() >= Duration::from_millis(10));
}

#[tokio::test]
async fn a_dropped_link_closes_its_port_and_its_connections() {
    let link = link(echo().await, 1, None).await;
    let address = link.local_addr();
    let mut stream = connect(&link).await;
    stream.write_u8(7).await.unwrap();
    stream.read_u8().await.unwrap();
    drop(link);
    assert!(stream.read_u8().await.is_err(), "the connection ends");
    assert!(crate::refuses(address).await, "the port refuses");
}
