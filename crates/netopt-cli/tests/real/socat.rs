//! Datagrams to socat: an echo by `PIPE`, and by `cat` for each client; and nobody, once socat is gone.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::Command;
use std::time::Duration;

use tokio::time::Instant;

use crate::netopt::{number, probe};
use crate::process::{Server, Signal};
use crate::turn;

const PATIENCE: Duration = Duration::from_secs(10);

/// A socat that does `then` with each datagram, and where.
fn socat(listen: &str, then: &str) -> (Server, SocketAddr) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let listen = listen.replace("PORT", &address.port().to_string());
    let mut server = Server::start(Command::new("socat").args([&listen, then]));
    let begun = Instant::now();
    while !is_bound(address.port()) {
        assert!(!server.is_over(), "{:?}", server.end(Signal::Quit));
        assert!(begun.elapsed() < PATIENCE, "socat does not listen");
        std::thread::yield_now();
    }
    (server, address)
}

/// Whether the kernel lists a socket of datagrams at this port. Binding it to find out would take it from
/// socat.
fn is_bound(port: u16) -> bool {
    let sockets = std::fs::read_to_string("/proc/net/udp").unwrap();
    let port = format!(":{port:04X}");
    sockets
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
        .any(|local| local.ends_with(&port))
}

#[test]
fn every_datagram_of_every_size_comes_back() {
    let _turn = turn();
    let (_server, address) = socat("UDP4-RECVFROM:PORT,bind=127.0.0.1,fork", "EXEC:cat");
    for size in ["20B", "172B", "1400B"] {
        let url = format!("udp://{address}");
        let document = probe(&url, None, &["-n", "10", "--size", size]).document();
        let datagrams = &document["datagrams"];
        assert_eq!(
            (
                &datagrams["sent"],
                &datagrams["lost"],
                &datagrams["duplicates"]
            ),
            (&10.into(), &0.into(), &0.into()),
            "{size}: {document:#}"
        );
        assert!(number(&document, "/new/total/p50_ms") > 0.0);
        assert!(number(&document, "/datagrams/jitter_ms") >= 0.0);
    }
}

#[test]
fn an_echo_in_order_has_nothing_reordered() {
    let _turn = turn();
    let (server, address) = socat("UDP4-LISTEN:PORT,bind=127.0.0.1", "PIPE");
    let url = format!("udp://{address}");
    let document = probe(&url, None, &["-n", "10"]).document();
    let datagrams = &document["datagrams"];
    assert_eq!(
        (&datagrams["lost"], &datagrams["reordered"]),
        (&0.into(), &0.into()),
        "{document:#}"
    );
    server.end(Signal::Kill);
    let run = probe(&url, None, &["-n", "2"]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(
        run.stderr.contains("nobody listens there (wait, peer;"),
        "{run:?}"
    );
}
