//! Asking name servers directly, by hickory-resolver, without its cache.
//!
//! Both families are asked at once and the answer begins with the first that is of use, as RFC 8305 §3 wants it: IPv6
//! at once, IPv4 after it gave IPv6 50 ms. What is missing then follows. An answer that UDP cuts short is asked for
//! again by TCP.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::{BoxFuture, Either, select};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::RecordType;
use tokio::time::{Instant, timeout};

use super::answer::{Answer, Cause, Coming, Miss};
use crate::error::Error;

/// How long the addresses of IPv4 wait for those of IPv6 (RFC 8305 §3 and §8).
const RESOLUTION_DELAY: Duration = Duration::from_millis(50);

/// The wait for one datagram: a lost one must leave time for another within the default bound on a connect.
const ATTEMPT: Duration = Duration::from_secs(2);

/// No answer is believed for longer.
const LONGEST_TTL: Duration = Duration::from_secs(86_400);

/// One family's answer.
type Half = Result<Answer, Miss>;

pub(super) struct Server {
    resolver: TokioResolver,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl Server {
    /// That name server and no other; no hosts file, no search list.
    pub(super) fn at(address: SocketAddr) -> Result<Self, Error> {
        let connections =
            [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                connection.port = address.port();
                connection
            });
        let server = NameServerConfig::new(address.ip(), true, connections.to_vec());
        let config = ResolverConfig::from_name_servers(vec![server]);
        let mut options = ResolverOpts::default();
        options.use_hosts_file = ResolveHosts::Never;
        options.timeout = ATTEMPT;
        Self::build(config, options, &address.to_string())
    }

    /// The name servers, search list and bounds of the system's configuration, and its hosts file.
    pub(super) fn configured() -> Result<Self, Error> {
        let what = "the system's resolver configuration";
        let (config, mut options) = hickory_resolver::system_conf::read_system_conf()
            .map_err(|error| Error::configuration(what, Box::new(error)))?;
        options.use_hosts_file = ResolveHosts::Always;
        Self::build(config, options, what)
    }

    fn build(config: ResolverConfig, mut options: ResolverOpts, what: &str) -> Result<Self, Error> {
        options.cache_size = 0;
        options.positive_max_ttl = Some(LONGEST_TTL);
        let provider = TokioRuntimeProvider::default();
        let resolver = TokioResolver::builder_with_config(config, provider)
            .with_options(options)
            .build()
            .map_err(|error| Error::configuration(what, Box::new(error)))?;
        Ok(Self { resolver })
    }

    pub(super) async fn ask(&self, host: &str) -> Result<Coming, Miss> {
        let v6 = self.half(host, RecordType::AAAA);
        let v4 = self.half(host, RecordType::A);
        match select(v6, v4).await {
            Either::Left((Ok(v6), v4)) => Ok(Coming {
                answer: v6,
                rest: Some(Box::pin(async { v4.await.ok() })),
            }),
            Either::Left((Err(miss), v4)) => join(Err(miss), v4.await).map(Coming::whole),
            Either::Right((Err(miss), v6)) => join(v6.await, Err(miss)).map(Coming::whole),
            Either::Right((Ok(v4), mut v6)) => match timeout(RESOLUTION_DELAY, &mut v6).await {
                Ok(half) => join(half, Ok(v4)).map(Coming::whole),
                Err(_) => Ok(Coming {
                    answer: v4,
                    rest: Some(Box::pin(async { v6.await.ok() })),
                }),
            },
        }
    }

    /// The addresses of one family; it owns all it needs, for it may outlive the question.
    fn half(&self, host: &str, kind: RecordType) -> BoxFuture<'static, Half> {
        let (resolver, host) = (self.resolver.clone(), host.to_owned());
        Box::pin(async move {
            let found = resolver.lookup(host.as_str(), kind).await.map_err(miss)?;
            let addresses: Vec<IpAddr> = found
                .answers()
                .iter()
                .filter_map(|record| record.data.ip_addr())
                .collect();
            if addresses.is_empty() {
                return Err(Cause::Empty.into());
            }
            let valid_until = Instant::from_std(found.valid_until());
            Ok(Answer {
                addresses,
                lifetime: Some(valid_until.saturating_duration_since(Instant::now())),
            })
        })
    }
}

/// Both families: addresses if one has any, otherwise the more telling reason.
fn join(v6: Half, v4: Half) -> Half {
    match (v6, v4) {
        (Ok(v6), Ok(v4)) => Ok(v6.and(v4)),
        (Ok(one), Err(_)) | (Err(_), Ok(one)) => Ok(one),
        // Trouble with one family leaves open whether the name has an address.
        (Err(v6), Err(v4)) if v4.cause.is_absence() && !v6.cause.is_absence() => Err(v6),
        (Err(v6), Err(v4)) => Err(Miss {
            lifetime: v4.lifetime.zip(v6.lifetime).map(|(a, b)| a.min(b)),
            ..v4
        }),
    }
}

fn miss(error: NetError) -> Miss {
    let cause = match &error {
        NetError::Dns(DnsError::NoRecordsFound(absent)) => {
            let lifetime = absent
                .negative_ttl
                .map(|ttl| Duration::from_secs(ttl.into()));
            let cause = match absent.response_code {
                ResponseCode::NXDomain => Cause::NoSuchName,
                ResponseCode::NoError => Cause::Empty,
                code => return Cause::Refused(name_of(code)).into(),
            };
            return Miss { cause, lifetime };
        }
        NetError::Dns(DnsError::ResponseCode(code)) => Cause::Refused(name_of(*code)),
        NetError::Timeout => Cause::Silent,
        NetError::Truncated => Cause::Truncated,
        other => Cause::Broken(other.to_string()),
    };
    cause.into()
}

/// The name of the code as the protocol's registry has it.
fn name_of(code: ResponseCode) -> String {
    match code {
        ResponseCode::ServFail => "SERVFAIL".to_owned(),
        ResponseCode::Refused => "REFUSED".to_owned(),
        ResponseCode::FormErr => "FORMERR".to_owned(),
        ResponseCode::NotImp => "NOTIMP".to_owned(),
        other => format!("\"{other}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(last: u8, seconds: u64) -> Answer {
        Answer {
            addresses: vec![IpAddr::from([192, 0, 2, last])],
            lifetime: Some(Duration::from_secs(seconds)),
        }
    }

    #[test]
    fn two_halves_live_as_long_as_the_shorter_one_and_trouble_beats_absence() {
        let both = join(Ok(answer(1, 60)), Ok(answer(2, 5))).unwrap();
        assert_eq!(both.lifetime, Some(Duration::from_secs(5)));
        assert_eq!(both.addresses.len(), 2);
        let servfail = || Miss::from(Cause::Refused("SERVFAIL".to_owned()));
        let empty = || Miss {
            cause: Cause::Empty,
            lifetime: Some(Duration::from_secs(9)),
        };
        assert_eq!(join(Err(servfail()), Err(empty())), Err(servfail()));
        let mixed = join(Err(empty()), Err(servfail())).unwrap_err();
        assert_eq!(mixed, servfail());
        assert_eq!(join(Err(empty()), Err(empty())), Err(empty()));
        assert_eq!(join(Err(servfail()), Ok(answer(1, 3))), Ok(answer(1, 3)));
    }
}
