//! A page that has moved twice, and one that sends its visitor round in a circle.
//!
//! Runs offline: `cargo run -p netopt-http --example redirect`. Other URLs than these come as arguments.
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
    let mut urls: Vec<String> = std::env::args().skip(1).collect();
    if urls.is_empty() {
        urls = vec![format!("{url}/old"), format!("{url}/circle")];
    }
    for url in urls {
        let request = Request::get(&url).body(Bytes::new())?;
        let call = stack.exchange(request).await;
        let count = call.journey.redirects;
        println!("{url}: {:?} after {count} redirects", call.outcome);
    }
    server.abort();
    Ok(())
}

/// Answers one connection after the other.
async fn serve(listener: TcpListener) -> std::io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while stream.read_line(&mut head).await? > 0 {
            if head.ends_with("\r\n\r\n") {
                stream.write_all(answer(&head).as_bytes()).await?;
                head.clear();
            }
        }
    }
}

fn answer(head: &str) -> String {
    let to = match head.split(' ').nth(1) {
        Some("/old") => "location: /newer\r\n",
        Some("/newer") => "location: /new\r\n",
        Some("/circle") => "location: /elcric\r\n",
        Some("/elcric") => "location: /circle\r\n",
        _ => "",
    };
    let status = if to.is_empty() { 200 } else { 301 };
    format!("HTTP/1.1 {status} said\r\n{to}content-length: 0\r\n\r\n")
}
