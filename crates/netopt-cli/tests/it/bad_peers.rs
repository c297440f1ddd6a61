//! Peers with bad manners, one table for every scheme of `probe`, for `transfer`, and for who visits `serve`: each run ends by
//! its timeout, with code 3 and one line that says in which phase and on whose side.
//!
//! Peers that refuse, or are a hole in the path, are in `probe/failure.rs`; those that misbehave above HTTP and
//! WebSocket are with the client, in `netopt-http`.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use netopt_lab::{LinkSpec, StreamLink};
use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::interval;

use crate::command::{Ended, Running, netopt};
use crate::transfer::{relay, served, until_it_moves};

/// What ends a wait here. A drip of a byte a second has not come to its second byte by then.
const BOUND: &str = "700ms";
/// No run hangs: all waits of one, and a busy machine.
const LONG: Duration = Duration::from_secs(15);

/// What a peer does with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manners {
    /// Reads, and says nothing.
    Silent,
    /// Closes its direction at once, and goes on reading.
    HalfOpen,
    /// Reads something and resets.
    Resets,
    /// Says something that fits, one byte a second.
    Drips,
    /// Says what is of no protocol.
    Garbage,
}

use Manners::{Drips, Garbage, HalfOpen, Resets, Silent};

const GARBAGE: &[u8] = &[0xde, 0xad, 0xff, 0, 7, b'\n', 0x16, 0xff, b'\r', b'\n'];

/// The begin of an answer that would be one if it came in time.
fn begin_of_an_answer(scheme: &str) -> Vec<u8> {
    match scheme {
        // A record with a ServerHello of 70 bytes.
        "https" | "wss" => [&[0x16, 3, 3, 0, 74, 2, 0, 0, 70, 3, 3][..], &[7; 60]].concat(),
        // A frame that agrees to the transfer.
        "transfer" => [&[2, 0, 0, 3, 0xe8][..], &[0; 60]].concat(),
        "ws" => b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n".to_vec(),
        _ => b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello".to_vec(),
    }
}

async fn behave(mut stream: TcpStream, scheme: &str, manners: Manners) {
    let mut buffer = [0; 1024];
    match manners {
        Silent => {}
        HalfOpen => stream.shutdown().await.unwrap(),
        Resets => {
            drop(stream.read(&mut buffer).await);
            return stream.set_zero_linger().unwrap();
        }
        Drips => {
            if scheme != "tcp" {
                // What comes before the question is no answer.
                drop(stream.read(&mut buffer).await);
            }
            let mut beat = interval(Duration::from_secs(1));
            for byte in begin_of_an_answer(scheme) {
                beat.tick().await;
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
        }
        Garbage => {
            drop(stream.read(&mut buffer).await);
            stream.write_all(GARBAGE).await.ok();
        }
    }
    while stream.read(&mut buffer).await.is_ok_and(|n| n > 0) {}
}

/// A peer that treats each connection so, until the test ends.
async fn peer(scheme: &'static str, manners: Manners) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut guests = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            guests.spawn(behave(stream, scheme, manners));
        }
    });
    address
}

/// It ended in time and badly, and its line names one of the phases, and the side.
fn assert_told(ended: &Ended, what: &str, phases: &[&str], side: &str) {
    assert_eq!(ended.code, Some(3), "{what}: {ended:?}");
    assert!(ended.took < LONG, "{what}: {ended:?}");
    assert_eq!(ended.stdout, "", "{what}");
    let is_told = |phase: &&str| {
        let place = format!("({phase}, {side}");
        let last = ended.stderr.lines().last().unwrap_or_default();
        last.starts_with("netopt: ") && last.contains(&place)
    };
    assert!(
        phases.iter().any(is_told),
        "{what}: {phases:?} {side}: {ended:?}"
    );
}

