//! An origin with a known fault behind a link, for any client: `cargo run -p netopt-lab --example world [SECONDS]` prints its
//! URL and serves for so long, a tenth of a second by default. Half a second away, one answer of ten is a 503.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::time::Duration;

use http::StatusCode;
use netopt_core::unit::{BitRate, Ratio};
use netopt_lab::origin::{Errors, Origin, OriginSpec};
use netopt_lab::{LinkSpec, StreamLink};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let seconds = std::env::args().nth(1).map_or(Ok(0.1), |arg| arg.parse())?;
    let mut spec = OriginSpec::default();
    spec.service.errors = Ratio::new(0.1).map(|share| Errors {
        share,
        status: StatusCode::SERVICE_UNAVAILABLE,
    });
    let origin = Origin::start("127.0.0.1:0".parse()?, spec).await?;
    let path = LinkSpec {
        rtt: Duration::from_millis(500),
        rate: BitRate::from_bps(1e6),
        ..LinkSpec::default()
    };
    let link = StreamLink::start("127.0.0.1:0".parse()?, origin.local_addr(), path).await?;

    println!("http://{}/ is ready", link.local_addr());
    tokio::time::sleep(Duration::try_from_secs_f64(seconds)?).await;
    // What a client says about the world can be held against the truth.
    let served = origin.served();
    println!(
        "{} requests on {} connections",
        served.requests, served.connections
    );
    Ok(())
}
