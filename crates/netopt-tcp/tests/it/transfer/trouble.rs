//! Peers that are gone, silent, slow, confused or hostile: each ends by its bound, with stage and side named.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use netopt_core::unit::Bytes;
use netopt_tcp::transfer::{
    Amount, Ended, Error, Limits, Server, Side, Spec, Stage, Stop, Way, Ways, Work,
};
use socket2::SockRef;
use tokio::time::Instant;

use super::{anywhere, run, server, short, transfer};

/// A bound that tests can wait for.
const PATIENCE: Duration = Duration::from_millis(400);

/// A peer that does this with the first connection.
fn peer(does: impl FnOnce(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind(anywhere()).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || does(listener.accept().unwrap().0));
    address
}

fn fails(peer: SocketAddr) -> (Error, Duration) {
    let begun = Instant::now();
    let spec = Spec {
        patience: PATIENCE,
        ..short(Work::Bulk(Ways::Up))
    };
    let error = transfer(peer, spec)
        .run(&Stop::new(), &mut |_| {})
        .unwrap_err();
    (error, begun.elapsed())
}

#[test]
fn nobody_listens() {
    let gone = TcpListener::bind(anywhere()).unwrap().local_addr().unwrap();
    let (error, _) = fails(gone);
    assert_eq!((error.stage(), error.side()), (Stage::Connect, Side::Peer));
    assert!(error.to_string().contains(&gone.to_string()), "{error}");
}

#[test]
fn a_peer_that_says_nothing() {
    let (done, wait) = mpsc::channel::<()>();
    let address = peer(move |stream| {
        wait.recv().ok();
        drop(stream);
    });
    let (error, took) = fails(address);
    assert_eq!((error.stage(), error.side()), (Stage::Agree, Side::Peer));
    assert!(
        error.is_timeout() && took >= PATIENCE && took < PATIENCE * 10,
        "{error} {took:?}"
    );
    drop(done);
}

#[test]
fn a_peer_that_drips() {
    let address = peer(|mut stream| {
        // A frame of 1000 bytes, a byte each 50 ms: it would take a minute.
        stream.write_all(&[2, 0, 0, 3, 0xE8]).unwrap();
        while stream.write_all(&[0]).is_ok() {
            std::thread::park_timeout(Duration::from_millis(50));
        }
    });
    let (error, took) = fails(address);
    assert_eq!(error.stage(), Stage::Agree);
    assert!(
        error.is_timeout() && took < PATIENCE * 10,
        "{error} {took:?}"
    );
}

#[test]
fn a_peer_that_speaks_something_else() {
    let address = peer(|mut stream| {
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        stream.read_to_end(&mut Vec::new()).ok();
    });
    let (error, took) = fails(address);
    assert_eq!((error.stage(), error.side()), (Stage::Agree, Side::Peer));
    assert!(
        error.to_string().contains("netopt serve") && took < PATIENCE,
        "{error} {took:?}"
    );
}

#[test]
fn a_peer_that_resets() {
    let address = peer(|mut stream| {
        stream.read_exact(&mut [0; 30]).unwrap();
        SockRef::from(&stream)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    });
    let (error, _) = fails(address);
    assert_eq!((error.stage(), error.side()), (Stage::Agree, Side::Peer));
    assert!(error.to_string().contains("reset"), "{error}");
}

#[test]
fn a_server_that_goes_in_the_middle_leaves_a_part() {
    for ways in [Ways::Up, Ways::Down] {
        let server = server();
        let address = server.local_addr();
        let spec = Spec {
            amount: Amount::Time(Duration::from_secs(60)),
            patience: PATIENCE,
            ..Spec::default()
        };
        let spec = Spec {
            work: Work::Bulk(ways),
            ..spec
        };
        let mut server = Some(server);
        let begun = Instant::now();
        let report = transfer(address, spec).run(&Stop::new(), &mut |_| drop(server.take()));
        let report = report.unwrap();
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{:?}",
            begun.elapsed()
        );
        let Ended::Broken(error) = &report.ended else {
            panic!("{:?}", report.ended);
        };
        assert_eq!(error.side(), Side::Peer, "{error}");
        assert!(
            matches!(error.stage(), Stage::Move | Stage::Report),
            "{error}"
        );
        let way = ways.all()[0];
        let known = if way == Way::Up {
            report.senders(way)
        } else {
            report.receivers(way)
        };
        assert!(known[0].bytes > Bytes::new(0));
    }
}

