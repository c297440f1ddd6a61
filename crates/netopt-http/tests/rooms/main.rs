//! The split of a call over a path whose truth is known: the kernel's TCP at both ends of a packet link.
//!
//! It needs rooms (Linux, root, `/dev/net/tun`); where there are none, a word on stderr says that it was skipped. The
//! machine belongs to others, too, so the best of several calls counts, and a link that was late is made again.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set its scene has failed"
)]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use netopt_core::change::{HttpVersion, Switch};
use netopt_core::encoding::Encodings;
use netopt_core::exchange::Exchange;
use netopt_core::stamps::Split;
use netopt_core::unit::{self, BitRate};
use netopt_http::{Client, Config, Http2, Tls};
use netopt_lab::origin::{Dist, Origin, OriginSpec, Protocol};
use netopt_lab::packet::{FAR, PacketLink, RoomSpec};
use netopt_lab::path::{Limit, PathSpec, Rate, WaySpec};
use netopt_tcp::{Connector, Options, Resolver, Warmth};

const RTT: Duration = Duration::from_millis(40);
const CALLS: usize = 12;
/// How often a link that was late is made again.
const LINKS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(20);

/// Two links at once would make each other late.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn config(origin: &Origin) -> Config {
    let tls = match origin.certificate_der() {
        Some(der) => Tls::trusting([der.to_vec().into()]).unwrap(),
        None => Tls::trusting_nobody(),
    };
    Config {
        connector: Connector {
            resolver: Resolver::system(),
            options: Options::default(),
            racing: Switch::Off,
            timeout: PATIENCE,
        },
        proxy: None,
        tls,
        version: HttpVersion::Auto,
        http2: Http2::default(),
        pool: netopt_pool::Config::default(),
        accept_encoding: Encodings::NONE,
        timeout: PATIENCE,
        body_limit: unit::Bytes::new(1 << 30),
        timestamps: Switch::On,
        audited: Switch::On,
    }
}

/// Calls one after the other over one link, the first of which opens the connection. `None` where there are no rooms, or
/// no link was on time.
fn calls(protocol: Protocol, service: Duration) -> Option<Vec<Exchange>> {
    let way = WaySpec {
        delay: RTT / 2,
        ..WaySpec::default()
    };
    let request = Request::get("/").body(Bytes::new()).unwrap();
    called(&PathSpec::symmetric(way), protocol, service, &request)
}

/// The same, over any path and with any request.
fn called(
    path: &PathSpec,
    protocol: Protocol,
    service: Duration,
    request: &Request<Bytes>,
) -> Option<Vec<Exchange>> {
    for _ in 0..LINKS {
        let link = match PacketLink::start(path, &RoomSpec::default()) {
            Ok(link) => link,
            Err(error) if error.is_missing_here() => {
                eprintln!("skipped: {error}");
                return None;
            }
            Err(error) => panic!("{error}"),
        };
        let exchanges = over(&link, protocol, service, request.clone());
        if link.finish().void(path.rtt()).is_none() {
            return Some(exchanges);
        }
    }
    eprintln!("skipped: this machine has no time for a link");
    None
}

fn over(
    link: &PacketLink,
    protocol: Protocol,
    service: Duration,
    mut request: Request<Bytes>,
) -> Vec<Exchange> {
    let mut spec = OriginSpec {
        protocol,
        ..OriginSpec::default()
    };
    spec.service.time = Dist::Fixed(service);
    let (far, near) = (
        link.far().runtime(1).unwrap(),
        link.near().runtime(1).unwrap(),
    );
    let listen = SocketAddr::from((FAR, 0));
    let origin = far.spawn(async move { Origin::start(listen, spec).await });
    let origin = far.block_on(origin).unwrap().unwrap();
    let client = Client::new(&config(&origin)).unwrap();
    *request.uri_mut() = origin.url().parse().unwrap();
    let calling = near.spawn(async move {
        let _warmth = Warmth::keep().await;
        let mut exchanges = Vec::new();
        for _ in 0..CALLS {
            exchanges.push(client.exchange(request.clone()).await);
        }
        exchanges
    });
    near.block_on(calling).unwrap()
}

/// The calmest call: the one with the shortest wire and server together.
fn calmest(protocol: Protocol, service: Duration) -> Option<Split> {
    let exchanges = calls(protocol, service)?;
    let both = |split: &Split| Some(split.server? + split.wire?);
    let splits = exchanges.iter().filter_map(Exchange::split);
    let known = splits.filter(|split| both(split).is_some());
    Some(known.min_by_key(both).expect("one is known"))
}

#[test]
fn each_term_is_within_a_tenth_of_the_truth() {
    const SERVICE: Duration = Duration::from_millis(10);
    let _alone = alone();
    for protocol in [Protocol::Http1, Protocol::Https1, Protocol::Https2] {
        // What the origin takes beside its planted work is the server's, too.
        let Some(idle) = calmest(protocol, Duration::ZERO) else {
            return;
        };
        let Some(split) = calmest(protocol, SERVICE) else {
            return;
        };
        let (wire, server) = (split.wire.unwrap(), split.server.unwrap());
        let planted = server.saturating_sub(idle.server.unwrap());
        assert!(
            planted.abs_diff(SERVICE) < SERVICE / 10,
            "{protocol:?}: {idle:?} {split:?}"
        );
        assert!(wire.abs_diff(RTT) < RTT / 20, "{protocol:?}: {split:?}");
        assert_eq!(split.residual, Duration::ZERO, "{protocol:?}: {split:?}");
    }
}

/// Linux keeps an acknowledgement for 40 ms, in the hope of an answer; that is neither the wire's time nor spares the
/// server.
#[test]
fn an_acknowledgement_that_was_kept_back_is_seen_through() {
    const SERVICE: Duration = Duration::from_millis(100);
    let _alone = alone();
    let Some(split) = calmest(Protocol::Http1, SERVICE) else {
        return;
    };
    let (wire, server) = (split.wire.unwrap(), split.server.unwrap());
    assert!(server.abs_diff(SERVICE) < SERVICE / 20, "{split:?}");
    assert!(wire.abs_diff(RTT) < RTT / 20, "{split:?}");
}

/// What does not leave because the line is full is neither the program's time nor the server's.
#[test]
fn a_large_request_waits_in_the_kernel() {
    const SIZE: usize = 500_000;
    let _alone = alone();
    let mut way = WaySpec {
        delay: RTT / 2,
        rate: Rate::Fixed(BitRate::from_bps(20e6).unwrap()),
        ..WaySpec::default()
    };
    way.queue.limit = Limit::Bytes(unit::Bytes::new(200_000));
    let body = Bytes::from(vec![b'x'; SIZE]);
    let request = Request::post("/").body(body).unwrap();
    let path = PathSpec::symmetric(way);
    let Some(exchanges) = called(&path, Protocol::Http1, Duration::ZERO, &request) else {
        return;
    };
    for split in exchanges.iter().filter_map(Exchange::split) {
        let kernel = split.kernel().expect("the last byte was stamped");
        let application = split.application.unwrap();
        // 500 kB take 200 ms at 20 Mbit/s, of which a queue of 200 kB may hold 80.
        assert!(kernel > Duration::from_millis(60), "{split:?}");
        assert!(application < kernel / 4, "{split:?}");
    }
}
