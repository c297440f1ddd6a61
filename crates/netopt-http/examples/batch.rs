//! A hundred look-ups by a hundred callers, one request each and then gathered.
//!
//! Runs offline: `cargo run -p netopt-http --example batch`. The origin takes 5 ms for a request, however many keys its
//! path has; its answer stands for one value a key.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use http::Request;
use netopt_core::change::{HttpVersion, Switch};
use netopt_core::encoding::Encodings;
use netopt_core::unit::{self, show_duration};
use netopt_http::batch::{Batch, Config as BatchConfig};
use netopt_http::{Body, Client, Config, Http2, Stack, Tls};
use netopt_lab::origin::{Dist, Origin, OriginSpec};
use netopt_tcp::{Connector, Options, Resolver};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tower::{ServiceExt as _, service_fn};

/// Any free port of loopback.
const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut spec = OriginSpec::default();
    spec.service.time = Dist::Fixed(Duration::from_millis(5));
    for (name, size) in [("one by one", 1), ("gathered", 50)] {
        let origin = Origin::start(ANYWHERE, spec.clone()).await?;
        let (stack, url) = (Stack::new(Client::new(&config())?), origin.url());
        let service = service_fn(move |keys: Vec<u32>| look_up(stack.clone(), url.clone(), keys));
        let size = size.try_into()?;
        let batch = Batch::new(
            service,
            BatchConfig {
                size,
                ..BatchConfig::default()
            },
        );
        let start = Instant::now();
        let mut calls = JoinSet::new();
        for key in 0..100_u32 {
            let batch = batch.clone();
            calls
                .spawn(async move { batch.oneshot(key).await.is_ok_and(|value| value == 2 * key) });
        }
        let right = calls
            .join_all()
            .await
            .into_iter()
            .filter(|right| *right)
            .count();
        println!(
            "{name:<12}{right} right answers after {:>8}, {} requests at the origin",
            show_duration(start.elapsed()),
            origin.served().requests
        );
    }
    Ok(())
}

/// One request for all keys. A real endpoint would have the values in its answer; here they are computed.
async fn look_up(
    stack: Stack,
    url: String,
    keys: Vec<u32>,
) -> Result<Vec<Result<u32, String>>, netopt_http::Error> {
    let names: Vec<String> = keys.iter().map(u32::to_string).collect();
    let mut request = Request::new(Body::empty());
    let path = format!("{url}items?ids={}", names.join(","));
    if let Ok(uri) = path.parse() {
        *request.uri_mut() = uri;
    }
    let response = stack.send(request).await?;
    let good = response.status().is_success();
    let value = |key| {
        if good {
            Ok(2 * key)
        } else {
            Err(format!("{key} has no value"))
        }
    };
    Ok(keys.into_iter().map(value).collect())
}

fn config() -> Config {
    Config {
        connector: Connector {
            resolver: Resolver::system(),
            options: Options::default(),
            racing: Switch::Off,
            timeout: Duration::from_secs(5),
        },
        tls: Tls::trusting_nobody(),
        version: HttpVersion::Auto,
        http2: Http2::default(),
        pool: netopt_pool::Config::default(),
        accept_encoding: Encodings::NONE,
        timeout: Duration::from_secs(10),
        body_limit: unit::Bytes::new(10_000_000),
        timestamps: Switch::Off,
    }
}