#[test]
fn told_to_stop_it_ends_soon_with_what_is_known() {
    let server = server();
    let stop = Stop::new();
    let spec = Spec {
        amount: Amount::Time(Duration::from_secs(60)),
        ..Spec::default()
    };
    let begun = Instant::now();
    let report = transfer(server.local_addr(), spec)
        .run(&stop, &mut |_| stop.tell())
        .unwrap();
    assert!(matches!(report.ended, Ended::Stopped), "{:?}", report.ended);
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(report.total(Way::Up).unwrap().bytes > Bytes::new(0));
}

#[test]
fn an_unknown_congestion_control_is_refused_by_name() {
    let spec = Spec {
        sockets: netopt_tcp::transfer::Sockets {
            congestion_control: Some("nosuch".to_owned()),
            notsent_lowat: None,
        },
        ..short(Work::Bulk(Ways::Up))
    };
    let server = server();
    let error = transfer(server.local_addr(), spec)
        .run(&Stop::new(), &mut |_| {})
        .unwrap_err();
    assert!(error.to_string().contains("\"nosuch\""), "{error}");
}

#[test]
fn a_stranger_gets_one_line_and_is_counted() {
    let server = server();
    for greeting in [
        b"GET / HTTP/1.1\r\n\r\n".as_slice(),
        b"\x16\x03\x01",
        b"netopt>X",
    ] {
        let mut stream = TcpStream::connect(server.local_addr()).unwrap();
        stream.write_all(greeting).unwrap();
        let mut answer = Vec::new();
        // What lies unread in the server makes its kernel reset, after the line or before it.
        stream.read_to_end(&mut answer).ok();
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.is_empty() || answer.lines().count() == 1, "{answer}");
    }
    assert_eq!(server.served().strangers, 3);
    assert_eq!(server.served().transfers, 0);
}

#[test]
fn another_version_is_refused_with_both_named() {
    let server = server();
    let mut stream = TcpStream::connect(server.local_addr()).unwrap();
    let mut opening = [0; 24];
    opening[..10].copy_from_slice(b"netopt>T\x00\x09");
    stream.write_all(&opening).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(
        answer.contains("version 1") && answer.contains("not 9"),
        "{answer}"
    );
}

#[test]
fn a_client_that_says_nothing_or_drips_is_let_go() {
    let limits = Limits {
        opening: PATIENCE,
        ..Limits::default()
    };
    let server = Server::start(anywhere(), limits).unwrap();
    let begun = Instant::now();
    let mut silent = TcpStream::connect(server.local_addr()).unwrap();
    let mut half_open = TcpStream::connect(server.local_addr()).unwrap();
    half_open.write_all(b"netopt>T").unwrap();
    for stream in [&mut silent, &mut half_open] {
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        assert_eq!(
            stream.read(&mut [0; 10]).unwrap(),
            0,
            "closed by the server"
        );
    }
    assert!(begun.elapsed() >= PATIENCE);
    let served = server.served();
    assert_eq!((served.strangers, served.silent), (2, 2));
}

#[test]
fn a_hello_that_lies_about_its_length_allocates_nothing() {
    let server = server();
    let mut stream = TcpStream::connect(server.local_addr()).unwrap();
    let mut opening = [0; 24];
    opening[..10].copy_from_slice(b"netopt>T\x00\x01");
    stream.write_all(&opening).unwrap();
    stream.write_all(&[1, 0xFF, 0xFF, 0xFF, 0xFF]).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(String::from_utf8_lossy(&answer).contains("cannot be read"));
}

#[test]
fn a_limit_is_told_and_the_next_one_is_served() {
    let limits = Limits {
        time: Duration::from_secs(1),
        ..Limits::default()
    };
    let server = Server::start(anywhere(), limits).unwrap();
    let long = Spec {
        amount: Amount::Time(Duration::from_secs(2)),
        ..Spec::default()
    };
    let error = transfer(server.local_addr(), long)
        .run(&Stop::new(), &mut |_| {})
        .unwrap_err();
    assert!(error.to_string().contains("limit"), "{error}");
    let served = transfer(server.local_addr(), short(Work::Bulk(Ways::Up)));
    served.run(&Stop::new(), &mut |_| {}).unwrap();
    assert_eq!((server.served().refused, server.served().transfers), (1, 1));
}

#[test]
fn a_transfer_that_is_out_of_range_is_not_begun() {
    let spec = Spec {
        streams: 1000,
        ..short(Work::Bulk(Ways::Up))
    };
    let error = transfer(anywhere(), spec)
        .run(&Stop::new(), &mut |_| {})
        .unwrap_err();
    assert_eq!((error.stage(), error.side()), (Stage::Agree, Side::Us));
    assert!(error.to_string().contains("1000 streams"), "{error}");
    run(short(Work::Bulk(Ways::Up)));
}
