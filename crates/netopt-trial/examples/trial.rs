//! Which of two hosts answers a connect faster? `cargo run -p netopt-trial --example trial [HOST:PORT HOST:PORT]`. Without
//! arguments both are one listener, and the trial must not find a difference.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use netopt_core::metric::Metric;
use netopt_trial::block::BlockResult;
use netopt_trial::design::Design;
use netopt_trial::design::arm::ArmId;
use netopt_trial::session::Session;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let own = listener.local_addr()?.to_string();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let mut args = std::env::args().skip(1);
    let today = args.next().unwrap_or(own);
    let other = args.next().unwrap_or_else(|| today.clone());

    let design = Design::builder(7, Metric::P50, "today").candidate("other");
    let mut session = Session::new(design.build()?);
    // The design says whose turn it is; who makes the calls, and how, is not its business.
    while let Some(block) = session.next() {
        let host = match block.arm {
            ArmId::Baseline | ArmId::Twin => &today,
            ArmId::Candidate(_) => &other,
        };
        let mut latencies = Vec::new();
        for _ in 0..session.design().block().requests {
            let start = Instant::now();
            TcpStream::connect(host).await?;
            latencies.push(start.elapsed());
        }
        session.record(
            block,
            BlockResult::of_latencies(latencies.into_iter().collect()),
        )?;
    }
    for verdict in session.verdicts() {
        println!("{} after {} rounds:", verdict.arm, verdict.rounds);
        println!("  {:?}", verdict.decision);
        if let Some(effect) = verdict.effect {
            println!("  {effect}");
        }
        let floor = verdict
            .aa_floor
            .map(|floor| format!("{:.1} %", floor * 100.0));
        println!("  two copies of one client differ by {floor:?}");
    }
    Ok(())
}