#[tokio::test]
async fn each_probe_over_tcp_ends_with_phase_and_side() {
    let ends = |scheme: &str, manners| -> &[&str] {
        match (scheme, manners) {
            ("https" | "wss", _) => &["tls"],
            ("ws", _) => &["upgrade"],
            (_, Silent) => &["wait"],
            (_, Drips) => &["receive"],
            // Whether the request had left is the kernel's to decide.
            (_, HalfOpen | Resets | Garbage) => &["send", "wait", "receive"],
        }
    };
    for scheme in ["http", "https", "ws", "wss"] {
        for manners in [Silent, HalfOpen, Resets, Drips, Garbage] {
            let url = format!("{scheme}://{}/", peer(scheme, manners).await);
            let ended = netopt(&["probe", &url, "-n", "1", "--timeout", BOUND]).await;
            let what = format!("{manners:?} at {scheme}://");
            assert_told(&ended, &what, ends(scheme, manners), "peer; 1 of 1 calls)");
            let is_in_time = ended.stderr.contains("within 700 ms");
            assert_eq!(
                is_in_time,
                [Silent, Drips].contains(&manners),
                "{what}: {ended:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_bare_connection_asks_nothing_so_manners_do_not_matter() {
    for manners in [Silent, HalfOpen, Drips, Garbage] {
        let url = format!("tcp://{}", peer("tcp", manners).await);
        let ended = netopt(&["probe", &url, "-n", "1", "--timeout", BOUND]).await;
        assert_eq!(ended.code, Some(0), "{manners:?}: {ended:?}");
        assert!(ended.took < LONG, "{manners:?}: {ended:?}");
    }
}

/// A peer of datagrams, for as long as the test runs.
fn datagrams(manners: Manners) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut room = [0; 2048];
        while let Ok((length, from)) = socket.recv_from(&mut room) {
            match manners {
                Silent => {}
                // It takes one and is gone.
                Resets => return,
                // One comes back; its end of the socket is gone afterwards.
                HalfOpen => {
                    socket.send_to(&room[..length], from).unwrap();
                    return;
                }
                Drips => drop(socket.send_to(&room[..1], from)),
                Garbage => drop(socket.send_to(GARBAGE, from)),
            }
        }
    });
    address
}

#[tokio::test]
async fn each_probe_of_datagrams_ends_with_phase_and_side() {
    for (manners, side, part) in [
        (Silent, "path", "no echo within 700 ms"),
        (Resets, "peer", "nobody listens there"),
        (Drips, "path", "but 3 datagrams that were none"),
        (Garbage, "path", "but 3 datagrams that were none"),
    ] {
        let url = format!("udp://{}", datagrams(manners));
        let ended = netopt(&["probe", &url, "-n", "3", "--timeout", BOUND]).await;
        assert_told(&ended, &format!("{manners:?}"), &["wait"], side);
        assert!(ended.stderr.contains(part), "{manners:?}: {ended:?}");
    }
    let url = format!("udp://{}", datagrams(HalfOpen));
    let ended = netopt(&["probe", &url, "-n", "3", "--timeout", BOUND]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("2 lost"), "{ended:?}");
}

#[tokio::test]
async fn each_transfer_ends_with_stage_and_side() {
    for manners in [Silent, HalfOpen, Resets, Drips, Garbage] {
        let address = peer("transfer", manners).await.to_string();
        let ended = netopt(&["transfer", &address, "-t", "1s", "--timeout", BOUND]).await;
        assert_told(&ended, &format!("{manners:?}"), &["agree"], "peer)");
    }
}

/// The control connection is relayed to another address of loopback, and datagrams are not.
#[tokio::test]
async fn a_path_that_takes_no_datagrams_is_told_as_that() {
    let (server, address) = served().await;
    let elsewhere = "127.0.0.2:0".parse().unwrap();
    let link = StreamLink::start(elsewhere, address.parse().unwrap(), LinkSpec::default());
    let through = link.await.unwrap();
    let through = through.local_addr().to_string();
    let ended = netopt(&["transfer", &through, "--udp", "--timeout", BOUND]).await;
    assert_told(&ended, "blocked datagrams", &["agree"], "path)");
    assert!(ended.stderr.contains("UDP may be blocked"), "{ended:?}");
    assert_eq!(server.stop("INT").await.code, Some(0));
}

