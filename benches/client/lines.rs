//! The contestants that live here, as lines: each line makes its calls one after the other.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use netopt::{Plan, Stack, Surroundings, Tls, stack};
use netopt_core::change::{Change, ConcurrencyLimit, Switch};
use netopt_core::unit::Ratio;
use tokio::net::TcpStream;

/// What every answer carries.
const BODY: usize = 612;

/// Makes calls.
pub(crate) trait Line: Send + 'static {
    /// One call, with its answer read to the end.
    fn call(&mut self) -> impl Future<Output = ()> + Send;
}

/// Reads a body of hyper's kind to its end.
async fn drain<B>(mut body: B)
where
    B: BodyExt<Data = Bytes> + Unpin,
    B::Error: std::fmt::Debug,
{
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let data = frame.expect("the server sends all of it").into_data();
        length += data.map_or(0, |data| data.len());
    }
    assert_eq!(length, BODY);
}

/// Bare hyper: a connection for each line.
pub(crate) struct Hyper {
    sender: SendRequest<Empty<Bytes>>,
    request: Request<Empty<Bytes>>,
}

impl Hyper {
    pub(crate) async fn connect(at: &str, many: usize) -> Vec<Self> {
        let mut lines = Vec::with_capacity(many);
        for _ in 0..many {
            let stream = TcpStream::connect(at).await.expect("the server listens");
            stream.set_nodelay(true).expect("a connected socket");
            let shaken = http1::handshake(TokioIo::new(stream)).await;
            let (sender, driver) = shaken.expect("HTTP/1.1 has no handshake");
            tokio::spawn(async move { drop(driver.await) });
            let request = Request::get("/").header(header::HOST, at);
            let request = request.body(Empty::new()).expect("a good request");
            lines.push(Self { sender, request });
        }
        lines
    }
}

impl Line for Hyper {
    async fn call(&mut self) {
        self.sender.ready().await.expect("it is kept open");
        let answer = self.sender.send_request(self.request.clone()).await;
        drain(answer.expect("the server answers").into_body()).await;
    }
}

/// hyper-util's pool, shared by all lines.
pub(crate) struct Legacy {
    client: Client<HttpConnector, Empty<Bytes>>,
    request: Request<Empty<Bytes>>,
}

impl Legacy {
    pub(crate) fn lines(at: &str, many: usize) -> Vec<Self> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let line = || Self {
            client: client.clone(),
            request: Request::get(format!("http://{at}/"))
                .body(Empty::new())
                .expect("a good request"),
        };
        (0..many).map(|_| line()).collect()
    }
}

impl Line for Legacy {
    async fn call(&mut self) {
        let answer = self.client.request(self.request.clone()).await;
        drain(answer.expect("the server answers").into_body()).await;
    }
}

/// reqwest as it comes, with the bound on a call that ours has.
pub(crate) struct Reqwest {
    client: reqwest::Client,
    url: reqwest::Url,
}

impl Reqwest {
    pub(crate) fn lines(at: &str, many: usize) -> Vec<Self> {
        let client = reqwest::Client::builder().timeout(stack::DEFAULT_TIMEOUT);
        let client = client.build().expect("no TLS that could fail");
        let url: reqwest::Url = format!("http://{at}/").parse().expect("a good URL");
        let line = || Self {
            client: client.clone(),
            url: url.clone(),
        };
        (0..many).map(|_| line()).collect()
    }
}

impl Line for Reqwest {
    async fn call(&mut self) {
        let answer = self.client.get(self.url.clone()).send().await;
        let mut answer = answer.expect("the server answers");
        let mut length = 0;
        while let Some(data) = answer.chunk().await.expect("all of it") {
            length += data.len();
        }
        assert_eq!(length, BODY);
    }
}

/// Our client without layers; each call tells all about itself.
pub(crate) struct Told {
    client: Stack,
    request: Request<Bytes>,
}

impl Told {
    /// Which tells what audits ask for, or does not.
    pub(crate) fn lines(at: &str, many: usize, audited: Switch) -> Vec<Self> {
        let plan = Plan::new().with(Change::Redirects(0));
        let client = made(&plan, audited);
        let line = || Self {
            client: client.clone(),
            request: Request::get(format!("http://{at}/"))
                .body(Bytes::new())
                .expect("a good request"),
        };
        (0..many).map(|_| line()).collect()
    }
}

impl Line for Told {
    async fn call(&mut self) {
        let exchange = self.client.exchange(self.request.clone()).await;
        assert!(exchange.outcome.is_success(), "{:?}", exchange.outcome);
        assert_eq!(exchange.traffic.body.get(), BODY as u64);
    }
}

/// Our client as a program has it.
pub(crate) struct Ours {
    client: Stack,
    url: http::Uri,
}

impl Ours {
    pub(crate) fn ordinary(at: &str, many: usize) -> Vec<Self> {
        Self::lines(at, many, &Plan::new())
    }

    pub(crate) fn layered(at: &str, many: usize) -> Vec<Self> {
        let plan = Plan::new()
            .with(Change::RetryAttempts(2))
            .with(Change::RetryBudget(Ratio::new(0.2)))
            .with(Change::LimitConcurrency(ConcurrencyLimit::Gradient2))
            .with(Change::AttemptTimeout(Some(Duration::from_secs(10))))
            .with(Change::StallTimeout(Some(Duration::from_secs(10))));
        Self::lines(at, many, &plan)
    }

    fn lines(at: &str, many: usize, plan: &Plan) -> Vec<Self> {
        let client = made(plan, Switch::Off);
        let url: http::Uri = format!("http://{at}/").parse().expect("a good URL");
        let line = || Self {
            client: client.clone(),
            url: url.clone(),
        };
        (0..many).map(|_| line()).collect()
    }
}

impl Line for Ours {
    async fn call(&mut self) {
        let request = Request::get(self.url.clone()).body(netopt_http::Body::empty());
        let answer = self.client.send(request.expect("a good request")).await;
        drain(answer.expect("the server answers").into_body()).await;
    }
}

fn made(plan: &Plan, audited: Switch) -> Stack {
    let around = Surroundings {
        audited,
        ..Surroundings::new(Tls::trusting_nobody())
    };
    stack::client(plan, &around).expect("trusting nobody needs no certificate")
}
