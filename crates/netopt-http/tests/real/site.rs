//! What is asked of every server: the same paths, by the same client, each with what has to come.
//!
//! | path | is |
//! |---|---|
//! | `/page` | [`PAGE`], of a known length, in ranges if asked for |
//! | `/none` | an answer of 204 |
//! | `/streamed` | [`PAGE`], of a length that is not told |
//! | `/slow` | [`PAGE`], in pieces with pauses |
//! | `/trailed` | [`PAGE`] and a trailer `x-sum: 7` |
//! | `/hints` | [`PAGE`] after interim answers |
//! | `/large-head` | [`PAGE`] behind a header of 50 kB |

use std::time::Duration;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::BodyExt;
use netopt_core::change::{HttpVersion, Switch};
use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::outcome::{Outcome, Side};
use netopt_core::unit::Bytes as Size;
use netopt_http::{Body, Client, Config, Stack, Tls};
use tokio::time::{Instant, interval_at};

use crate::server::Server;

/// The document: 32 bytes a line.
pub(crate) fn page() -> String {
    (0..64)
        .map(|line| format!("line {line:>5} of a page of a test.\n"))
        .collect()
}

/// Its size.
pub(crate) const PAGE: usize = 64 * 32;
/// How long the servers keep an idle connection.
pub(crate) const KEPT: Duration = Duration::from_secs(1);
/// Nothing here takes so long, unless something hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server as the client sees it.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    base: String,
    speaks: Protocol,
    pub(crate) config: Config,
}

impl Site {
    /// HTTP/1.1 without TLS.
    pub(crate) fn clear(address: impl std::fmt::Display) -> Self {
        Self::new(
            format!("http://{address}"),
            Protocol::Http1,
            Tls::trusting_nobody(),
            HttpVersion::Auto,
        )
    }

    /// HTTP/1.1 over TLS.
    pub(crate) fn tls(address: impl std::fmt::Display, tls: &Tls) -> Self {
        Self::new(
            format!("https://{address}"),
            Protocol::Http1,
            tls.clone(),
            HttpVersion::Http1,
        )
    }

    /// HTTP/2 over TLS, as ALPN says.
    pub(crate) fn http2(address: impl std::fmt::Display, tls: &Tls) -> Self {
        Self::new(
            format!("https://{address}"),
            Protocol::Http2,
            tls.clone(),
            HttpVersion::Auto,
        )
    }

    /// A server whose three ports speak HTTP/1.1, the same over TLS, and HTTP/2.
    pub(crate) fn all(server: &Server, tls: &Tls) -> [Self; 3] {
        let [clear, encrypted, http2] = [0, 1, 2].map(|port| server.ports[port]);
        [
            Self::clear(clear),
            Self::tls(encrypted, tls),
            Self::http2(http2, tls),
        ]
    }

