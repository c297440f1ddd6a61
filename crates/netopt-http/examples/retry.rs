//! A server that fails every third call, with retries and without; and an outage, with a budget and without.
//!
//! Runs offline: `cargo run -p netopt-http --example retry`.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use bytes::Bytes;
use http::{Request, StatusCode};
use netopt_core::unit::Ratio;
use netopt_http::{Budget, Client, Config, Retries, RetryLayer, Stack, Tls};
use netopt_lab::origin::{Errors, Origin, OriginSpec};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    println!("{:<22}{:>8}{:>10}{:>10}", "", "calls", "answered", "sent");
    for (name, share, budget) in [
        ("every third fails", 0.33, Budget::default()),
        ("outage, budget", 1.0, Budget::default()),
        ("outage, no budget", 1.0, Budget::unlimited()),
    ] {
        let mut spec = OriginSpec::default();
        spec.service.errors = Ratio::new(share).map(|share| Errors {
            share,
            status: StatusCode::SERVICE_UNAVAILABLE,
        });
        let origin = Origin::start("127.0.0.1:0".parse()?, spec).await?;
        let client = Client::new(&Config::ordinary(Tls::trusting_nobody()))?;
        let stack = Stack::new(client).around(RetryLayer::new(Retries::default(), budget));
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..300 {
            let request = Request::get(origin.url()).body(Bytes::new())?;
            let stack = stack.clone();
            calls.spawn(async move { stack.exchange(request).await });
        }
        let calls = calls.join_all().await;
        let answered = calls
            .iter()
            .filter(|call| call.outcome.is_success())
            .count();
        let sent = origin.served().requests;
        println!("{name:<22}{:>8}{answered:>10}{sent:>10}", calls.len());
    }
    Ok(())
}
