//! A world on loopback, behind a relay if it has a path.

use std::io;
use std::time::Duration;

use netopt_core::unit::show_duration;
use netopt_lab::path::Rate;
use netopt_lab::scenario::{HOST, Link};
use netopt_lab::world::Naming;
use netopt_lab::{LinkSpec, Scenario, WorldSpec, lateness};
use tokio::runtime::{Builder, Runtime};

use super::{DEAD, Entrance, origin};

/// The world, and the runtime that it lives on.
#[derive(Debug)]
pub(super) struct Stream {
    // Before its runtime, so that its tasks still have one when they end.
    world: netopt_lab::World,
    _servers: Runtime,
    round_trip: Duration,
}

impl Stream {
    pub(super) fn build(scenario: &Scenario, seed: u64) -> io::Result<(Self, Entrance)> {
        let link = scenario.link.as_ref();
        let spec = WorldSpec {
            origin: origin(scenario, seed),
            link: link.map(spec),
            naming: scenario.dns.map(|dns| Naming {
                host: HOST.to_owned(),
                delay: dns.delay,
                ttl: dns.ttl,
                dead_first: dns.dead_first.is_on().then_some(DEAD),
            }),
            path: scenario.workload.paths.first().to_owned(),
            planted: Vec::new(),
        };
        let servers = client_runtime(1)?;
        let world = servers.block_on(netopt_lab::World::start(spec))?;
        let entrance = Entrance {
            url: world.url(),
            certificate: world.origin().certificate_der().map(<[u8]>::to_vec),
            resolver: world.resolver(),
        };
        let stream = Self {
            world,
            _servers: servers,
            round_trip: link.map_or(Duration::ZERO, |link| link.path.rtt()),
        };
        Ok((stream, entrance))
    }

    pub(super) fn lateness(&self) -> Option<Duration> {
        self.world.link()?.carried().lateness_p99
    }

    pub(super) fn void(&self) -> Option<String> {
        let allowed = lateness::allowed(self.round_trip);
        let late = self.lateness().filter(|late| *late > allowed)?;
        Some(format!(
            "one delivery in a hundred came {} late or more, {} are allowed",
            show_duration(late),
            show_duration(allowed)
        ))
    }
}

/// A runtime of so many threads; on loopback everybody lives everywhere.
pub(super) fn client_runtime(threads: usize) -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
}

fn spec(link: &Link) -> LinkSpec {
    LinkSpec {
        rtt: link.path.rtt(),
        rate: match link.path.up.rate {
            Rate::Fixed(rate) => Some(rate),
            Rate::Unlimited | Rate::Trace(_) => None,
        },
        ..LinkSpec::default()
    }
}
