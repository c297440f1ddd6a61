//! The world of a scenario: its server, path and name service, on threads of their own.
//!
//! The client must not share a runtime with what it measures. Which engine the path has is a detail here: a world says
//! what the client is pointed at and whom it trusts and asks, gives it a runtime that lives where clients live, and tells
//! afterwards whether the lab kept its promise. What this leaves alone: which scenarios can be built, which is asked before.

#[cfg(target_os = "linux")]
mod packet;
mod stream;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use netopt::{Resolver, Surroundings, Tls};
use netopt_core::change::Switch;
use netopt_lab::scenario::Engine;
use netopt_lab::{OriginSpec, Scenario, ServerSpec};
use rustls_pki_types::CertificateDer;
use tokio::runtime::Runtime;

use crate::exit::Fault;
#[cfg(target_os = "linux")]
pub(crate) use packet::PathTruth;

/// The address of loopback that swallows connections, where a scenario has one: it is where the client lives, and no
/// packet to it leaves the machine.
const DEAD: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);

/// Threads of a client, as `netopt optimize` has them.
const CLIENT_THREADS: usize = 2;

/// A running world. Dropping it ends everything in it.
#[derive(Debug)]
pub(super) struct World {
    entrance: Entrance,
    ground: Ground,
}

/// What the client needs to know of a world.
#[derive(Debug)]
struct Entrance {
    url: String,
    certificate: Option<Vec<u8>>,
    resolver: Option<SocketAddr>,
}

/// What a world is built on.
#[derive(Debug)]
enum Ground {
    Stream(Box<stream::Stream>),
    #[cfg(target_os = "linux")]
    Packet(Box<packet::Packet>),
}

impl World {
    /// Builds the world of `scenario`; everything random in it comes from `seed`.
    ///
    /// # Errors
    /// When there is no free port, no thread can be started, or the engine is missing here.
    pub(super) fn build(scenario: &Scenario, seed: u64) -> io::Result<Self> {
        let packet = scenario
            .link
            .as_ref()
            .filter(|link| link.engine == Engine::Packet);
        let (entrance, ground) = match packet {
            None => {
                let (stream, entrance) = stream::Stream::build(scenario, seed)?;
                (entrance, Ground::Stream(Box::new(stream)))
            }
            #[cfg(target_os = "linux")]
            Some(link) => {
                let (packet, entrance) = packet::Packet::build(scenario, link, seed)?;
                (entrance, Ground::Packet(Box::new(packet)))
            }
            #[cfg(not(target_os = "linux"))]
            Some(_) => return Err(io::Error::other(NOT_LINUX)),
        };
        Ok(Self { entrance, ground })
    }

    /// What the client is pointed at.
    pub(super) fn url(&self) -> &str {
        &self.entrance.url
    }

    /// Everything about the client that is not a change: whom it trusts, whom it asks for names.
    ///
    /// # Errors
    /// A defect: the world's own certificate or name server cannot be used.
    pub(super) fn surroundings(&self) -> Result<Surroundings, Fault> {
        let tls = match &self.entrance.certificate {
            Some(der) => {
                Tls::trusting([CertificateDer::from(der.clone())]).map_err(Fault::internal)?
            }
            None => Tls::trusting_nobody(),
        };
        let mut around = Surroundings::new(tls);
        around.audited = Switch::On;
        if let Some(server) = self.entrance.resolver {
            around.resolver = Resolver::server(server).map_err(Fault::internal)?;
        }
        Ok(around)
    }

    /// A runtime where clients live. The calling thread moves there, too, for the rest of its life.
    ///
    /// # Errors
    /// When there are no threads, or they may not move.
    pub(super) fn client_runtime(&self) -> io::Result<Runtime> {
        match &self.ground {
            Ground::Stream(_) => stream::client_runtime(CLIENT_THREADS),
            #[cfg(target_os = "linux")]
            Ground::Packet(packet) => packet.client_runtime(CLIENT_THREADS),
        }
    }

    /// By how much the lab itself was late, 99th percentile; `None` without a link or when nothing had to wait.
    pub(super) fn lateness(&self) -> Option<Duration> {
        match &self.ground {
            Ground::Stream(stream) => stream.lateness(),
            #[cfg(target_os = "linux")]
            Ground::Packet(packet) => packet.lateness(),
        }
    }

    /// What the path did; `None` where packets have none.
    #[cfg(target_os = "linux")]
    pub(super) fn truth(&self) -> Option<Box<PathTruth>> {
        match &self.ground {
            Ground::Stream(_) => None,
            Ground::Packet(packet) => Some(Box::new(packet.truth())),
        }
    }

    /// Why what was measured here says nothing; `None` when it does.
    pub(super) fn void(&self) -> Option<String> {
        match &self.ground {
            Ground::Stream(stream) => stream.void(),
            #[cfg(target_os = "linux")]
            Ground::Packet(packet) => packet.void(),
        }
    }
}

/// The first server, which is the only one where the runner can help itself.
fn origin(scenario: &Scenario, seed: u64) -> OriginSpec {
    let server = scenario.origins.first().map(|replica| &replica.server);
    match server {
        Some(ServerSpec::Http(spec)) => OriginSpec {
            seed,
            ..spec.clone()
        },
        _ => OriginSpec::default(),
    }
}

/// What this machine lacks for the packet engine; `None` when nothing.
#[cfg(target_os = "linux")]
pub(super) fn packet_is_missing() -> Option<String> {
    packet::is_missing()
}

#[cfg(not(target_os = "linux"))]
const NOT_LINUX: &str = "the packet engine needs Linux";

/// What this machine lacks for the packet engine.
#[cfg(not(target_os = "linux"))]
pub(super) fn packet_is_missing() -> Option<String> {
    Some(NOT_LINUX.to_owned())
}
