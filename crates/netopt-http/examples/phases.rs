//! Where the time of a call goes, for three calls to an origin that is 30 ms away and works for 20 ms.
//!
//! Runs offline: `cargo run -p netopt-http --example phases`. The first call pays for its connection, the second finds
//! it open, the third asks for compression by a client of its own. The link of the lab delays what the kernel does not
//! let it delay, the TCP handshake, together with the first bytes; so a round trip of `connect` shows up in `tls`.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use netopt_core::change::{HttpVersion, Switch};
use netopt_core::encoding::Encodings;
use netopt_core::exchange::Exchange;
use netopt_core::phase::Phase;
use netopt_core::unit::{self, BitRate, show_duration};
use netopt_http::{Client, Config, Http2, Tls};
use netopt_lab::origin::{Dist, Origin, OriginSpec, Protocol};
use netopt_lab::{LinkSpec, StreamLink};
use netopt_tcp::{Connector, Options, Resolver};

/// Any free port of loopback.
const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut spec = OriginSpec {
        protocol: Protocol::Https1,
        ..OriginSpec::default()
    };
    spec.service.time = Dist::Fixed(Duration::from_millis(20));
    spec.body.size = unit::Bytes::new(300_000);
    let origin = Origin::start(ANYWHERE, spec).await?;
    let path = LinkSpec {
        rtt: Duration::from_millis(30),
        rate: BitRate::from_bps(20e6),
        ..LinkSpec::default()
    };
    let link = StreamLink::start(ANYWHERE, origin.local_addr(), path).await?;
    let url = format!("https://{}/", link.local_addr());

    let certificate = origin.certificate_der().ok_or("the origin has one")?;
    let mut config = config(Tls::trusting([certificate.to_vec().into()])?);
    let ordinary = Client::new(&config)?;
    config.accept_encoding = Encodings::ALL;
    let compressing = Client::new(&config)?;

    print_head();
    print_row("first", &ordinary.exchange(get(&url)?).await);
    print_row("second", &ordinary.exchange(get(&url)?).await);
    print_row("packed", &compressing.exchange(get(&url)?).await);
    Ok(())
}

fn config(tls: Tls) -> Config {
    Config {
        proxy: None,
        connector: Connector {
            resolver: Resolver::system(),
            options: Options::default(),
            racing: Switch::Off,
            timeout: Duration::from_secs(5),
        },
        tls,
        version: HttpVersion::Auto,
        http2: Http2::default(),
        pool: netopt_pool::Config::default(),
        accept_encoding: Encodings::NONE,
        timeout: Duration::from_secs(10),
        body_limit: unit::Bytes::new(10_000_000),
        timestamps: Switch::Off,
    }
}

fn get(url: &str) -> http::Result<Request<Bytes>> {
    Request::get(url).body(Bytes::new())
}

fn print_head() {
    let names: String = Phase::ALL
        .iter()
        .map(|phase| format!("{:>9}", phase.name()))
        .collect();
    println!("{:<8}{names}{:>10}{:>10}", "call", "total", "body");
}

/// A phase that did not happen is a dash, not a zero.
fn print_row(name: &str, exchange: &Exchange) {
    let lengths: String = Phase::ALL
        .iter()
        .map(|phase| exchange.timeline.length(*phase))
        .map(|length| {
            format!(
                "{:>9}",
                length.map_or_else(|| "-".to_owned(), show_duration)
            )
        })
        .collect();
    let total = show_duration(exchange.service_time());
    let body = exchange.traffic.body.to_string();
    println!("{name:<8}{lengths}{total:>10}{body:>10}");
}
