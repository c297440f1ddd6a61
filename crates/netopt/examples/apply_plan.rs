//! A plan becomes a client: `cargo run -p netopt --example apply_plan`. Runs offline, against an origin of its own.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use bytes::Bytes;
use http::Request;
use netopt::{Plan, Surroundings, Tls, stack};
use netopt_lab::{Origin, OriginSpec};

/// What `netopt optimize` would have written.
const PLAN: &str = "
[http]
keep_alive = true
accept_encoding = [\"zstd\", \"br\", \"gzip\"]
";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let origin = Origin::start("127.0.0.1:0".parse()?, OriginSpec::default()).await?;
    let around = Surroundings::new(Tls::trusting_nobody());
    for (name, plan) in [
        ("ordinary client", Plan::new()),
        ("with the plan", Plan::read(PLAN)?),
    ] {
        let client = stack::client(&plan, &around)?;
        let exchange = client
            .exchange(Request::get(origin.url()).body(Bytes::new())?)
            .await;
        println!(
            "{name}: {} on the wire for {} of body",
            exchange.traffic.body, exchange.traffic.decoded
        );
    }
    Ok(())
}
