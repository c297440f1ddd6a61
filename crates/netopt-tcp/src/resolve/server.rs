//! Asking one name server directly, by hickory-resolver, without its cache.

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use tokio::time::Instant;

use super::Answer;
use crate::error::Error;

pub(super) struct Server {
    resolver: TokioResolver,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl Server {
    pub(super) fn new(address: SocketAddr) -> Result<Self, Error> {
        let connections =
            [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                connection.port = address.port();
                connection
            });
        let server = NameServerConfig::new(address.ip(), true, connections.to_vec());
        let config = ResolverConfig::from_name_servers(vec![server]);
        let mut builder =
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        let options = builder.options_mut();
        options.cache_size = 0;
        options.use_hosts_file = ResolveHosts::Never;
        options.positive_max_ttl = Some(Duration::from_secs(86_400));
        let resolver = builder
            .build()
            .map_err(|error| Error::lookup(&address.to_string(), Box::new(error)))?;
        Ok(Self { resolver })
    }

    pub(super) async fn ask(&self, host: &str) -> Result<Answer, Error> {
        if let Ok(address) = host.parse() {
            return Ok(Answer {
                addresses: vec![address],
                lifetime: None,
            });
        }
        let found = self.resolver.lookup_ip(host).await.map_err(|error| {
            if error.is_no_records_found() {
                Error::no_address(host, Some(Box::new(error)))
            } else {
                Error::lookup(host, Box::new(error))
            }
        })?;
        let lifetime =
            Instant::from_std(found.valid_until()).saturating_duration_since(Instant::now());
        Ok(Answer {
            addresses: found.iter().collect(),
            lifetime: Some(lifetime),
        })
    }
}
