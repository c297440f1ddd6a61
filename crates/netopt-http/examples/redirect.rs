//! A page that has moved twice, and one that sends its visitor round in a circle.
//!
//! Runs offline: `cargo run -p netopt-http --example redirect`.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use bytes::Bytes;
use http::Request;
use netopt_http::{Client, Config, RedirectLayer, Redirects, Stack, Tls};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let server = tokio::spawn(serve(listener));
    let client = Client::new(&Config::ordinary(Tls::trusting_nobody()))?;
    let stack = Stack::new(client).around(RedirectLayer::new(Redirects::default()));
    for path in ["/old", "/circle"] {
        let call = stack
            .exchange(Request::get(format!("{url}{path}")).body(Bytes::new())?)
            .await;
        let count = call.journey.redirects;
        match call.outcome.failure() {
            None => println!("{path}: answered after {count} redirects"),
            Some(failure) => println!("{path}: {failure}"),
        }
    }
    server.abort();
    Ok(())
}

/// Answers one connection after the other.
async fn serve(listener: TcpListener) -> std::io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        while stream.read_line(&mut line).await? > 0 {
            if line.ends_with("\r\n\r\n") {
                let answer = answer(&line);
                stream.write_all(answer.as_bytes()).await?;
                line.clear();
            }
        }
    }
}

fn answer(head: &str) -> String {
    let to = match head.split(' ').nth(1) {
        Some("/old") => "location: /newer\r\n",
        Some("/newer") => "location: /new\r\n",
        Some("/circle") => "location: /circle?again\r\n",
        Some("/circle?again") => "location: /circle\r\n",
        _ => "",
    };
    let status = if to.is_empty() { 200 } else { 301 };
    format!("HTTP/1.1 {status} said\r\n{to}content-length: 0\r\n\r\n")
}
