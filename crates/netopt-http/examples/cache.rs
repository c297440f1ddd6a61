//! Three calls for one page, a client without a cache and one with it.
//!
//! `cargo run -p netopt-http --example cache [URL]`. Without a URL it runs offline: an origin works for 20 ms and says that its
//! page may be kept for a minute.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request};
use netopt_core::journey::CacheUse;
use netopt_core::unit::show_duration;
use netopt_http::cache::{CacheLayer, Config as CacheConfig};
use netopt_http::{Client, Config, Stack, Tls};
use netopt_lab::origin::{Dist, Origin, OriginSpec};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut spec = OriginSpec::default();
    spec.service.time = Dist::Fixed(Duration::from_millis(20));
    spec.body.cache_control = Some(HeaderValue::from_static("max-age=60"));
    let origin = Origin::start("127.0.0.1:0".parse()?, spec).await?;
    let url = std::env::args().nth(1).unwrap_or_else(|| origin.url());

    let config = Config::ordinary(Tls::trusting_nobody());
    let cache = CacheLayer::new(CacheConfig::default());
    let plain = Stack::new(Client::new(&config)?);
    let cached = Stack::new(Client::new(&config)?).around(cache.clone());
    for (name, stack) in [("plain", &plain), ("cached", &cached)] {
        for _ in 0..3 {
            let request = Request::get(&url).body(Bytes::new())?;
            let exchange = stack.exchange(request).await;
            let took = show_duration(exchange.service_time());
            let cache = exchange.journey.cache.map_or("-", CacheUse::name);
            println!("{name:<8}{took:>10}  {cache:<6}{:?}", exchange.outcome);
        }
    }
    let (bytes, urls) = cache.size();
    println!("{urls} URL kept in {bytes}");
    Ok(())
}
