//! Where the time of a call goes: the first pays for its connection, the second finds it open, the third asks for compression.
//!
//! `cargo run -p netopt-http --example phases [URL]`. Without a URL it runs offline: an origin is 30 ms away, speaks TLS, works
//! for 20 ms. The link of the lab delays what the kernel does not let it delay, the TCP handshake, together with the first
//! bytes; so a round trip of `connect` shows up in `tls`.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use netopt_core::encoding::Encodings;
use netopt_core::phase::Phase;
use netopt_core::unit::{self, BitRate, show_duration};
use netopt_http::{Client, Config, Tls};
use netopt_lab::origin::{Dist, Origin, OriginSpec, Protocol};
use netopt_lab::{LinkSpec, StreamLink};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut spec = OriginSpec {
        protocol: Protocol::Https1,
        ..OriginSpec::default()
    };
    spec.service.time = Dist::Fixed(Duration::from_millis(20));
    spec.body.size = unit::Bytes::new(300_000);
    let origin = Origin::start("127.0.0.1:0".parse()?, spec).await?;
    let path = LinkSpec {
        rtt: Duration::from_millis(30),
        rate: BitRate::from_bps(20e6),
        ..LinkSpec::default()
    };
    let link = StreamLink::start("127.0.0.1:0".parse()?, origin.local_addr(), path).await?;
    let own = || format!("https://{}/", link.local_addr());
    let url = std::env::args().nth(1).unwrap_or_else(own);

    let certificate = origin.certificate_der().ok_or("the origin has one")?;
    let mut config = Config::ordinary(Tls::trusting([certificate.to_vec().into()])?);
    let plain = Client::new(&config)?;
    config.accept_encoding = Encodings::ALL;
    let packing = Client::new(&config)?;
    for (name, client) in [("new", &plain), ("kept", &plain), ("packed", &packing)] {
        let call = client
            .exchange(Request::get(&url).body(Bytes::new())?)
            .await;
        println!("{name}: {} of body, {:?}", call.traffic.body, call.outcome);
        // A phase that did not happen is absent, not zero.
        for phase in Phase::ALL {
            if let Some(length) = call.timeline.length(phase) {
                println!("  {:<8}{:>10}", phase.name(), show_duration(length));
            }
        }
        println!("  {:<8}{:>10}", "total", show_duration(call.service_time()));
    }
    Ok(())
}
