//! Our resolver, with its memory, in the place that reqwest has for one.

use std::net::SocketAddr;

use ::reqwest::dns::{Addrs, Name, Resolve, Resolving};
use netopt_tcp::Resolver;

/// Looks names up for reqwest: `ClientBuilder::dns_resolver(Names::new(resolver.keeping(…)))`.
///
/// Of use without a plan, too. Many connections to one name that open at once ask once; a name in use is asked for again before
/// it runs out; a stale one stands in while the name server fails, if [`Keeping`](netopt_tcp::Keeping) says so.
#[derive(Debug, Clone)]
pub struct Names {
    resolver: Resolver,
}

impl Names {
    /// Asks `resolver`, and shares its memory.
    #[must_use]
    pub const fn new(resolver: Resolver) -> Self {
        Self { resolver }
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.resolver.clone();
        Box::pin(async move {
            let addresses = resolver.resolve(name.as_str()).await?;
            // Port 0 stands for that of the URL.
            let addresses = addresses
                .into_iter()
                .map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
