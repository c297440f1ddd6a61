//! Two hundred calls at once to a server that works on four at a time, by several limits.
//!
//! Runs offline: `cargo run -p netopt-http --example limit`. Without a limit the queue is at the server, with one it is here.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::num::NonZeroU32;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use netopt_http::{Client, ConcurrencyLayer, Config, Gradient2, InFlight, RateLayer, Stack, Tls};
use netopt_lab::origin::{Dist, Origin, OriginSpec};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let four = NonZeroU32::new(4).ok_or("it is not zero")?;
    let many = NonZeroU32::new(400).ok_or("it is not zero")?;
    println!("{:<12}{:>13}{:>12}", "", "connections", "answered");
    for name in ["none", "four", "gradient2", "400 a second"] {
        let mut spec = OriginSpec::default();
        spec.service.time = Dist::Fixed(Duration::from_millis(5));
        spec.service.workers = Some(4);
        let origin = Origin::start("127.0.0.1:0".parse()?, spec).await?;
        let plain = Stack::new(Client::new(&Config::ordinary(Tls::trusting_nobody()))?);
        let found = InFlight::Gradient2(Gradient2::default());
        let stack = match name {
            "four" => plain.around(ConcurrencyLayer::new(InFlight::Fixed(four))),
            "gradient2" => plain.around(ConcurrencyLayer::new(found)),
            "400 a second" => plain.around(RateLayer::new(many)),
            _ => plain,
        };
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..200 {
            let request = Request::get(origin.url()).body(Bytes::new())?;
            let stack = stack.clone();
            calls.spawn(async move { stack.exchange(request).await });
        }
        let calls = calls.join_all().await;
        let answered = calls
            .iter()
            .filter(|call| call.outcome.is_success())
            .count();
        println!(
            "{name:<12}{:>13}{answered:>12}",
            origin.served().connections
        );
    }
    Ok(())
}
