//! Healthy worlds have no finding above low, and planted faults are found as the root cause.

use netopt_core::change::{Change, Switch};
use netopt_core::finding::Severity;
use netopt_core::plan::Plan;
use netopt_core::unit::{BitRate, Bytes};
use proptest::prelude::*;

use crate::facts::BodySample;
use crate::worlds::{World, Writes, ms};
use crate::{explain, primary};

fn assert_healthy(world: &World) {
    for finding in explain(&world.facts()) {
        assert!(
            finding.weight() <= Severity::Low,
            "{finding:?}\nin {world:?}"
        );
    }
}

fn root(world: &World) -> Option<&'static str> {
    primary(&explain(&world.facts())).map(|finding| finding.id)
}

#[test]
fn loopback_local_network_and_long_path_are_healthy() {
    for (rtt, service) in [(0.05, 0.25), (1.0, 2.0), (80.0, 2.0), (0.05, 5.0)] {
        let world = World {
            rtt: ms(rtt),
            service: ms(service),
            ..World::default()
        };
        assert_healthy(&world);
        assert_healthy(&World {
            tls: Some(ms(rtt + 1.5)),
            ..world.clone()
        });
        assert_healthy(&World {
            kernel_tells: false,
            ..world.clone()
        });
        // A relay in between, and a kernel figure into which the server's work has leaked.
        assert_healthy(&World {
            hidden: ms(80.0),
            smoothed: Some(ms(rtt + service)),
            ..world
        });
    }
}

#[test]
fn bodies_on_a_quick_line_are_healthy() {
    let world = World {
        rate: BitRate::from_bps(1e9),
        body: Bytes::new(12_000),
        packed: Some(Bytes::new(2_000)),
        ..World::default()
    };
    assert_healthy(&world);
    assert_healthy(&World {
        packed: None,
        sample: Some(BodySample {
            plain: Bytes::new(12_000),
            packed: Bytes::new(2_000),
        }),
        ..world
    });
}

#[test]
fn a_short_run_of_a_healthy_client_is_healthy() {
    assert_healthy(&World {
        calls: 12,
        lookup: Some(ms(20.0)),
        ..World::default()
    });
}

/// A world with some distance, to plant faults in.
fn far(rtt: f64, service: f64, spread: f64) -> World {
    World {
        rtt: ms(rtt),
        service: ms(service),
        spread,
        smoothed: Some(ms(rtt + service)),
        ..World::default()
    }
}

fn client(change: Change) -> Plan {
    Plan::new().with(change)
}

/// A world for each fault whose root cause the client or the server can remove.
fn faults(far: &World) -> [(&'static str, World); 6] {
    let world = |change: &dyn Fn(&mut World)| {
        let mut world = far.clone();
        change(&mut world);
        world
    };
    [
        (
            "http.connection-reuse",
            world(&|w| w.client = client(Change::KeepAlive(Switch::Off))),
        ),
        ("http.connection-reuse", world(&|w| w.server_keeps = false)),
        (
            "tcp.nagle-delayed-ack",
            world(&|w| {
                w.client = client(Change::Nodelay(Switch::Off));
                w.request = Writes::Pieces;
            }),
        ),
        (
            "tcp.nagle-delayed-ack",
            world(&|w| w.answer = Writes::Pieces),
        ),
        (
            "http.compression",
            world(&|w| {
                w.rate = BitRate::from_bps(10e6);
                w.body = Bytes::new(400_000);
                w.packed = Some(Bytes::new(40_000));
            }),
        ),
        (
            "pool.too-small",
            world(&|w| {
                w.client = client(Change::MaxConnections(std::num::NonZeroU32::new(2)));
                w.pool_wait = ms(80.0);
            }),
        ),
    ]
}

#[test]
fn a_slow_server_acquits_the_network_and_a_slow_resolver_is_the_root_cause() {
    let slow = World {
        service: ms(150.0),
        ..far(40.0, 2.0, 0.2)
    };
    assert_eq!(root(&slow), None);
    assert_eq!(explain(&slow.facts())[0].id, "server.processing");
    let asked_often = World {
        server_keeps: false,
        lookup: Some(ms(60.0)),
        ..far(20.0, 2.0, 0.2)
    };
    assert_eq!(root(&asked_often), Some("dns.slow-resolver"));
}

proptest! {
    #[test]
    fn planted_faults_are_the_root_cause(rtt in 10.0f64..150.0, service in 0.2f64..9.0, spread in 0.0f64..0.7) {
        for (expected, world) in faults(&far(rtt, service, spread)) {
            prop_assert_eq!(root(&world), Some(expected), "{:#?}", explain(&world.facts()));
        }
    }

    #[test]
    fn no_healthy_world_alarms(
        rtt in 0.03f64..150.0, service in 0.1f64..9.0, spread in 0.0f64..0.9, hidden in prop_oneof![Just(0.0), 1.0f64..150.0],
        body in 100u64..900, calls in 12u64..200,
    ) {
        let world = World {
            rtt: ms(rtt), service: ms(service), spread, hidden: ms(hidden), body: Bytes::new(body), calls,
            smoothed: Some(ms(rtt + service)),
            ..World::default()
        };
        prop_assert_eq!(root(&world), None);
    }
}
