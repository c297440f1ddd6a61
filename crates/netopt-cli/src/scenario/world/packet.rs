//! A world in two rooms with a packet link between them: the server in the far one, client and name service in the near
//! one, and between both what others send.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::OnceLock;
use std::time::Duration;

use netopt_lab::packet::{PacketLink, RoomSpec, Truth};
use netopt_lab::path::PathSpec;
use netopt_lab::scenario::{HOST, Link};
use netopt_lab::{BlackHole, CrossTraffic, NameServer, NameServerSpec, Origin, Scenario};
use tokio::runtime::Runtime;

use super::{DEAD, Entrance, origin};

/// A path, and what it did.
#[derive(Debug, Clone)]
pub(crate) struct PathTruth {
    pub(crate) path: PathSpec,
    pub(crate) truth: Truth,
}

/// The world, and the runtimes that it lives on.
#[derive(Debug)]
pub(super) struct Packet {
    _others: Option<CrossTraffic>,
    // Servers before their runtimes, so that their tasks still have one when they end.
    _origin: Origin,
    _names: Option<NameServer>,
    _black_hole: Option<BlackHole>,
    _far: Runtime,
    _near: Option<Runtime>,
    link: PacketLink,
    path: PathSpec,
}

impl Packet {
    pub(super) fn build(
        scenario: &Scenario,
        link: &Link,
        seed: u64,
    ) -> io::Result<(Self, Entrance)> {
        let path = PathSpec {
            seed,
            ..link.path.clone()
        };
        let packets = PacketLink::start(&path, &RoomSpec::default()).map_err(io::Error::other)?;
        let address = packets.far().address();
        let far = packets.far().runtime(1)?;
        let spec = origin(scenario, seed);
        let scheme = spec.protocol.scheme();
        let origin = inside(&far, async move {
            Origin::start_as((address, 0).into(), spec, &[HOST.to_owned()]).await
        })?;
        let dead = scenario.dns.is_some_and(|dns| dns.dead_first.is_on());
        let served = origin.local_addr().port();
        let (near, names, black_hole) = match names(scenario, address) {
            None => (None, None, None),
            Some(spec) => {
                let near = packets.near().runtime(1)?;
                let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                let names = inside(&near, async move { NameServer::start(here, spec).await })?;
                let black_hole = dead
                    .then(|| inside(&near, BlackHole::start((DEAD, served).into())))
                    .transpose()?;
                (Some(near), Some(names), black_hole)
            }
        };
        let host = names
            .as_ref()
            .map_or_else(|| address.to_string(), |_| HOST.to_owned());
        let (port, first) = (origin.local_addr().port(), scenario.workload.paths.first());
        let entrance = Entrance {
            url: format!("{scheme}://{host}:{port}{first}"),
            certificate: origin.certificate_der().map(<[u8]>::to_vec),
            resolver: names.as_ref().map(NameServer::local_addr),
        };
        let others = scenario
            .cross
            .as_ref()
            .map(|cross| CrossTraffic::start(&packets, cross))
            .transpose()?;
        let world = Self {
            _others: others,
            _origin: origin,
            _names: names,
            _black_hole: black_hole,
            _far: far,
            _near: near,
            link: packets,
            path,
        };
        Ok((world, entrance))
    }

    pub(super) fn client_runtime(&self, threads: usize) -> io::Result<Runtime> {
        // What runs in `block_on` runs on the calling thread, so that has to be inside as well.
        self.link.near().enter()?;
        self.link.near().runtime(threads)
    }

    pub(super) fn lateness(&self) -> Option<Duration> {
        self.link.truth().lateness.quantile(0.99)
    }

    pub(super) fn truth(&self) -> PathTruth {
        PathTruth {
            path: self.path.clone(),
            truth: self.link.truth(),
        }
    }

    pub(super) fn void(&self) -> Option<String> {
        let void = self.link.truth().void(self.path.rtt());
        void.map(|void| void.to_string())
    }
}

/// Starts a server on a thread of that runtime: its sockets stay in the room of the thread.
fn inside<T: Send + 'static>(
    runtime: &Runtime,
    start: impl Future<Output = io::Result<T>> + Send + 'static,
) -> io::Result<T> {
    let started = runtime.spawn(start);
    runtime.block_on(started).map_err(io::Error::other)?
}

fn names(scenario: &Scenario, address: Ipv4Addr) -> Option<NameServerSpec> {
    let dns = scenario.dns?;
    let dead = dns.dead_first.is_on().then_some(DEAD);
    let records = dead.into_iter().chain([address]);
    Some(NameServerSpec {
        delay: dns.delay,
        ttl: dns.ttl,
        records: records
            .map(|ip| (HOST.to_owned(), IpAddr::V4(ip)))
            .collect(),
        ..NameServerSpec::default()
    })
}

/// What this machine lacks; found out once, by trying.
pub(super) fn is_missing() -> Option<String> {
    static MISSING: OnceLock<Option<String>> = OnceLock::new();
    let try_it = || {
        PacketLink::start(&PathSpec::default(), &RoomSpec::default())
            .err()
            .map(|error| format!("the packet engine is missing here: {error}"))
    };
    MISSING.get_or_init(try_it).clone()
}
