//! Data in the SYN: the second connection to a peer that gave a cookie saves a round trip, and a peer that knows no fast open
//! is served as ever.
//!
//! The path and the server's setting need a room (Linux, root, `/dev/net/tun`); without one a word on stderr says so.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use netopt_core::change::Switch;
use netopt_lab::packet::{FAR, PacketLink, RoomSpec};
use netopt_lab::path::{PathSpec, WaySpec};
use netopt_tcp::options::FAST_OPEN;
use netopt_tcp::{Connector, Options, Resolver};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

const RTT: Duration = Duration::from_millis(80);
const PATIENCE: Duration = Duration::from_secs(10);

fn connector() -> Connector {
    Connector {
        resolver: Resolver::system(),
        options: Options {
            fast_open: Switch::On,
            ..Options::default()
        },
        racing: Switch::Off,
        timeout: PATIENCE,
    }
}

/// One byte there and one back on a new connection: how long, and whether the byte went with the SYN.
async fn exchange(peer: SocketAddr) -> (Duration, bool) {
    let begun = Instant::now();
    let (connector, host) = (connector(), peer.ip().to_string());
    let connected = connector.connect(&host, peer.port()).await;
    let mut stream = connected.unwrap().stream;
    stream.write_all(&[1]).await.unwrap();
    stream.read_exact(&mut [0]).await.unwrap();
    let took = begun.elapsed();
    let agreed = stream.wire().info().unwrap().options().unwrap();
    (took, agreed.syn_data())
}

/// Echoes one byte on each of so many connections.
fn echo(listener: TcpListener, connections: usize) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for _ in 0..connections {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            stream.write_all(&byte).unwrap();
        }
    })
}

#[tokio::test]
async fn a_peer_without_fast_open_is_served_as_ever() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = listener.local_addr().unwrap();
    let serving = echo(listener, 2);
    for _ in 0..2 {
        let (_, in_syn) = exchange(peer).await;
        assert!(!in_syn);
    }
    serving.join().unwrap();
}

#[test]
fn with_a_cookie_the_first_data_goes_with_the_syn() {
    let way = WaySpec {
        delay: RTT / 2,
        ..WaySpec::default()
    };
    let link = match PacketLink::start(&PathSpec::symmetric(way), &RoomSpec::default()) {
        Ok(link) => link,
        Err(error) if error.is_missing_here() => {
            eprintln!("skipped: {error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    // The setting is of the thread's network.
    let allowed = |room: &netopt_lab::packet::Room| {
        room.within(|| fs::write("/proc/sys/net/ipv4/tcp_fastopen", "3"))
            .unwrap()
    };
    if let Err(error) = allowed(link.far()).and_then(|()| allowed(link.near())) {
        eprintln!("skipped: fast open cannot be allowed here: {error}");
        return;
    }
    let peer = SocketAddr::from((FAR, 7100));
    let listener = link.far().within(|| TcpListener::bind(peer).unwrap());
    let listener = listener.unwrap();
    FAST_OPEN.set(&listener, 16).unwrap();
    let serving = echo(listener, 3);
    let call = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().build().unwrap();
        runtime.block_on(exchange(peer))
    };
    let calls: Vec<_> = (0..3).map(|_| link.near().within(call).unwrap()).collect();
    serving.join().unwrap();
    let in_syn: Vec<bool> = calls.iter().map(|call| call.1).collect();
    assert_eq!(in_syn, [false, true, true], "{calls:?}");
    // The handshake is a round trip, and the exchange is one: with the cookie they are one together.
    assert!(calls[0].0 >= RTT * 2, "{calls:?}");
    let best = calls[1].0.min(calls[2].0);
    assert!(best >= RTT && best < RTT * 2, "{calls:?}");
}
