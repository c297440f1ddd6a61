//! Fifty connects a second, as from many users, for two seconds, and whether the generator kept up:
//! `cargo run -p netopt-load --example load [HOST:PORT]`. Without an argument it connects to a listener of its own.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::histogram::LatencyHistogram;
use netopt_core::outcome::{Failure, FailureKind, Outcome};
use netopt_core::phase::{Phase, Timeline};
use netopt_core::unit::{PerSecond, show_duration};
use netopt_load::arrival::Arrival;
use netopt_load::driver::{self, Load};
use netopt_load::stop::Stop;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// One call. Whatever can be told as an exchange can be put under load.
async fn connect(to: String) -> Exchange {
    let start = Instant::now();
    let outcome = match TcpStream::connect(&to).await {
        Ok(_) => Outcome::Connected,
        Err(error) => Outcome::Failed(Failure {
            kind: FailureKind::Other,
            phase: Phase::Connect,
            message: error.to_string(),
        }),
    };
    let mut timeline = Timeline::new();
    timeline.mark(Phase::Connect, Duration::ZERO, start.elapsed());
    Exchange::bare(timeline, outcome)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let own = listener.local_addr()?;
    let to = std::env::args().nth(1).unwrap_or_else(|| own.to_string());
    let rate = PerSecond::new(50.0).ok_or("it is finite")?;
    let stop = Stop::new(None, Some(Duration::from_secs(2)))?;
    let load = Load::new(Arrival::Poisson { rate, seed: 1 }, stop);

    let (mut latencies, mut failed) = (LatencyHistogram::new(), 0);
    let mut record = |call: Exchange| {
        latencies.record(call.latency());
        failed += u32::from(!call.outcome.is_success());
    };
    let caller = Arc::new(move |_: u64| connect(to.clone()));
    let report = driver::run(&load, caller, &mut record).await;
    let (calls, kept_up) = (report.finished, report.health.kept_up());
    let median = latencies
        .quantile(0.5)
        .map_or_else(String::new, show_duration);
    println!("{calls} calls, {failed} failed, median {median}; kept up: {kept_up}");
    Ok(())
}