/// A server that neither answers nor goes: its process is stopped, and its kernel keeps the connections.
#[tokio::test]
async fn a_server_that_freezes_in_the_middle_is_given_up_with_what_is_known() {
    let rr = ["--rr", "--response", "10kB"];
    for kind in [&["--down"][..], &["--up"], &["--mixed", "--both"], &rr] {
        let (server, address) = served().await;
        let link = relay(&address).await;
        let through = link.local_addr().to_string();
        let common = [
            "transfer",
            &through,
            "-t",
            "60s",
            "--timeout",
            BOUND,
            "--json",
        ];
        let running = Running::start(&[&common, kind].concat());
        until_it_moves(&link).await;
        server.send("STOP").await;
        let ended = running.wait().await;
        server.send("CONT").await;
        assert_eq!(ended.code, Some(3), "{kind:?}: {ended:?}");
        assert!(ended.took < LONG, "{kind:?}: {ended:?}");
        let document = ended.document();
        assert_eq!(document["complete"], false, "{kind:?}");
        let error = &document["error"];
        assert_eq!(error["side"], "peer", "{kind:?}: {document:#}");
        let stages = ["move", "report"].map(serde_json::Value::from);
        assert!(stages.contains(&error["stage"]), "{kind:?}: {document:#}");
        assert_eq!(server.stop("INT").await.code, Some(0), "{kind:?}");
    }
}

/// A visitor of `netopt serve`; returns when the server has let it go.
fn visit(address: &str, manners: Manners) {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let mut buffer = [0; 1024];
    match manners {
        Silent => {}
        HalfOpen => stream.shutdown(std::net::Shutdown::Write).unwrap(),
        Resets => {
            stream.write_all(b"netopt").unwrap();
            let linger = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
            return linger.unwrap();
        }
        Drips => {
            stream
                .set_read_timeout(Some(Duration::from_secs(1)))
                .unwrap();
            for byte in b"netopt>T" {
                stream.write_all(&[*byte]).unwrap();
                // What ends the wait for the next byte is a second, or the server.
                if stream.read(&mut buffer).is_ok_and(|n| n == 0) {
                    return;
                }
            }
            unreachable!("the server waited for a drip of eight seconds");
        }
        Garbage => stream.write_all(GARBAGE).unwrap(),
    }
    stream.set_read_timeout(Some(LONG)).unwrap();
    // A reset is an end as well: what lay unread makes the kernel send one.
    while stream.read(&mut buffer).is_ok_and(|n| n > 0) {}
}

#[tokio::test]
async fn a_server_lets_each_visitor_go_and_tells_how_they_were() {
    let args = ["serve", "--listen", "127.0.0.1:0", "--timeout", BOUND];
    let mut server = Running::start(&args);
    let line = server.line().await;
    let address = line.strip_prefix("listening on ").unwrap().to_owned();
    let visits: Vec<_> = [Silent, HalfOpen, Resets, Drips, Garbage]
        .into_iter()
        .map(|manners| {
            let address = address.clone();
            tokio::task::spawn_blocking(move || visit(&address, manners))
        })
        .collect();
    for visit in visits {
        tokio::time::timeout(LONG, visit).await.unwrap().unwrap();
    }
    let served = netopt(&["transfer", &address, "-t", "200ms"]).await;
    assert_eq!(served.code, Some(0), "{served:?}");
    let ended = server.stop("INT").await;
    let told = "strangers 5 (opening, peer: spoke otherwise 1, said too little in time 2, left 2)";
    assert!(ended.stderr.contains(told), "{ended:?}");
}
