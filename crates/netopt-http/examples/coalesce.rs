//! Fifty calls for one page at the same moment, each by itself and then merged.
//!
//! Runs offline: `cargo run -p netopt-http --example coalesce`. The origin works for 20 ms on each request, on two at a
//! time.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use netopt_core::change::{HttpVersion, Switch};
use netopt_core::encoding::Encodings;
use netopt_core::unit::{self, show_duration};
use netopt_http::coalesce::{CoalesceLayer, Config as CoalesceConfig};
use netopt_http::{Client, Config, Http2, Stack, Tls};
use netopt_lab::origin::{Dist, Origin, OriginSpec};
use netopt_tcp::{Connector, Options, Resolver};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Any free port of loopback.
const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut spec = OriginSpec::default();
    spec.service.time = Dist::Fixed(Duration::from_millis(20));
    spec.service.workers = Some(2);
    let layer = CoalesceLayer::new(CoalesceConfig::default());
    let plain = Stack::new(Client::new(&config())?);
    let merged = Stack::new(Client::new(&config())?).around(layer);
    for (name, stack) in [("each by itself", plain), ("merged", merged)] {
        let origin = Origin::start(ANYWHERE, spec.clone()).await?;
        let start = Instant::now();
        let mut calls = JoinSet::new();
        for _ in 0..50 {
            let request = Request::get(origin.url()).body(Bytes::new())?;
            let stack = stack.clone();
            calls.spawn(async move { stack.exchange(request).await });
        }
        let exchanges = calls.join_all().await;
        let answered = exchanges
            .iter()
            .filter(|exchange| exchange.outcome.is_success());
        println!(
            "{name:<16}{} answers after {:>8}, {} requests at the origin",
            answered.count(),
            show_duration(start.elapsed()),
            origin.served().requests
        );
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
