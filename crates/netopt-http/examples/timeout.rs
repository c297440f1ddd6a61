//! Three servers that keep a client waiting, and what each bound on time says about them.
//!
//! Runs offline: `cargo run -p netopt-http --example timeout`.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use netopt_core::unit;
use netopt_http::{Client, Config, Stack, StallLayer, TimeoutLayer, Tls};
use netopt_lab::origin::{Failure, Origin, OriginSpec};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut config = Config::ordinary(Tls::trusting_nobody());
    config.body_limit = unit::Bytes::new(1 << 50);
    let client = Client::new(&config)?;
    let stack = Stack::new(client)
        .around(StallLayer::new(Duration::from_millis(300)))
        .around(TimeoutLayer::attempt(Duration::from_millis(500)))
        .around(TimeoutLayer::call(Duration::from_millis(900)));
    for (name, failure) in [
        ("never answers", Failure::NeverAnswers),
        ("never ends", Failure::Endless),
        ("breaks off", Failure::CloseMidBody(unit::Bytes::new(500))),
    ] {
        let spec = OriginSpec {
            failure,
            ..OriginSpec::default()
        };
        let origin = Origin::start("127.0.0.1:0".parse()?, spec).await?;
        let call = stack
            .exchange(Request::get(origin.url()).body(Bytes::new())?)
            .await;
        if let Some(failure) = call.outcome.failure() {
            let phase = failure.phase.name();
            println!("{name:<15}{phase:<10}{failure}");
        }
    }
    Ok(())
}
