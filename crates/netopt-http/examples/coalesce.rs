//! Fifty calls for one page at the same moment, each by itself and then merged.
//!
//! `cargo run -p netopt-http --example coalesce [URL]`. Without a URL it runs offline: an origin works for 20 ms on each
//! request, on two at a time.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use netopt_core::unit::show_duration;
use netopt_http::coalesce::{CoalesceLayer, Config as CoalesceConfig};
use netopt_http::{Client, Config, Stack, Tls};
use netopt_lab::origin::{Dist, Origin, OriginSpec};
use tokio::task::JoinSet;
use tokio::time::Instant;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut spec = OriginSpec::default();
    spec.service.time = Dist::Fixed(Duration::from_millis(20));
    spec.service.workers = Some(2);
    let origin = Origin::start("127.0.0.1:0".parse()?, spec).await?;
    let url = std::env::args().nth(1).unwrap_or_else(|| origin.url());

    let config = Config::ordinary(Tls::trusting_nobody());
    let plain = Stack::new(Client::new(&config)?);
    let merged =
        Stack::new(Client::new(&config)?).around(CoalesceLayer::new(CoalesceConfig::default()));
    for (name, stack) in [("each by itself", plain), ("merged", merged)] {
        let start = Instant::now();
        let mut calls = JoinSet::new();
        for _ in 0..50 {
            let request = Request::get(&url).body(Bytes::new())?;
            let stack = stack.clone();
            calls.spawn(async move { stack.exchange(request).await });
        }
        let calls = calls.join_all().await;
        let good = calls.iter().filter(|call| call.outcome.is_success());
        let shared = calls.iter().filter(|call| call.journey.shared);
        println!(
            "{name:<16}{} answers after {:>8}, {} of them of the request of another",
            good.count(),
            show_duration(start.elapsed()),
            shared.count()
        );
    }
    Ok(())
}
