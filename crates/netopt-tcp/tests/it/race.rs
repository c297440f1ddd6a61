//! A dead address first: what it costs in a race and in turn, and what is told of it.
#![cfg(target_os = "linux")]

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_lab::{BlackHole, NameServer, NameServerSpec};
use netopt_tcp::{AttemptEnd, Connector, Options, Resolver};
use tokio::net::TcpListener;

const DEAD: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 9));
const LIVE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const STAGGER: Duration = Duration::from_millis(250);
/// The bound on a connect here: a dead address takes half of it in turn.
const BOUND: Duration = Duration::from_secs(2);

/// A name with a dead address first, and whoever answers at the second one.
struct Scene {
    names: NameServer,
    hole: BlackHole,
    _live: TcpListener,
}

impl Scene {
    async fn set(addresses: &[IpAddr]) -> Self {
        let live = TcpListener::bind((LIVE, 0)).await.unwrap();
        let port = live.local_addr().unwrap().port();
        let hole = BlackHole::start(SocketAddr::new(DEAD, port)).await.unwrap();
        let records = addresses
            .iter()
            .map(|ip| ("two.test".to_owned(), *ip))
            .collect();
        let spec = NameServerSpec {
            records,
            ..NameServerSpec::default()
        };
        let names = NameServer::start((LIVE, 0).into(), spec).await.unwrap();
        Self {
            names,
            hole,
            _live: live,
        }
    }

    fn connector(&self, racing: Switch) -> Connector {
        Connector {
            resolver: Resolver::server(self.names.local_addr()).unwrap(),
            options: Options::default(),
            racing,
            timeout: BOUND,
        }
    }

    fn port(&self) -> u16 {
        self.hole.local_addr().port()
    }
}

#[tokio::test]
async fn a_dead_address_costs_a_stagger_in_a_race_and_its_share_in_turn() {
    let scene = Scene::set(&[DEAD, LIVE]).await;
    let mut took = Vec::new();
    for racing in [Switch::On, Switch::Off] {
        let connected = scene
            .connector(racing)
            .connect("two.test", scene.port())
            .await
            .unwrap();
        assert_eq!(connected.peer.ip(), LIVE);
        let [dead, live] = connected.attempts.as_slice() else {
            panic!("two attempts: {:?}", connected.attempts);
        };
        assert_eq!((dead.address.ip(), live.address.ip()), (DEAD, LIVE));
        assert_eq!(live.outcome, AttemptEnd::Won);
        assert!(dead.is_silent(), "{dead:?}");
        assert!(!live.is_silent(), "{live:?}");
        assert_eq!(connected.syn_retransmits, Some(0));
        took.push(connected.handshake.1 - connected.handshake.0);
    }
    let [raced, in_turn] = took.as_slice() else {
        panic!("two ways");
    };
    // A busy machine can only add.
    assert!(*raced >= STAGGER && *raced < BOUND / 2, "{raced:?}");
    assert!(*in_turn >= BOUND / 2, "{in_turn:?}");
}

#[tokio::test]
async fn who_finds_nobody_names_everybody() {
    let scene = Scene::set(&[DEAD, "127.0.0.8".parse().unwrap()]).await;
    let error = scene
        .connector(Switch::On)
        .connect("two.test", scene.port())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.phase()),
        (FailureKind::ConnectTimeout, Phase::Connect)
    );
    let told = error.to_string();
    for part in [
        "two.test",
        "2.00 s",
        "127.0.0.9 was silent for",
        "127.0.0.8 refused",
    ] {
        assert!(told.contains(part), "{part} in: {told}");
    }
}
