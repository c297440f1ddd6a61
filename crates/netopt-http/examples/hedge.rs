//! A server of which one answer in fifty takes a hundred times as long, with hedges and without.
//!
//! `cargo run -p netopt-http --example hedge [URL]`, 1,200 calls one after the other. Without a URL it runs offline.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use netopt_core::change::Percentile;
use netopt_core::histogram::LatencyHistogram;
use netopt_core::unit::{Ratio, show_duration};
use netopt_http::{Budget, Client, Config, HedgeLayer, Stack, Tls};
use netopt_lab::origin::{Dist, Origin, OriginSpec};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut spec = OriginSpec::default();
    spec.service.time = Dist::Bimodal {
        fast: Duration::from_millis(2),
        slow: Duration::from_millis(200),
        share: Ratio::of(1, 50).ok_or("it is a share")?,
    };
    let origin = Origin::start("127.0.0.1:0".parse()?, spec).await?;
    let url = std::env::args().nth(1).unwrap_or_else(|| origin.url());
    let plain = Stack::new(Client::new(&Config::ordinary(Tls::trusting_nobody()))?);
    let after = Percentile::new(95).ok_or("it is a percentile")?;
    let hedged = plain
        .clone()
        .around(HedgeLayer::new(after, Budget::default()));
    println!("{:<10}{:>10}{:>10}{:>10}", "", "p50", "p99", "hedges");
    for (name, stack) in [("plain", plain), ("hedged", hedged)] {
        let (mut latencies, mut hedges) = (LatencyHistogram::new(), 0);
        for _ in 0..600 {
            let call = stack.exchange(Request::get(&url).body(Bytes::new())?).await;
            latencies.record(call.latency());
            hedges += call.journey.hedges;
        }
        let [p50, p99] = [0.5, 0.99].map(|q| {
            latencies
                .quantile(q)
                .map_or_else(String::new, show_duration)
        });
        println!("{name:<10}{p50:>10}{p99:>10}{hedges:>10}");
    }
    Ok(())
}
