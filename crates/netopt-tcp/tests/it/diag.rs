//! The kernel's list of sockets against sockets that this test holds.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::time::Duration;

use netopt_core::unit::Bytes;
use netopt_tcp::diag::{self, Filter, Socket, States};
use netopt_tcp::info::State;

fn listed(port: u16, states: States) -> Vec<Socket> {
    let listing = diag::list(&Filter {
        states,
        port: Some(port),
    })
    .unwrap();
    listing.sockets
}

fn of(sockets: &[Socket], local: SocketAddr) -> &Socket {
    sockets.iter().find(|socket| socket.local == local).unwrap()
}

#[test]
fn both_ends_are_listed_with_what_waits_in_them() {
    for host in ["127.0.0.1:0", "[::1]:0"] {
        let listener = TcpListener::bind(host).unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        client.write_all(&[7; 1_000]).unwrap();
        server.read_exact(&mut [0; 300]).unwrap();
        let sockets = listed(port, States::of(&[State::Established]));
        assert_eq!(sockets.len(), 2, "{sockets:?}");
        let ours = of(&sockets, client.local_addr().unwrap());
        let theirs = of(&sockets, server.local_addr().unwrap());
        assert_eq!((ours.peer, theirs.peer), (theirs.local, ours.local));
        assert_eq!(theirs.receive_queue, Bytes::new(700), "read 300 of 1000");
        assert_eq!(
            ours.info.as_ref().unwrap().bytes_sent(),
            Some(Bytes::new(1_000))
        );
        assert_ne!(ours.cookie, theirs.cookie);
        let inode = fs::metadata(format!("/proc/self/fd/{}", client.as_raw_fd()))
            .unwrap()
            .ino();
        assert_eq!(u64::from(ours.inode), inode);
        assert_eq!(ours.user, fs::metadata("/proc/self").unwrap().uid());
        let name = fs::read_to_string("/proc/sys/net/ipv4/tcp_congestion_control").unwrap();
        assert_eq!(ours.congestion.unwrap().name(), name.trim());
        assert_eq!(ours.algorithm.is_some(), name.trim() == "bbr", "{ours:?}");
        let memory = theirs.memory.unwrap();
        assert!(memory.received >= theirs.receive_queue, "{memory:?}");
        // A second listing knows them again.
        let again = listed(port, States::of(&[State::Established]));
        assert_eq!(of(&again, ours.local).cookie, ours.cookie);
    }
}

#[test]
fn states_are_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let _waits = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let [socket] = listed(port, States::of(&[State::Listen]))
        .try_into()
        .unwrap();
    assert_eq!((socket.state, socket.peer.port()), (State::Listen, 0));
    assert_eq!(
        socket.receive_queue,
        Bytes::new(1),
        "one waits to be accepted"
    );
    assert!(listed(port, States::of(&[State::SynSent])).is_empty());
}

#[test]
fn a_window_that_a_deaf_peer_closed_is_seen_from_outside() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    client.set_nonblocking(true).unwrap();
    while client.write(&[7; 65_536]).is_ok() {}
    let held = loop {
        let sockets = listed(port, States::default());
        let theirs = of(&sockets, server.local_addr().unwrap());
        assert!(theirs.receive_queue > Bytes::new(0), "{theirs:?}");
        let ours = of(&sockets, client.local_addr().unwrap()).clone();
        if ours.info.as_ref().unwrap().rwnd_limited() > Some(Duration::ZERO) {
            break ours;
        }
    };
    assert!(held.send_queue > Bytes::new(0), "{held:?}");
}
