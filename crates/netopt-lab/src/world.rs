//! A whole world on loopback: an origin, the link to it, a name server, and the truth about all three.
//!
//! [`World::demo`] is the built-in demonstration: a shop 20 ms away whose client wastes most of its time.
//! [`World::healthy`] is its counterpart, where a tool must find nothing. What was planted is data: a finding's id, whose
//! side the fault is on, and one sentence.
//!
//! Faults of the client (no keep-alive, no compression asked for, no DNS cache) cannot be planted here; a world only
//! states them, and whoever runs the client sets them up as its baseline. Every socket is bound to 127.0.0.1.
//!
//! What it leaves alone: measuring, and scenario files.

mod planted;
mod spec;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::black_hole::BlackHole;
use crate::dns::{NameServer, NameServerSpec};
use crate::link::StreamLink;
use crate::origin::Origin;
pub use planted::{Planted, Side};
pub use spec::{DEMO_HOST, Naming, WorldSpec};

/// Any free port of loopback.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A running world. Dropping it ends everything in it.
#[derive(Debug)]
pub struct World {
    spec: WorldSpec,
    origin: Origin,
    link: Option<StreamLink>,
    name_server: Option<NameServer>,
    _black_hole: Option<BlackHole>,
}

impl World {
    /// Starts the demonstration: [`WorldSpec::demo`].
    ///
    /// # Errors
    /// When loopback has no free port, or no thread can be started.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O and time enabled.
    pub async fn demo() -> io::Result<Self> {
        Self::start(WorldSpec::demo()).await
    }

    /// Starts a world in which nothing is wrong: [`WorldSpec::healthy`].
    ///
    /// # Errors
    /// As [`World::demo`].
    ///
    /// # Panics
    /// As [`World::demo`].
    pub async fn healthy() -> io::Result<Self> {
        Self::start(WorldSpec::healthy()).await
    }

    /// Starts the world that `spec` describes.
    ///
    /// # Errors
    /// As [`World::demo`], and when the spec of a part is invalid.
    ///
    /// # Panics
    /// As [`World::demo`].
    pub async fn start(spec: WorldSpec) -> io::Result<Self> {
        let names: Vec<String> = spec.naming.iter().map(|n| n.host.clone()).collect();
        let origin = Origin::start_as(ANYWHERE, spec.origin.clone(), &names).await?;
        let link = match spec.link {
            Some(link) => Some(StreamLink::start(ANYWHERE, origin.local_addr(), link).await?),
            None => None,
        };
        let name_server = match &spec.naming {
            Some(naming) => {
                let dead = naming.dead_first.map(IpAddr::V4);
                let records = dead.into_iter().chain([ANYWHERE.ip()]);
                let records = records.map(|ip| (naming.host.clone(), ip)).collect();
                let (delay, ttl) = (naming.delay, naming.ttl);
                let spec = NameServerSpec {
                    delay,
                    ttl,
                    records,
                    ..NameServerSpec::default()
                };
                Some(NameServer::start(ANYWHERE, spec).await?)
            }
            None => None,
        };
        let served = link
            .as_ref()
            .map_or_else(|| origin.local_addr(), StreamLink::local_addr);
        let black_hole = match spec.naming.as_ref().and_then(|naming| naming.dead_first) {
            Some(dead) => Some(BlackHole::start((dead, served.port()).into()).await?),
            None => None,
        };
        Ok(Self {
            spec,
            origin,
            link,
            name_server,
            _black_hole: black_hole,
        })
    }

    /// What a client is pointed at, such as `http://shop.demo:4711/catalogue`: through the link if there is one, by name
    /// if there is a name server.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = self.spec.origin.protocol.scheme();
        let address = self.address();
        let naming = self.spec.naming.as_ref();
        let host = naming.map_or_else(|| address.ip().to_string(), |naming| naming.host.clone());
        format!("{scheme}://{host}:{}{}", address.port(), self.spec.path)
    }

    /// The address behind [`World::url`], for a client that does not resolve names.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let link = self.link.as_ref();
        link.map_or_else(|| self.origin.local_addr(), StreamLink::local_addr)
    }

    /// The name server that a client has to ask; `None` if the URL has no name in it.
    #[must_use]
    pub fn resolver(&self) -> Option<SocketAddr> {
        self.name_server.as_ref().map(NameServer::local_addr)
    }

    /// The truth: what is wrong here, the most costly first.
    #[must_use]
    pub fn planted(&self) -> &[Planted] {
        &self.spec.planted
    }

    /// What this world was made from.
    #[must_use]
    pub const fn spec(&self) -> &WorldSpec {
        &self.spec
    }

    /// The origin, to read its counters.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The link, to read its counters.
    #[must_use]
    pub const fn link(&self) -> Option<&StreamLink> {
        self.link.as_ref()
    }

    /// The name server, to read its counters.
    #[must_use]
    pub const fn name_server(&self) -> Option<&NameServer> {
        self.name_server.as_ref()
    }
}
