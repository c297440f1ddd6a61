//! Connects to a host and port and prints where the time went: `cargo run -p netopt-tcp --example connect -- example.org:80`.

#![expect(clippy::print_stdout, reason = "an example prints what it found")]

use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::unit::show_duration;
use netopt_tcp::{Connector, HostPort, Keeping, Options, Resolver};
use tower_service::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let to: HostPort = std::env::args()
        .nth(1)
        .ok_or("usage: connect HOST:PORT")?
        .parse()?;
    let mut connector = Connector {
        // Asks the name servers of resolv.conf, so that lifetimes are known; getaddrinfo where there are none.
        resolver: Resolver::configured()
            .unwrap_or_else(|_| Resolver::system())
            .keeping(Keeping {
                ttl: Duration::from_secs(60),
                serve_stale: Duration::from_secs(300),
            }),
        options: Options::default(),
        racing: Switch::On,
        timeout: Duration::from_secs(5),
    };
    // Any stack that takes a tower service can be given the connector. Twice, to see the memory of names at work.
    for _ in 0..2 {
        let connected = connector.call(to.clone()).await?;
        println!("{to} is {}", connected.peer);
        for (phase, start, end) in connected.phases() {
            println!("  {:<8} {}", phase.name(), show_duration(end - start));
        }
        if let Some(lookup) = connected.lookup {
            let lifetime = lookup
                .lifetime
                .map_or_else(|| "not told".to_owned(), show_duration);
            println!("  names: {:?}, lifetime {lifetime}", lookup.origin);
        }
        for attempt in &connected.attempts {
            println!(
                "  tried {attempt} after {}",
                show_duration(attempt.length())
            );
        }
        if let Some(rtt) = connected.stream.wire().info().and_then(|info| info.rtt()) {
            println!("  round trip {}", show_duration(rtt));
        }
    }
    Ok(())
}
