//! A hundred look-ups by a hundred callers, one request each and then gathered.
//!
//! Runs offline: `cargo run -p netopt-http --example batch`. The origin takes 5 ms for a request, however many keys its
//! path has; its answer stands for one value a key.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::time::Duration;

use http::Request;
use netopt_core::unit::show_duration;
use netopt_http::batch::{Batch, Config as BatchConfig};
use netopt_http::{Body, Client, Config, Stack, Tls};
use netopt_lab::origin::{Dist, Origin, OriginSpec};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tower::{ServiceExt as _, service_fn};

/// A value or an error for each key.
type Values = Vec<Result<u32, String>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut spec = OriginSpec::default();
    spec.service.time = Dist::Fixed(Duration::from_millis(5));
    for (name, size) in [("one by one", 1), ("gathered", 50)] {
        let origin = Origin::start("127.0.0.1:0".parse()?, spec.clone()).await?;
        let client = Client::new(&Config::ordinary(Tls::trusting_nobody()))?;
        let (stack, url) = (Stack::new(client), origin.url());
        let config = BatchConfig {
            size: size.try_into()?,
            ..BatchConfig::default()
        };
        let service = service_fn(move |keys: Vec<u32>| look_up(stack.clone(), url.clone(), keys));
        let batch = Batch::new(service, config);
        let start = Instant::now();
        let mut calls = JoinSet::new();
        for key in 0..100_u32 {
            let value = batch.clone().oneshot(key);
            calls.spawn(async move { value.await.is_ok_and(|value| value == 2 * key) });
        }
        let answers = calls.join_all().await;
        let right = answers.iter().filter(|right| **right).count();
        let (took, sent) = (show_duration(start.elapsed()), origin.served().requests);
        println!("{name:<12}{right} right answers after {took:>8}, {sent} requests at the origin");
    }
    Ok(())
}

/// One request for all keys. A real endpoint would have the values in its answer; here they are computed.
async fn look_up(stack: Stack, url: String, keys: Vec<u32>) -> Result<Values, netopt_http::Error> {
    let ids: Vec<String> = keys.iter().map(u32::to_string).collect();
    let uri = format!("{url}items?ids={}", ids.join(","));
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri.parse().unwrap_or_default();
    stack.send(request).await?;
    Ok(keys.into_iter().map(|key| Ok(2 * key)).collect())
}
