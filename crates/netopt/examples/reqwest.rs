//! A plan for a program that keeps reqwest: `cargo run -p netopt --features reqwest --example reqwest [URL]`. Without a
//! URL it runs offline, against an origin of its own.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use netopt::Plan;
use netopt::reqwest::apply;
use netopt_lab::{Origin, OriginSpec};
use reqwest::Client;

/// What `netopt optimize` would have written, and a line that reqwest cannot take.
const PLAN: &str = "
[dns]
cache_ttl = \"60s\"
serve_stale = \"3600s\"

[pool]
idle_timeout = \"4000ms\"
max_connections = 8

[http]
accept_encoding = [\"zstd\", \"br\", \"gzip\"]

[retry]
attempts = 2
";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let origin = Origin::start("127.0.0.1:0".parse()?, OriginSpec::default()).await?;
    let url = std::env::args().nth(1).unwrap_or_else(|| origin.url());

    let applied = apply(&Plan::read(PLAN)?, Client::builder());
    for left in &applied.left {
        println!("note: {left}");
    }
    let client = applied.builder.build()?;
    let answer = client.get(&url).send().await?;
    println!("{url}: {} over {:?}", answer.status(), answer.version());
    println!("{} bytes of body", answer.bytes().await?.len());
    Ok(())
}
