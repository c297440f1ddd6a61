//! What a report of 170 kB weighs on the wire, plain and compressed.
//!
//! `cargo run -p netopt-http --example compress [URL]`, which takes a POST. Without a URL it runs offline.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use bytes::Bytes;
use http::Request;
use netopt_core::encoding::Encoding;
use netopt_http::compress::{CompressLayer, Config as CompressConfig};
use netopt_http::{Client, Config, Stack, Tls};
use netopt_lab::origin::{Origin, OriginSpec};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let origin = Origin::start("127.0.0.1:0".parse()?, OriginSpec::default()).await?;
    let url = std::env::args().nth(1).unwrap_or_else(|| origin.url());
    let client = Client::new(&Config::ordinary(Tls::trusting_nobody()))?;
    let lines = (0..6_000).map(|number| format!("{{\"line\":{number},\"state\":\"good\"}}\n"));
    let report = Bytes::from(lines.collect::<String>());
    let plain = [("plain", Stack::new(client.clone()))];
    let packed = Encoding::ALL.map(|encoding| {
        let layer = CompressLayer::new(CompressConfig::new(encoding));
        (encoding.name(), Stack::new(client.clone()).around(layer))
    });
    for (name, stack) in plain.into_iter().chain(packed) {
        let request = Request::post(&url).header("content-type", "application/x-ndjson");
        let exchange = stack.exchange(request.body(report.clone())?).await;
        let sent = exchange.traffic.sent;
        println!("{name:<6} {:?}: {sent} sent", exchange.outcome);
    }
    Ok(())
}
