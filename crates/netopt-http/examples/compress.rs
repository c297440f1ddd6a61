//! What a report of 170 kB weighs on the wire, plain and compressed.
//!
//! Runs offline: `cargo run -p netopt-http --example compress`.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use netopt_core::change::{HttpVersion, Switch};
use netopt_core::encoding::{Encoding, Encodings};
use netopt_core::unit;
use netopt_http::compress::{CompressLayer, Config as CompressConfig};
use netopt_http::{Client, Config, Http2, Stack, Tls};
use netopt_lab::origin::{Origin, OriginSpec};
use netopt_tcp::{Connector, Options, Resolver};

/// Any free port of loopback.
const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let origin = Origin::start(ANYWHERE, OriginSpec::default()).await?;
    let client = Client::new(&config())?;
    let lines = (0..6_000).map(|number| format!("{{\"line\":{number},\"state\":\"good\"}}\n"));
    let report = Bytes::from(lines.collect::<String>());
    let plain = [("plain", Stack::new(client.clone()))];
    let packed = Encoding::ALL.map(|encoding| {
        let layer = CompressLayer::new(CompressConfig::new(encoding));
        (encoding.name(), Stack::new(client.clone()).around(layer))
    });
    for (name, stack) in plain.into_iter().chain(packed) {
        let request = Request::post(origin.url()).header("content-type", "application/x-ndjson");
        let exchange = stack.exchange(request.body(report.clone())?).await;
        let sent = exchange.traffic.sent;
        println!("{name:<6} {:?}: {sent} sent", exchange.outcome);
    }
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
