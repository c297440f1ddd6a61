//! From host and port to a connected stream, each step timed by itself.

use std::net::SocketAddr;
use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::phase::Phase;
use tokio::time::{Instant, timeout_at};

use crate::error::Error;
use crate::options::Options;
use crate::race;
use crate::resolve::Resolver;
use crate::stream::Stream;

/// Stands for a bound that no clock can hold.
const FOREVER: Duration = Duration::from_secs(365 * 86_400);

/// Makes connections. All values are valid.
#[derive(Debug, Clone)]
pub struct Connector {
    /// Who is asked for addresses.
    pub resolver: Resolver,
    /// What the kernel is asked for.
    pub options: Options,
    /// `tcp.address_racing`. Carried to the connector, which races in any case for now.
    pub racing: Switch,
    /// The bound on lookup and handshake together.
    pub timeout: Duration,
}

/// A connection and when its parts happened.
#[derive(Debug)]
pub struct Connected {
    /// The stream.
    pub stream: Stream,
    /// The peer.
    pub peer: SocketAddr,
    /// When the lookup began and ended; `None` for an address, which needs none.
    pub lookup: Option<(Instant, Instant)>,
    /// When the handshake began and ended, lost races included.
    pub handshake: (Instant, Instant),
}

impl Connector {
    /// Connects to `host` (a name or an address) at `port`.
    ///
    /// Cancel safe: dropping the future closes whatever was begun.
    ///
    /// # Errors
    /// Says whether lookup or handshake failed, and why; both together are bounded by the timeout.
    pub async fn connect(&self, host: &str, port: u16) -> Result<Connected, Error> {
        self.connect_noting(host, port, |_, _| {}).await
    }

    /// As [`Connector::connect`], and tells `entering` when lookup and handshake begin, so that a caller who gives up
    /// in between knows where it stood.
    ///
    /// # Errors
    /// As [`Connector::connect`].
    pub async fn connect_noting(
        &self,
        host: &str,
        port: u16,
        mut entering: impl FnMut(Phase, Instant),
    ) -> Result<Connected, Error> {
        let begun = Instant::now();
        let deadline = begun.checked_add(self.timeout).unwrap_or(begun + FOREVER);
        let is_address = host.parse::<std::net::IpAddr>().is_ok();
        if !is_address {
            entering(Phase::Dns, begun);
        }
        let addresses = timeout_at(deadline, self.resolver.resolve(host))
            .await
            .map_err(|_| Error::lookup_timeout(host, self.timeout))??;
        let looked_up = Instant::now();
        entering(Phase::Connect, looked_up);
        let addresses: Vec<SocketAddr> = addresses
            .into_iter()
            .map(|ip| SocketAddr::new(ip, port))
            .collect();
        let whom = match addresses.as_slice() {
            [only] if is_address => only.to_string(),
            [only] => format!("{host}:{port} ({})", only.ip()),
            many => format!("{host}:{port} ({} addresses)", many.len()),
        };
        let socket = timeout_at(deadline, race::connect(addresses, &self.options))
            .await
            .map_err(|_| Error::connect_timeout(&whom, self.timeout))?
            .map_err(|error| Error::connect(&whom, error))?;
        let connected = Instant::now();
        let peer = socket
            .peer_addr()
            .map_err(|error| Error::connect(&whom, error))?;
        let stream =
            Stream::new(socket, self.options).map_err(|error| Error::connect(&whom, error))?;
        let lookup = (!is_address).then_some((begun, looked_up));
        Ok(Connected {
            stream,
            peer,
            lookup,
            handshake: (looked_up, connected),
        })
    }
}

impl Connected {
    /// The phases that happened, with their start and end.
    pub fn phases(&self) -> impl Iterator<Item = (Phase, Instant, Instant)> {
        let lookup = self.lookup.map(|(start, end)| (Phase::Dns, start, end));
        let handshake = (Phase::Connect, self.handshake.0, self.handshake.1);
        lookup.into_iter().chain([handshake])
    }
}
