//! A client with layers around it tells the same as the client, and what the layers did.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body_util::{BodyExt as _, StreamBody};
use netopt_core::outcome::{FailureKind, Outcome};
use netopt_core::phase::Phase;
use netopt_core::unit::Bytes as Size;
use netopt_http::{Body, Error, Ledger, Stack};
use netopt_lab::origin::{Failure, OriginSpec, Protocol};
use tower::{Layer, Service};

use crate::scene::{
    PATIENCE, assert_answered, assert_failed, client, config, config_for, failing, get, length,
    origin, phases, serving,
};

/// Waits before each call, and notes a retry that it did not make.
#[derive(Clone)]
struct Slow<S>(S);

const DELAY: Duration = Duration::from_millis(30);

impl<S> Service<Request<Body>> for Slow<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Response<Body>, Error>>;

    fn poll_ready(
        &mut self,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let mut inner = self.0.clone();
        Box::pin(async move {
            Ledger::of(request.extensions())
                .unwrap()
                .note(|journey| journey.retries += 1);
            tokio::time::sleep(DELAY).await;
            inner.call(request).await
        })
    }
}

struct SlowLayer;

impl<S> Layer<S> for SlowLayer {
    type Service = Slow<S>;
    fn layer(&self, inner: S) -> Slow<S> {
        Slow(inner)
    }
}

#[tokio::test]
async fn a_call_through_layers_tells_its_connection_and_waited_for_them() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let origin = origin(OriginSpec {
            protocol,
            ..OriginSpec::default()
        })
        .await;
        let stack = Stack::new(client(&config_for(&origin))).around(SlowLayer);
        let first = stack.exchange(get(origin.url())).await;
        let second = stack.exchange(get(origin.url())).await;
        for exchange in [&first, &second] {
            assert_answered(exchange);
            assert!(length(exchange, Phase::Queue) >= DELAY, "{exchange:?}");
            assert!(phases(exchange).ends_with(&[Phase::Wait, Phase::Receive]));
            assert_eq!(exchange.journey.retries, 1);
            assert_eq!(exchange.traffic.body, Size::new(2000));
        }
        assert!(!first.is_reused() && second.is_reused());
        assert_eq!(stack.pool_stats().opened, 1);
    }
}

#[tokio::test]
async fn a_call_that_fails_below_layers_tells_where() {
    let origin = failing(Protocol::Http1, Failure::NotHttp).await;
    let stack = Stack::new(client(&config())).around(SlowLayer);
    let exchange = stack.exchange(get(origin.url())).await;
    assert_failed(&exchange, FailureKind::Protocol, Phase::Receive);
    assert!(exchange.connection.is_some() && exchange.service_time() >= DELAY);
}

#[tokio::test]
async fn a_body_that_streams_arrives_and_so_does_the_answer() {
    let origin = serving(Protocol::Http1, Duration::ZERO).await;
    let client = client(&config());
    let stack = Stack::new(client);
    for _ in 0..2 {
        let pieces = (0..10).map(|_| {
            Ok::<_, std::io::Error>(http_body::Frame::data(Bytes::from_static(b"0123456789")))
        });
        let body = Body::stream(StreamBody::new(futures_util::stream::iter(pieces)));
        let request = Request::post(origin.url()).body(body).unwrap();
        let response = stack.send(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let body = response.into_body().collect(Size::new(5000)).await.unwrap();
        assert_eq!(body.len(), 2000);
    }
    assert_eq!(
        stack.pool_stats().opened,
        1,
        "a body read to its end gives the connection back"
    );
}

#[tokio::test]
async fn an_answer_that_is_dropped_spoils_its_connection_only() {
    let origin = origin(OriginSpec::default()).await;
    let stack = Stack::new(client(&config()));
    let request = || get(origin.url()).map(Body::from);
    drop(stack.send(request()).await.unwrap());
    let mut body = stack.send(request()).await.unwrap().into_body();
    let ending = async {
        while let Some(frame) = body.frame().await {
            frame.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, ending).await.unwrap();
    assert_eq!(stack.pool_stats().opened, 2);
    let exchange = stack.exchange(get(origin.url())).await;
    assert_eq!(exchange.outcome, Outcome::Answered(200));
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_cut_for_who_measures_and_an_error_for_who_reads() {
    const LIMIT: Size = Size::new(100_000);
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let origin = failing(protocol, Failure::Huge(Size::new(10_000_000))).await;
        let mut config = config_for(&origin);
        config.body_limit = LIMIT;
        let stack = Stack::new(client(&config)).around(SlowLayer);
        let call = stack.exchange(get(origin.url())).await;
        assert_answered(&call);
        assert!(call.answer.as_ref().unwrap().cut, "{call:?}");
        assert_eq!(call.traffic.body, LIMIT);
        let mut request = get(origin.url()).map(Body::from);
        request.extensions_mut().insert(Ledger::default());
        let mut body = stack.send(request).await.unwrap().into_body();
        let mut came = 0;
        let error = loop {
            match body.frame().await {
                Some(Ok(frame)) => came += frame.into_data().unwrap().len(),
                Some(Err(error)) => break error,
                None => panic!("{came} bytes pass for the whole body"),
            }
        };
        assert_eq!(came as u64, LIMIT.get());
        assert!(
            error.to_string().contains("longer than 100.0 kB"),
            "{error}"
        );
        assert!(body.frame().await.is_none(), "said once");
    }
}
