//! Name to addresses: by the system, by name servers of one's own choice, and through a memory.
//!
//! "The system" is `getaddrinfo`: only the C library obeys all of a machine's configuration (`nsswitch`, LDAP, mDNS,
//! container networks), so a client that asks it gets what every other program there gets. It does not tell lifetimes.
//! [`Resolver::configured`] reads `resolv.conf` and the hosts file and asks the servers itself: it knows lifetimes,
//! but not what `nsswitch` adds. Without a memory each connection asks, as an ordinary program does.

mod answer;
mod flights;
mod memory;
mod server;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;
pub(crate) use answer::Cause;
pub(crate) use answer::Late;
use answer::{Answer, Coming, Miss};
use flights::Flights;
pub use memory::Keeping;
use server::Server;

/// Turns names into addresses. Cloning shares the memory.
#[derive(Debug, Clone)]
pub struct Resolver {
    source: Source,
    flights: Option<Arc<Flights>>,
}

#[derive(Debug, Clone)]
enum Source {
    System,
    Server(Arc<Server>),
}

/// Where addresses came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Somebody was asked, and the caller waited for it.
    Asked,
    /// The memory, fresh.
    Kept,
    /// The memory, beyond its lifetime, while it is asked for again.
    Stale,
}

/// What was found: at least one address.
pub(crate) struct Found {
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) origin: Origin,
    /// How long the answer may be kept; `None` where nobody tells.
    pub(crate) lifetime: Option<Duration>,
    pub(crate) late: Option<Late>,
}

impl Found {
    fn whole(answer: Answer, origin: Origin) -> Self {
        Self {
            addresses: answer.addresses,
            lifetime: answer.lifetime,
            origin,
            late: None,
        }
    }
}

impl Resolver {
    /// Asks as the system is configured, by `getaddrinfo`: hosts file, `nsswitch`, `resolv.conf`. It does not tell
    /// lifetimes.
    #[must_use]
    pub const fn system() -> Self {
        Self {
            source: Source::System,
            flights: None,
        }
    }

    /// Asks the name servers of the system's configuration (`resolv.conf`), after its hosts file, with its search list
    /// and bounds. Lifetimes are known; what `nsswitch` adds is not.
    ///
    /// # Errors
    /// When there is no such configuration or it names no server.
    pub fn configured() -> Result<Self, Error> {
        Ok(Self {
            source: Source::Server(Arc::new(Server::configured()?)),
            flights: None,
        })
    }

    /// Asks that name server, by UDP and after truncation by TCP.
    ///
    /// # Errors
    /// When the resolver cannot be built.
    pub fn server(address: SocketAddr) -> Result<Self, Error> {
        Ok(Self {
            source: Source::Server(Arc::new(Server::at(address)?)),
            flights: None,
        })
    }

    /// The same source behind a new memory. With both times at zero nothing is kept and each lookup asks.
    ///
    /// A memory asks once for many who wait, and before an answer in use expires; its queries run as tasks of the
    /// runtime that looks up, and end with the last clone.
    #[must_use]
    pub fn keeping(&self, keeping: Keeping) -> Self {
        let keeps = !(keeping.ttl.is_zero() && keeping.serve_stale.is_zero());
        let flights = keeps.then(|| Arc::new(Flights::new(self.source.clone(), keeping)));
        Self {
            source: self.source.clone(),
            flights,
        }
    }

    /// As [`Resolver::keeping`] for `ttl` at the most, and nothing stale.
    #[must_use]
    pub fn cached(&self, ttl: Duration) -> Self {
        self.keeping(Keeping {
            ttl,
            serve_stale: Duration::ZERO,
        })
    }

    /// The addresses of `host`, at least one, both families. An address is its own answer and asks nobody.
    ///
    /// Cancel safe. There is no bound but that of the source: about ten seconds where one server is asked, what the
    /// system says otherwise.
    ///
    /// # Errors
    /// When the name has no address or the resolver fails.
    pub async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, Error> {
        let mut found = self.find(host).await?;
        if let Some(late) = found.late {
            found.addresses.extend(late.await);
        }
        Ok(found.addresses)
    }

    /// The addresses of `host` as soon as there is one to begin with.
    pub(crate) async fn find(&self, host: &str) -> Result<Found, Error> {
        if let Ok(address) = host.parse() {
            let answer = Answer {
                addresses: vec![address],
                lifetime: None,
            };
            return Ok(Found::whole(answer, Origin::Kept));
        }
        let found = match &self.flights {
            Some(flights) => flights.find(host).await,
            None => self.source.find(host).await,
        };
        found.map_err(|miss| Error::lookup(host, &miss.cause))
    }
}

impl Source {
    async fn ask(&self, host: &str) -> Result<Coming, Miss> {
        match self {
            Self::System => ask_system(host).await.map(Coming::whole),
            Self::Server(server) => server.ask(host).await,
        }
    }

    async fn find(&self, host: &str) -> Result<Found, Miss> {
        let coming = self.ask(host).await?;
        let late = coming.rest.map(|rest| -> Late {
            Box::pin(async { rest.await.map_or_else(Vec::new, |answer| answer.addresses) })
        });
        Ok(Found {
            late,
            ..Found::whole(coming.answer, Origin::Asked)
        })
    }
}

async fn ask_system(host: &str) -> Result<Answer, Miss> {
    let found = tokio::net::lookup_host((host, 0))
        .await
        .map_err(|error| Cause::System(error.to_string()))?;
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found.map(|address| address.ip()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(Cause::Empty.into());
    }
    Ok(Answer {
        addresses,
        lifetime: None,
    })
}