    fn new(base: String, speaks: Protocol, tls: Tls, version: HttpVersion) -> Self {
        let config = Config {
            version,
            timeout: PATIENCE,
            ..Config::ordinary(tls)
        };
        Self {
            base,
            speaks,
            config,
        }
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.base.starts_with("https:")
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.config).unwrap()
    }

    pub(crate) fn request(&self, path: &str) -> Request<Bytes> {
        Request::get(format!("{}{path}", self.base))
            .body(Bytes::new())
            .unwrap()
    }

    fn called(&self, path: &str) -> String {
        format!("{}{path} by {:?}", self.base, self.speaks)
    }

    /// What every server has to be understood in: `pause` is between the pieces of its slow page.
    pub(crate) async fn understood(&self, pause: Duration) {
        self.basics().await;
        self.slow(pause).await;
        self.says("/page", None).await;
        self.says("/streamed", None).await;
    }

    /// One call that has to be answered with `status` and a body of `size`, where that is known.
    pub(crate) async fn expect(
        &self,
        client: &Client,
        request: Request<Bytes>,
        status: u16,
        size: Option<usize>,
    ) -> Exchange {
        let what = format!("{} {}", request.method(), self.called(request.uri().path()));
        let call = client.exchange(request).await;
        assert_eq!(call.outcome, Outcome::Answered(status), "{what}: {call:?}");
        if let Some(size) = size {
            assert_eq!(
                call.traffic.body,
                Size::new(size as u64),
                "{what}: {call:?}"
            );
        }
        let connection = call.connection.as_ref().unwrap();
        assert_eq!(connection.protocol, self.speaks, "{what}");
        call
    }

    /// One call for the page.
    pub(crate) async fn page(&self, client: &Client, path: &str) -> Exchange {
        self.expect(client, self.request(path), 200, Some(PAGE))
            .await
    }

    /// A page, its head, a part of it, nothing, a page of unknown length: all on one connection.
    pub(crate) async fn basics(&self) {
        let client = self.client();
        let ask = async |method: &str, path: &str, status, size| {
            let mut request = self.request(path);
            *request.method_mut() = method.parse().unwrap();
            self.expect(&client, request, status, size).await
        };
        let first = self.page(&client, "/page").await;
        assert!(!first.is_reused());
        let mut part = self.request("/page");
        part.headers_mut()
            .insert(header::RANGE, "bytes=32-63".parse().unwrap());
        let calls = [
            ask("HEAD", "/page", 200, Some(0)).await,
            ask("GET", "/none", 204, Some(0)).await,
            ask("GET", "/streamed", 200, Some(PAGE)).await,
            self.expect(&client, part, 206, Some(32)).await,
            ask("GET", "/not-there", 404, None).await,
            ask("HEAD", "/streamed", 200, Some(0)).await,
            self.page(&client, "/page").await,
        ];
        for (number, call) in calls.iter().enumerate() {
            assert!(
                call.is_reused(),
                "{}: call {number}: {call:?}",
                self.called("")
            );
        }
    }

    /// The bytes of a page are its bytes, and what stands behind them is a trailer if there is one.
    pub(crate) async fn says(&self, path: &str, trailer: Option<&str>) {
        let stack = Stack::new(self.client());
        let mut request = self.request(path);
        request
            .headers_mut()
            .insert(header::TE, "trailers".parse().unwrap());
        let answer = stack.send(request.map(Body::from)).await.unwrap();
        assert_eq!(answer.status(), 200, "{}", self.called(path));
        let body = BodyExt::collect(answer.into_body()).await.unwrap();
        let sum = body.trailers().and_then(|all| all.get("x-sum"));
        let sum = sum.map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(sum.as_deref(), trailer, "{}", self.called(path));
        assert_eq!(body.to_bytes(), page().as_bytes(), "{}", self.called(path));
    }

    /// A page that comes in pieces, with pauses of `pause` or longer.
    pub(crate) async fn slow(&self, pause: Duration) {
        let client = self.client();
        let call = self.page(&client, "/slow").await;
        assert!(call.traffic.longest_gap >= pause / 2, "{call:?}");
    }

    /// More of headers than any server takes: a refusal that says so, or a connection that the server gave up.
    pub(crate) async fn refuses_a_large_head(&self) {
        let client = self.client();
        let mut request = self.request("/page");
        for number in 0..40 {
            let name: header::HeaderName = format!("x-large-{number}").parse().unwrap();
            request
                .headers_mut()
                .insert(name, "v".repeat(9_000).parse().unwrap());
        }
        let call = client.exchange(request).await;
        match &call.outcome {
            Outcome::Answered(status) => {
                assert!(
                    matches!(status, 400 | 413 | 414 | 431),
                    "{}: {call:?}",
                    self.called("")
                );
            }
            Outcome::Failed(failure) => {
                assert_eq!(
                    failure.side(),
                    Some(Side::Peer),
                    "{}: {failure:?}",
                    self.called("")
                );
            }
            Outcome::Connected => panic!("{call:?}"),
        }
        // Whatever it did with the connection, the next call has one.
        self.page(&client, "/page").await;
    }

    /// The server closes an idle connection after [`KEPT`]; calls beyond that, and well before, are all answered.
    pub(crate) async fn outlives_keep_alive(&self) {
        let client = self.client();
        self.page(&client, "/page").await;
        let soon = self.page(&client, "/page").await;
        assert!(soon.is_reused(), "{}", self.called(""));
        // Some servers look at their idle connections once a second.
        let pause = KEPT * 3;
        let mut beat = interval_at(Instant::now() + pause, pause);
        for _ in 0..2 {
            beat.tick().await;
            let mut request = self.request("/page");
            // What must not be made twice has no second chance.
            *request.method_mut() = http::Method::POST;
            let call = client.exchange(request).await;
            assert!(
                matches!(call.outcome, Outcome::Answered(_)),
                "{}: {call:?}",
                self.called("")
            );
            assert!(
                !call.is_reused(),
                "{}: it was closed long ago",
                self.called("")
            );
            self.page(&client, "/page").await;
        }
    }

    /// Each call on a connection of its own: sessions of TLS are resumed after the first.
    pub(crate) async fn resumes(&self) {
        let mut other = self.clone();
        other.config.pool.reuse = Switch::Off;
        let client = other.client();
        let mut resumed = Vec::new();
        for _ in 0..3 {
            let call = other.page(&client, "/page").await;
            resumed.push(call.connection.unwrap().tls.unwrap().resumed);
        }
        assert_eq!(resumed, [false, true, true], "{}", self.called(""));
    }
}
