//! The decoder as a layer of its own, around a service that does not decode: here a client that asks for nothing itself.
//!
//! `cargo run -p netopt-http --example decompress [URL]`. Without a URL it runs offline.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use http::{Request, header};
use netopt_core::encoding::{Encoding, Encodings};
use netopt_core::unit::Bytes;
use netopt_http::decompress::{Config as DecompressConfig, DecompressLayer};
use netopt_http::{Body, Client, Config, Stack, Tls};
use netopt_lab::origin::{Origin, OriginSpec};

/// More than this is not an answer.
const MOST: Bytes = Bytes::new(64 * 1024 * 1024);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let origin = Origin::start("127.0.0.1:0".parse()?, OriginSpec::default()).await?;
    let url = std::env::args().nth(1).unwrap_or_else(|| origin.url());
    let client = Client::new(&Config::ordinary(Tls::trusting_nobody()))?;
    for accept in [
        Encodings::NONE,
        [Encoding::Gzip].into_iter().collect(),
        Encodings::ALL,
    ] {
        let layer = DecompressLayer::new(DecompressConfig::new(accept));
        let stack = Stack::new(client.clone()).around(layer);
        let answer = stack.send(Request::get(&url).body(Body::empty())?).await?;
        let told = answer.headers().get(header::CONTENT_LENGTH).cloned();
        let length = answer.into_body().collect(MOST).await?.len();
        println!(
            "asked for {:?}: {length} bytes, content-length {told:?}",
            accept.header()
        );
    }
    Ok(())
}
