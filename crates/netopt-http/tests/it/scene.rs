//! What every test begins with: an origin, a client that trusts it, a request; or a peer that follows a script.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use netopt_core::change::{HttpVersion, Switch};
use netopt_core::encoding::Encodings;
use netopt_core::exchange::Exchange;
use netopt_core::outcome::{FailureKind, Outcome};
use netopt_core::phase::Phase;
use netopt_core::unit::Bytes as Size;
use netopt_http::{Client, Config, Http2, Tls};
use netopt_lab::origin::{Dist, Failure, Origin, OriginSpec, Protocol};
use netopt_tcp::{Connector, Options, Resolver};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Any free port of loopback.
pub(crate) const ANYWHERE: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// No test takes so long, unless something hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn origin(spec: OriginSpec) -> Origin {
    Origin::start(ANYWHERE, spec).await.unwrap()
}

/// An origin that speaks `protocol` and takes `time` for each answer.
pub(crate) async fn serving(protocol: Protocol, time: Duration) -> Origin {
    let mut spec = OriginSpec {
        protocol,
        ..OriginSpec::default()
    };
    spec.service.time = Dist::Fixed(time);
    origin(spec).await
}

/// An origin that speaks `protocol` and fails.
pub(crate) async fn failing(protocol: Protocol, failure: Failure) -> Origin {
    origin(OriginSpec {
        protocol,
        failure,
        ..OriginSpec::default()
    })
    .await
}

/// The ordinary client, which trusts nobody.
pub(crate) fn config() -> Config {
    Config {
        connector: Connector {
            resolver: Resolver::system(),
            options: Options::default(),
            racing: Switch::Off,
            timeout: PATIENCE,
        },
        proxy: None,
        tls: Tls::trusting_nobody(),
        version: HttpVersion::Auto,
        http2: Http2::default(),
        pool: netopt_pool::Config::default(),
        accept_encoding: Encodings::NONE,
        timeout: PATIENCE,
        body_limit: Size::new(1 << 40),
        timestamps: Switch::Off,
        audited: Switch::On,
    }
}

/// The ordinary client, which trusts `origin` and speaks its protocol.
pub(crate) fn config_for(origin: &Origin) -> Config {
    let mut config = config();
    if let Some(der) = origin.certificate_der() {
        config.tls = Tls::trusting([der.to_vec().into()]).unwrap();
    }
    if origin.spec().protocol == Protocol::Http2 {
        config.version = HttpVersion::Http2;
    }
    config
}

pub(crate) fn client(config: &Config) -> Client {
    Client::new(config).unwrap()
}

pub(crate) fn get(url: impl AsRef<str>) -> Request<Bytes> {
    Request::get(url.as_ref()).body(Bytes::new()).unwrap()
}

pub(crate) fn post(url: impl AsRef<str>, size: usize) -> Request<Bytes> {
    let body = Bytes::from(vec![b'x'; size]);
    Request::post(url.as_ref()).body(body).unwrap()
}

/// As many calls at the same time.
pub(crate) async fn at_once(client: &Client, url: &str, count: usize) -> Vec<Exchange> {
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let (client, request) = (client.clone(), get(url));
        calls.spawn(async move { client.exchange(request).await });
    }
    calls.join_all().await
}

/// The phases that happened. Each begins where the one before ended, or later.
pub(crate) fn phases(exchange: &Exchange) -> Vec<Phase> {
    let happened: Vec<Phase> = Phase::ALL
        .into_iter()
        .filter(|phase| exchange.timeline.span(*phase).is_some())
        .collect();
    let mut end = Duration::ZERO;
    for phase in &happened {
        let span = exchange.timeline.span(*phase).unwrap();
        assert!(span.start() >= end, "{phase:?} overlaps: {exchange:?}");
        end = span.end();
    }
    happened
}

pub(crate) fn length(exchange: &Exchange, phase: Phase) -> Duration {
    exchange.timeline.length(phase).unwrap_or_default()
}

pub(crate) fn sum(exchange: &Exchange) -> Duration {
    let lengths = Phase::ALL.map(|phase| length(exchange, phase));
    lengths.iter().sum()
}

#[track_caller]
pub(crate) fn assert_answered(exchange: &Exchange) {
    assert_eq!(exchange.outcome, Outcome::Answered(200), "{exchange:?}");
}

#[track_caller]
pub(crate) fn assert_failed(exchange: &Exchange, kind: FailureKind, phase: Phase) {
    let failure = exchange.outcome.failure().expect("it was answered");
    assert_eq!((failure.kind, failure.phase), (kind, phase), "{failure}");
    assert_eq!(
        phases(exchange).last(),
        Some(&phase),
        "a failed call's last phase is the one that failed: {exchange:?}"
    );
}

/// A peer that serves each connection by `play`, and ends with the test.
pub(crate) async fn scripted<F>(play: impl Fn(TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut playing = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            playing.spawn(play(stream));
        }
    });
    format!("http://{address}/")
}

/// Reads the head of a request, up to its empty line; false at the end of the stream.
pub(crate) async fn read_head(stream: &mut TcpStream) -> bool {
    head_of(stream).await.is_some()
}

/// The head of the next request, its empty line included; `None` at the end of the stream.
pub(crate) async fn head_of(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// A peer that keeps connections and answers each request, whose body it does not read, by what `answer` makes of its head.
pub(crate) async fn replying(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> String {
    let answer = std::sync::Arc::new(answer);
    scripted(move |mut stream| {
        let answer = std::sync::Arc::clone(&answer);
        async move {
            while let Some(head) = head_of(&mut stream).await {
                let answer = answer(&head);
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
        }
    })
    .await
}

/// An answer of HTTP/1.1 with that status, headers and body.
pub(crate) fn http1(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} said\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

/// A peer that answers each request with those bytes, then says no more and waits for us to close.
pub(crate) async fn answering(answer: &'static [u8]) -> String {
    scripted(move |mut stream| async move {
        if read_head(&mut stream).await {
            stream.write_all(answer).await.unwrap();
            stream.shutdown().await.unwrap();
            while read_head(&mut stream).await {}
        }
    })
    .await
}
