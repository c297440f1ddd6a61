//! Names from dnsmasq as Debian ships it: lifetimes, aliases, answers too long for UDP, names that are not there, and a
//! server that goes away.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use std::time::{Duration, Instant};

use ::netopt::tcp::{Connector, Keeping, Options, Origin, Resolver};
use netopt_core::change::Switch;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;

use crate::process::Server;
use crate::turn;

/// More than fit into a datagram of 1,232 bytes.
const MANY: u8 = 120;
const TTL: Duration = Duration::from_secs(7);
const PATIENCE: Duration = Duration::from_secs(10);

/// A dnsmasq that knows a few names of `real.test` and that nothing else is there.
fn serve() -> (Server, SocketAddr) {
    let address = free();
    let mut command = Command::new("dnsmasq");
    command
        .args([
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--no-resolv",
            "--no-hosts",
        ])
        .args([
            "--user=",
            "--group=",
            "--pid-file",
            "--bind-interfaces",
            "--no-poll",
        ])
        .args([
            "--listen-address=127.0.0.1",
            "--local=/test/",
            "--cname=alias.real.test,shop.real.test",
        ])
        .arg(format!("--port={}", address.port()))
        .arg(format!("--local-ttl={}", TTL.as_secs()))
        .arg("--host-record=shop.real.test,127.0.0.1");
    for last in 1..=MANY {
        command.arg(format!("--host-record=many.real.test,192.0.2.{last}"));
    }
    let mut server = Server::start(&mut command);
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(
            !server.is_over(),
            "dnsmasq ended: {:?}",
            server.end(crate::process::Signal::Quit)
        );
        assert!(begun.elapsed() < PATIENCE, "dnsmasq does not listen");
        std::thread::yield_now();
    }
    (server, address)
}

/// An address that is free for UDP and TCP.
fn free() -> SocketAddr {
    loop {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = tcp.local_addr().unwrap();
        if UdpSocket::bind(address).is_ok() {
            return address;
        }
    }
}

#[tokio::test]
#[expect(
    clippy::await_holding_lock,
    reason = "the turn is for the whole test, and nothing else is on this runtime"
)]
async fn the_resolver_agrees_with_dnsmasq() {
    let _turn = turn();
    let (server, address) = serve();
    let resolver = Resolver::server(address).unwrap();
    for name in ["shop.real.test", "alias.real.test"] {
        assert_eq!(
            resolver.resolve(name).await.unwrap(),
            [Ipv4Addr::LOCALHOST],
            "{name}"
        );
    }
    let many = resolver.resolve("many.real.test").await.unwrap();
    assert_eq!(many.len(), usize::from(MANY), "all of them, by TCP");
    let absent = resolver.resolve("nobody.test").await.unwrap_err();
    assert_eq!(
        (absent.kind(), absent.phase()),
        (FailureKind::DnsNotFound, Phase::Dns)
    );
    assert!(absent.to_string().contains("NXDOMAIN"), "{absent}");
    let refused = resolver.resolve("example.org").await.unwrap_err();
    assert!(refused.to_string().contains("REFUSED"), "{refused}");

    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .unwrap();
    let port = listener.local_addr().unwrap().port();
    let connector = Connector {
        resolver: resolver.keeping(Keeping {
            ttl: Duration::from_secs(60),
            serve_stale: Duration::from_secs(60),
        }),
        options: Options::default(),
        racing: Switch::On,
        timeout: PATIENCE,
    };
    let asked = connector
        .connect("shop.real.test", port)
        .await
        .unwrap()
        .lookup
        .unwrap();
    assert_eq!(asked.origin, Origin::Asked);
    assert!(
        asked
            .lifetime
            .is_some_and(|left| left <= TTL && left + Duration::from_secs(2) > TTL),
        "{asked:?}"
    );
    drop(server);
    let kept = connector
        .connect("shop.real.test", port)
        .await
        .unwrap()
        .lookup
        .unwrap();
    assert_eq!(kept.origin, Origin::Kept);
}
