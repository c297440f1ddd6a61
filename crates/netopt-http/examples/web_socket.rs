//! Five pings on one connection of WebSocket, each timed; the first one tells the opening, too.
//!
//! `cargo run -p netopt-http --example web_socket [ws://HOST:PORT/PATH]`. Without a URL it runs offline.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::time::Duration;

use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;
use netopt_http::{Config, Question, Tls, WebSockets};
use netopt_lab::raw::{RawProtocol, RawServer, RawSpec};

const BOUND: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let spec = RawSpec {
        protocol: RawProtocol::WsEcho,
        ..RawSpec::default()
    };
    let server = RawServer::start("127.0.0.1:0".parse()?, spec).await?;
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| format!("ws://{}/", server.local_addr()));

    let sockets = WebSockets::new(&Config::ordinary(Tls::trusting_nobody()))?;
    let opened = sockets.open(&url.parse()?, BOUND).await;
    let mut socket = opened.map_err(|failed| format!("{:?}", failed.outcome))?;
    for number in 0..5 {
        let text = format!("ping {number}");
        let call = socket.ask(Question::Ping(&text), BOUND).await;
        let phases = Phase::ALL.iter().filter_map(|phase| {
            let length = call.timeline.length(*phase)?;
            Some(format!("{} {}", phase.name(), show_duration(length)))
        });
        let phases: Vec<String> = phases.collect();
        println!("{text}: {:?}, {}", call.outcome, phases.join(", "));
    }
    socket.close().await;
    Ok(())
}
