//! Bounds on calls and attempts: who hits one is told which, and in which phase.

use std::time::Duration;

use http::{Request, Response};
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_http::{Backoff, Body, Budget, Error, Retries, RetryLayer, Stack, TimeoutLayer};
use netopt_lab::origin::{Failure, Protocol};
use tokio::time::Instant;
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::scene::{assert_failed, client, config, config_for, failing, get};

const BOUND: Duration = Duration::from_millis(200);

#[tokio::test]
async fn both_bounds_name_the_phase_that_hit_them() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let origin = failing(protocol, Failure::NeverAnswers).await;
        for layer in [TimeoutLayer::call(BOUND), TimeoutLayer::attempt(BOUND)] {
            let stack = Stack::new(client(&config_for(&origin))).around(layer);
            let exchange = stack.exchange(get(origin.url())).await;
            assert_failed(&exchange, FailureKind::RequestTimeout, Phase::Wait);
            let failure = exchange.outcome.failure().unwrap();
            assert!(failure.message.contains("within 200 ms"), "{failure}");
        }
    }
}

#[tokio::test]
async fn a_call_is_bounded_to_the_end_of_its_body_and_an_attempt_to_its_head() {
    let origin = failing(Protocol::Http1, Failure::Endless).await;
    let call = Stack::new(client(&config())).around(TimeoutLayer::call(BOUND));
    let exchange = call.exchange(get(origin.url())).await;
    assert_failed(&exchange, FailureKind::BodyTimeout, Phase::Receive);
    let mut config = config();
    config.timeout = BOUND * 4;
    let attempt = Stack::new(client(&config)).around(TimeoutLayer::attempt(BOUND));
    let exchange = attempt.exchange(get(origin.url())).await;
    assert!(exchange.service_time() >= BOUND * 4, "{exchange:?}");
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_leaves_time_for_another() {
    let origin = failing(Protocol::Http1, Failure::NeverAnswers).await;
    let retries = Retries {
        attempts: 100,
        backoff: Backoff {
            base: Duration::from_millis(1),
            most: Duration::from_millis(1),
        },
        ..Retries::default()
    };
    let stack = Stack::new(client(&config()))
        .around(TimeoutLayer::attempt(BOUND / 4))
        .around(RetryLayer::seeded(retries, Budget::unlimited(), 1))
        .around(TimeoutLayer::call(BOUND * 2));
    let exchange = stack.exchange(get(origin.url())).await;
    assert!(
        (1..=8).contains(&exchange.journey.retries),
        "{:?}",
        exchange.journey
    );
    // An attempt may end before it has left.
    assert!(origin.served().requests <= u64::from(exchange.journey.retries) + 1);
}

/// A service that never answers.
async fn never(_: Request<Body>) -> Result<Response<Body>, Error> {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn a_service_that_knows_nothing_of_deadlines_is_bounded_and_the_tighter_bound_counts() {
    for (outer, inner, tight) in [(2, 5, 2), (5, 2, 2)] {
        let [outer, inner] =
            [outer, inner].map(|bound| TimeoutLayer::call(Duration::from_secs(bound)));
        let service = outer.layer(inner.layer(service_fn(never)));
        let start = Instant::now();
        let error = service
            .oneshot(Request::new(Body::empty()))
            .await
            .unwrap_err();
        assert_eq!(start.elapsed().as_secs(), tight);
        assert_eq!(error.to_string(), "no answer came within 2.00 s");
        assert!(error.is_timeout() && !error.is_unsent());
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_nobodys_answer_is_bounded_too() {
    let quiet = service_fn(|_: Request<Body>| async {
        let body = http_body_util::StreamBody::new(futures_util::stream::pending::<
            Result<http_body::Frame<bytes::Bytes>, std::io::Error>,
        >());
        Ok::<_, Error>(Response::new(Body::stream(body)))
    });
    let service = TimeoutLayer::call(Duration::from_secs(3)).layer(quiet);
    let response = service.oneshot(Request::new(Body::empty())).await.unwrap();
    let start = Instant::now();
    let error = response.into_body().start(1).await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 3);
    assert_eq!(error.failure().kind, FailureKind::BodyTimeout);
}
