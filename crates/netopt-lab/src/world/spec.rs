//! What a world is made from, and the two that are built in.
//!
//! The demonstration's numbers are those of a phone in the next country: 20 ms and 20 Mbit/s. One call of its client
//! costs about 12 ms of DNS, 20 ms to connect, 20 ms there and back, 4 ms at the server and 10 ms for 25 kB on the line;
//! with kept connections and compression about 28 ms are left. What it leaves alone: starting anything.

use std::net::Ipv4Addr;
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};

use super::{Planted, Side};
use crate::link::LinkSpec;
use crate::origin::{BodySpec, Dist, OriginSpec, ServiceSpec};

/// The host of the demonstration.
pub const DEMO_HOST: &str = "shop.demo";

const DEMO_PATH: &str = "/catalogue";
const DEMO_RTT: Duration = Duration::from_millis(20);
const DEMO_RATE_BPS: f64 = 20e6;
const DEMO_BODY: Bytes = Bytes::new(25_000);
const DEMO_SERVICE: Duration = Duration::from_millis(4);
const DEMO_DNS_DELAY: Duration = Duration::from_millis(12);
const DEMO_DNS_TTL: Duration = Duration::from_secs(60);
const HEALTHY_SERVICE: Duration = Duration::from_millis(1);

/// A world: one origin, perhaps behind a link, perhaps with a name. The default is [`WorldSpec::healthy`].
#[derive(Debug, Clone, PartialEq)]
pub struct WorldSpec {
    /// The server.
    pub origin: OriginSpec,
    /// The path to it; `None` is loopback as it is.
    pub link: Option<LinkSpec>,
    /// The name it has; `None` is an address in the URL.
    pub naming: Option<Naming>,
    /// The path of the URL, with its first slash.
    pub path: String,
    /// What is wrong, the most costly first.
    pub planted: Vec<Planted>,
}

/// A name and the server that resolves it to 127.0.0.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// The host in the URL.
    pub host: String,
    /// From a query to its answer.
    pub delay: Duration,
    /// How long an answer may be cached.
    pub ttl: Duration,
    /// An address that swallows connections, listed before the one that answers; `None` where there is none. Linux.
    pub dead_first: Option<Ipv4Addr>,
}

impl WorldSpec {
    /// 20 ms and 20 Mbit/s to a shop whose client opens a connection a call, takes 25 kB of JSON uncompressed and asks a
    /// slow resolver every time.
    #[must_use]
    pub fn demo() -> Self {
        Self {
            origin: OriginSpec {
                body: BodySpec {
                    size: DEMO_BODY,
                    ..BodySpec::default()
                },
                service: served_in(DEMO_SERVICE),
                ..OriginSpec::default()
            },
            link: Some(LinkSpec {
                rtt: DEMO_RTT,
                rate: BitRate::from_bps(DEMO_RATE_BPS),
                ..LinkSpec::default()
            }),
            naming: Some(Naming {
                host: DEMO_HOST.to_owned(),
                delay: DEMO_DNS_DELAY,
                ttl: DEMO_DNS_TTL,
                dead_first: None,
            }),
            path: DEMO_PATH.to_owned(),
            planted: demo_faults(),
        }
    }

    /// 2 kB of JSON in 1 ms from an origin on loopback that does everything right.
    #[must_use]
    pub fn healthy() -> Self {
        Self {
            origin: OriginSpec {
                service: served_in(HEALTHY_SERVICE),
                ..OriginSpec::default()
            },
            link: None,
            naming: None,
            path: DEMO_PATH.to_owned(),
            planted: Vec::new(),
        }
    }
}

impl Default for WorldSpec {
    fn default() -> Self {
        Self::healthy()
    }
}

fn served_in(time: Duration) -> ServiceSpec {
    ServiceSpec {
        time: Dist::Fixed(time),
        ..ServiceSpec::default()
    }
}

fn demo_faults() -> Vec<Planted> {
    vec![
        Planted::new(
            "http.connection-reuse",
            Side::Client,
            "The client closes its connection after every call, and each new one costs a round trip of 20 ms.",
        ),
        Planted::new(
            "http.compression",
            Side::Client,
            "The client does not ask for compression, so 25 kB of JSON take 10 ms on a line of 20 Mbit/s.",
        ),
        Planted::new(
            "dns.slow-resolver",
            Side::Resolver,
            "The name server takes 12 ms to answer, and the client asks it before every connection.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentences_of_the_demo_tell_its_numbers() {
        let spec = WorldSpec::demo();
        let link = spec.link.unwrap();
        let serialisation = spec.origin.body.size / link.rate.unwrap();
        let naming = spec.naming.unwrap();
        let told: String = spec.planted.iter().map(|p| p.sentence.as_str()).collect();
        for time in [link.rtt, serialisation, naming.delay] {
            let words = format!("{} ms", time.as_millis());
            assert!(told.contains(&words), "{words} in: {told}");
        }
    }

    #[test]
    fn nothing_is_wrong_in_the_healthy_world() {
        assert_eq!(WorldSpec::healthy().planted, []);
        assert_eq!(WorldSpec::default(), WorldSpec::healthy());
    }
}
