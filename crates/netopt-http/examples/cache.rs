//! Three calls for one page, a client without a cache and one with it.
//!
//! Runs offline: `cargo run -p netopt-http --example cache`. The origin works for 20 ms and says that its page may be kept
//! for a minute.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request};
use netopt_core::change::{HttpVersion, Switch};
use netopt_core::encoding::Encodings;
use netopt_core::journey::CacheUse;
use netopt_core::unit::{self, show_duration};
use netopt_http::cache::{CacheLayer, Config as CacheConfig};
use netopt_http::{Client, Config, Http2, Stack, Tls};
use netopt_lab::origin::{Dist, Origin, OriginSpec};
use netopt_tcp::{Connector, Options, Resolver};

/// Any free port of loopback.
const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut spec = OriginSpec::default();
    spec.service.time = Dist::Fixed(Duration::from_millis(20));
    spec.body.cache_control = Some(HeaderValue::from_static("max-age=60"));
    let origin = Origin::start(ANYWHERE, spec).await?;
    let cache = CacheLayer::new(CacheConfig::default());
    let plain = Stack::new(Client::new(&config())?);
    let cached = Stack::new(Client::new(&config())?).around(cache.clone());

    for (name, stack) in [("plain", &plain), ("cached", &cached)] {
        for _ in 0..3 {
            let request = Request::get(origin.url()).body(Bytes::new())?;
            let exchange = stack.exchange(request).await;
            let took = show_duration(exchange.service_time());
            let cache = exchange.journey.cache.map_or("-", CacheUse::name);
            println!("{name:<8}{took:>10}  {cache}");
        }
    }
    let (bytes, urls) = cache.size();
    println!(
        "{} requests at the origin; {urls} URL kept in {bytes}",
        origin.served().requests
    );
    Ok(())
}

fn config() -> Config {
    Config {
        connector: Connector {
            resolver: Resolver::system(),
            options: Options::default(),
            racing: Switch::Off,
            timeout: Duration::from_secs(5),
        },
        tls: Tls::trusting_nobody(),
        version: HttpVersion::Auto,
        http2: Http2::default(),
        pool: netopt_pool::Config::default(),
        accept_encoding: Encodings::NONE,
        timeout: Duration::from_secs(10),
        body_limit: unit::Bytes::new(10_000_000),
        timestamps: Switch::Off,
    }
}
