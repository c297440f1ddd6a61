//! Origins at the far end: they listen inside the room, and their faults have the size that theory gives them.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};
use netopt_lab::origin::{Dist, OriginSpec, Protocol, SocketSpec};
use netopt_lab::packet::{FAR, PacketLink};
use netopt_lab::raw::{RawProtocol, RawSpec};
use netopt_lab::{Server, ServerSpec};
use tokio::runtime::Runtime;
use tokio::time::Instant;

use crate::scene::{PATIENCE, honest, median, path, rooms};

/// A server in the far room, and the runtime that it lives on.
fn far(link: &PacketLink, spec: impl Into<ServerSpec>) -> (Server, Runtime) {
    let spec = spec.into();
    let runtime = link.far().runtime(1).unwrap();
    let listen = SocketAddr::from((FAR, 0));
    let started = runtime.spawn(async move { Server::start(listen, spec, &[]).await });
    (runtime.block_on(started).unwrap().unwrap(), runtime)
}

fn near(link: &PacketLink, address: SocketAddr) -> TcpStream {
    let connect = || TcpStream::connect(address).unwrap();
    let stream = link.near().within(connect).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// The rate at which a sink with these sockets takes so many bytes, in bits a second.
fn upload(link: &PacketLink, socket: SocketSpec, bytes: usize) -> f64 {
    let (sink, _runtime) = far(
        link,
        RawSpec {
            protocol: RawProtocol::TcpSink,
            socket,
            ..RawSpec::default()
        },
    );
    let mut stream = near(link, sink.local_addr());
    let start = Instant::now();
    stream.write_all(&vec![0; bytes]).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    let length = Bytes::new(u64::try_from(bytes).unwrap());
    length.over(start.elapsed()).unwrap().bps()
}

#[test]
fn a_small_receive_buffer_is_a_window_a_round_trip() {
    const RTT_MS: u64 = 20;
    let buffers = [16_000, 32_000, 64_000].map(Bytes::new);
    let measure = |link: &PacketLink| {
        buffers.map(|rcvbuf| {
            let socket = SocketSpec {
                rcvbuf: Some(rcvbuf),
                ..SocketSpec::default()
            };
            upload(link, socket, 600_000)
        })
    };
    let Some((rates, _)) = honest(&path(RTT_MS, None), &rooms(), measure) else {
        return;
    };
    for (rcvbuf, rate) in buffers.iter().zip(rates) {
        // Linux announces about half of what it grants, and it grants twice what was asked for; slow start comes on top.
        let window = rcvbuf.over(Duration::from_millis(RTT_MS)).unwrap().bps();
        let share = rate / window;
        assert!((0.5..1.1).contains(&share), "{rcvbuf}: {share} of a window");
    }
    assert!(rates[2] > rates[0] * 2.5, "{rates:?}");
}

#[test]
fn a_slow_reader_sets_the_rate_over_any_distance() {
    let pace = BitRate::from_bps(8e6).unwrap();
    let measure = |link: &PacketLink| {
        let socket = SocketSpec {
            reads: Some(pace),
            ..SocketSpec::default()
        };
        upload(link, socket, 1_000_000)
    };
    let Some((rate, _)) = honest(&path(20, None), &rooms(), measure) else {
        return;
    };
    let share = rate / pace.bps();
    assert!((0.85..1.03).contains(&share), "{share} of the pace");
}

#[test]
fn an_echo_takes_a_round_trip_and_its_time() {
    const RTT_MS: u64 = 10;
    let time = Duration::from_millis(5);
    let measure = |link: &PacketLink| {
        let spec = RawSpec {
            time: Dist::Fixed(time),
            ..RawSpec::default()
        };
        let (echo, _runtime) = far(link, spec);
        let mut stream = near(link, echo.local_addr());
        let call = |_| {
            let start = Instant::now();
            stream.write_all(b"ping").unwrap();
            stream.read_exact(&mut [0; 4]).unwrap();
            start.elapsed()
        };
        median((0..9).map(call).collect())
    };
    let Some((took, _)) = honest(&path(RTT_MS, None), &rooms(), measure) else {
        return;
    };
    let expected = Duration::from_millis(RTT_MS) + time;
    assert!(
        (expected..expected * 11 / 10).contains(&took),
        "{took:?} instead of {expected:?}"
    );
}

#[test]
fn every_http_origin_says_where_it_is_inside_the_room() {
    let measure = |link: &PacketLink| {
        for protocol in [Protocol::Http1, Protocol::Https2] {
            let spec = OriginSpec {
                protocol,
                ..OriginSpec::default()
            };
            let (origin, _runtime) = far(link, spec);
            let url = format!("{}://{FAR}:", protocol.scheme());
            assert!(origin.url().starts_with(&url), "{}", origin.url());
            let mut stream = near(link, origin.local_addr());
            if protocol == Protocol::Http1 {
                stream
                    .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
                    .unwrap();
                let mut answer = Vec::new();
                stream.read_to_end(&mut answer).unwrap();
                assert!(answer.starts_with(b"HTTP/1.1 200 "));
            }
        }
    };
    honest(&path(2, None), &rooms(), measure);
}
