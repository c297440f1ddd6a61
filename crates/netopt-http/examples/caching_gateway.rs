//! A gateway that is nothing but the cache: what http-cache-tests are run against.
//!
//! `cargo run -p netopt-http --example caching_gateway -- 127.0.0.1:8001 http://127.0.0.1:8000` listens at the first
//! address and asks the second; docs/cache.md says how to run the tests and what they found. It is no proxy for other
//! use: it keeps no limits.
#![expect(clippy::print_stdout, reason = "an example says what it does")]

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use netopt_core::change::{HttpVersion, Switch};
use netopt_core::encoding::Encodings;
use netopt_core::unit;
use netopt_http::cache::{CacheLayer, Config as CacheConfig};
use netopt_http::{Body, Client, Config, Http2, Stack, Tls};
use netopt_tcp::{Connector, Options, Resolver};
use tokio::net::TcpListener;

/// These are of one connection, and not handed on.
const OF_THE_HOP: [header::HeaderName; 4] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::TE,
    header::UPGRADE,
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let listen: SocketAddr = args.next().ok_or("say where to listen")?.parse()?;
    let origin: Uri = args.next().ok_or("say whom to ask")?.parse()?;
    let cache = CacheLayer::new(CacheConfig::default());
    let stack = Stack::new(Client::new(&config())?).around(cache);
    let listener = TcpListener::bind(listen).await?;
    println!("http://{} in front of {origin}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let (stack, origin) = (stack.clone(), origin.clone());
        let service = service_fn(move |request| {
            let (stack, origin) = (stack.clone(), origin.clone());
            async move { Ok::<_, Infallible>(forward(&stack, &origin, request).await) }
        });
        tokio::spawn(async move {
            let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            if let Err(error) = served.await {
                println!("a connection ended: {error}");
            }
        });
    }
}

/// The answer of the cache or the origin; 502 if there is none.
async fn forward(stack: &Stack, origin: &Uri, request: Request<Incoming>) -> Response<Body> {
    let (mut head, body) = request.into_parts();
    for name in OF_THE_HOP {
        head.headers.remove(name);
    }
    head.headers.remove(header::HOST);
    let mut uri = origin.clone().into_parts();
    uri.path_and_query = head.uri.path_and_query().cloned();
    let body = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes);
    let (Ok(uri), Ok(body)) = (Uri::from_parts(uri), body) else {
        return failed("the request is broken".to_owned());
    };
    head.uri = uri;
    // Its length is that of the body.
    head.headers.remove(header::CONTENT_LENGTH);
    let body = if body.is_empty() {
        Body::empty()
    } else {
        Body::from(body)
    };
    match stack.send(Request::from_parts(head, body)).await {
        Ok(mut response) => {
            for name in OF_THE_HOP {
                response.headers_mut().remove(name);
            }
            response
        }
        Err(error) => failed(error.to_string()),
    }
}

fn failed(why: String) -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::from(why)));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
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
        timeout: Duration::from_secs(30),
        body_limit: unit::Bytes::new(1 << 30),
        timestamps: Switch::Off,
    }
}
