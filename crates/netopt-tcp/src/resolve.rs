//! Name to addresses: by the system, by a name server of one's own choice, and through a cache.
//!
//! Without a cache each connection asks, as an ordinary program does. The cache keeps an answer for the smaller of its
//! own bound and the answer's lifetime, and holds a bounded number of names.

mod cache;
mod server;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;
use cache::Cache;
use server::Server;

/// Turns names into addresses. Cloning shares the cache.
#[derive(Debug, Clone)]
pub struct Resolver {
    source: Source,
    cache: Option<Arc<Cache>>,
}

#[derive(Debug, Clone)]
enum Source {
    System,
    Server(Arc<Server>),
}

/// Addresses, and how long they may be kept.
struct Answer {
    addresses: Vec<IpAddr>,
    lifetime: Option<Duration>,
}

impl Resolver {
    /// Asks as the system is configured: hosts file, `nsswitch`, `resolv.conf`. The system does not tell lifetimes.
    #[must_use]
    pub const fn system() -> Self {
        Self {
            source: Source::System,
            cache: None,
        }
    }

    /// Asks that name server, by UDP and after truncation by TCP.
    ///
    /// # Errors
    /// When the resolver cannot be built.
    pub fn server(address: SocketAddr) -> Result<Self, Error> {
        Ok(Self {
            source: Source::Server(Arc::new(Server::new(address)?)),
            cache: None,
        })
    }

    /// The same source behind a new cache that keeps answers for `ttl` at the most; zero keeps nothing.
    #[must_use]
    pub fn cached(&self, ttl: Duration) -> Self {
        let cache = (!ttl.is_zero()).then(|| Arc::new(Cache::new(ttl)));
        Self {
            source: self.source.clone(),
            cache,
        }
    }

    /// The addresses of `host`, at least one. An address is its own answer and asks nobody.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// When the name has no address or the resolver fails.
    pub async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, Error> {
        if let Some(known) = self
            .cache
            .as_ref()
            .and_then(|cache| cache.get(host, Instant::now()))
        {
            return Ok(known);
        }
        let answer = match &self.source {
            Source::System => ask_system(host).await?,
            Source::Server(server) => server.ask(host).await?,
        };
        if let Some(cache) = &self.cache {
            cache.put(host, &answer.addresses, answer.lifetime, Instant::now());
        }
        Ok(answer.addresses)
    }
}

async fn ask_system(host: &str) -> Result<Answer, Error> {
    let found = tokio::net::lookup_host((host, 0))
        .await
        .map_err(|error| Error::no_address(host, Some(error.into())))?;
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found.map(|address| address.ip()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        Err(Error::no_address(host, None))
    } else {
        Ok(Answer {
            addresses,
            lifetime: None,
        })
    }
}
