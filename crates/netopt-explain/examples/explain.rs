//! What makes calls slow? Ten on new connections and ten on a kept one are the facts; the audits say the rest.
//!
//! `cargo run -p netopt-explain --example explain [URL]`. Without a URL it runs offline: an origin 40 ms away that works for
//! 30 ms, and a client that keeps no connection. Who measures is another crate: here `netopt-http`.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use netopt_core::change::{Change, Switch};
use netopt_core::exchange::Exchange;
use netopt_core::plan::Plan;
use netopt_explain::{Facts, explain};
use netopt_http::{Client, Config, Tls};
use netopt_lab::origin::{Dist, Origin, OriginSpec};
use netopt_lab::{LinkSpec, StreamLink};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut spec = OriginSpec::default();
    spec.service.time = Dist::Fixed(Duration::from_millis(30));
    let origin = Origin::start("127.0.0.1:0".parse()?, spec).await?;
    let path = LinkSpec {
        rtt: Duration::from_millis(40),
        ..LinkSpec::default()
    };
    let link = StreamLink::start("127.0.0.1:0".parse()?, origin.local_addr(), path).await?;
    let own = || format!("http://{}/", link.local_addr());
    let url = std::env::args().nth(1).unwrap_or_else(own);

    let mut config = Config::ordinary(Tls::trusting_nobody());
    let keeping = Client::new(&config)?;
    config.pool.reuse = Switch::Off;
    let fresh = Client::new(&config)?;

    let mut facts = Facts {
        client: Plan::new().with(Change::KeepAlive(Switch::Off)),
        ..Facts::default()
    };
    facts.baseline.exchanges = calls(&fresh, &url).await?;
    facts.survey.fresh = calls(&fresh, &url).await?;
    facts.survey.warm = calls(&keeping, &url).await?;
    for finding in explain(&facts) {
        let (id, status) = (finding.id, finding.status().name());
        println!("{id} ({status}): {}", finding.summary);
        println!("  {:?}", finding.remedy);
    }
    Ok(())
}

async fn calls(client: &Client, url: &str) -> Result<Vec<Exchange>, http::Error> {
    let mut calls = Vec::new();
    for _ in 0..10 {
        let request = Request::get(url).body(Bytes::new())?;
        calls.push(client.exchange(request).await);
    }
    Ok(calls)
}
