//! Retries against peers that fail for a while: what is made again, how often, when, and what is told.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::StreamBody;
use netopt_core::outcome::{FailureKind, Outcome};
use netopt_core::unit::Ratio;
use netopt_http::{
    Backoff, Body, Budget, Deadline, Error, GaveUp, Retries, RetryLayer, Stack, TimeoutLayer,
};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tower::{Layer as _, Service as _, ServiceExt as _, service_fn};

use crate::scene::{ANYWHERE, answering, client, config, get, http1, replying};

/// Retries without a wait to speak of.
fn prompt(attempts: u32) -> Retries {
    Retries {
        attempts,
        backoff: Backoff {
            base: Duration::from_millis(1),
            most: Duration::from_millis(2),
        },
        ..Retries::default()
    }
}

fn retrying(retries: Retries, budget: Budget) -> Stack {
    Stack::new(client(&config())).around(RetryLayer::seeded(retries, budget, 1))
}

/// A peer that is busy for the first `times` requests, and the count of all of them.
async fn busy(times: u64, headers: &'static str) -> (String, Arc<AtomicU64>) {
    let count = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&count);
    let url = replying(move |_| {
        if counter.fetch_add(1, Ordering::SeqCst) < times {
            http1(503, headers, "busy")
        } else {
            http1(200, "", "ok")
        }
    })
    .await;
    (url, count)
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_on_the_same_connection() {
    let (url, count) = busy(2, "").await;
    let stack = retrying(prompt(2), Budget::unlimited());
    let exchange = stack.exchange(get(&url)).await;
    assert_eq!(exchange.outcome, Outcome::Answered(200));
    assert_eq!(exchange.journey.retries, 2);
    assert_eq!(count.load(Ordering::SeqCst), 3);
    assert_eq!(
        stack.pool_stats().opened,
        1,
        "the answers that nobody wants are read"
    );
}

#[tokio::test]
async fn an_answer_that_is_given_up_says_why() {
    for (method, attempts, budget, why) in [
        (Method::POST, 2, Budget::unlimited(), GaveUp::Unsafe),
        (Method::GET, 1, Budget::unlimited(), GaveUp::Attempts),
        (
            Method::GET,
            2,
            Budget::new(Ratio::ZERO, 0, Instant::now()),
            GaveUp::Budget,
        ),
    ] {
        let (url, count) = busy(9, "").await;
        let stack = retrying(prompt(attempts), budget);
        let request = Request::builder().method(method).uri(url);
        let response = stack
            .send(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(response.extensions().get(), Some(&why));
        assert_eq!(response.status(), 503);
        let sent = if why == GaveUp::Attempts { 2 } else { 1 };
        assert_eq!(count.load(Ordering::SeqCst), sent);
    }
}

#[tokio::test]
async fn a_stream_is_not_sent_twice_and_that_is_told() {
    let url = answering(b"").await;
    let pieces = [Ok::<_, Infallible>(http_body::Frame::data(
        Bytes::from_static(b"x"),
    ))];
    let body = Body::stream(StreamBody::new(futures_util::stream::iter(pieces)));
    let request = Request::put(&url).body(body).unwrap();
    let error = retrying(prompt(2), Budget::unlimited())
        .send(request)
        .await
        .unwrap_err();
    let message = error.to_string();
    assert!(
        message.ends_with("; not made again: its body is a stream, which cannot be sent twice"),
        "{message}"
    );
}

#[tokio::test]
async fn a_post_that_was_not_sent_is_made_again() {
    // A port that nobody listens on, until the second attempt.
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let attempts = Arc::new(AtomicU64::new(0));
    let real = client(&config());
    let counted = Arc::clone(&attempts);
    let server = Arc::new(tokio::sync::Mutex::new(None));
    let inner = service_fn(move |request| {
        let (real, server) = (real.clone(), Arc::clone(&server));
        let attempt = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            if attempt == 1 {
                let listener = TcpListener::bind(address).await.unwrap();
                *server.lock().await = Some(tokio::spawn(async move {
                    let (mut stream, _) = listener.accept().await.unwrap();
                    crate::scene::read_head(&mut stream).await;
                    tokio::io::AsyncWriteExt::write_all(&mut stream, http1(200, "", "").as_bytes())
                        .await
                        .unwrap();
                    stream
                }));
            }
            real.oneshot(request).await
        }
    });
    let layer = RetryLayer::seeded(prompt(2), Budget::unlimited(), 1);
    let request = Request::post(format!("http://{address}/")).body(Body::from("pay"));
    let response = layer.layer(inner).oneshot(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(attempts.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_names_a_time_is_not_asked_before_and_the_deadline_counts() {
    for (bound, retries, took) in [(60, 1, 20), (10, 0, 0)] {
        let attempts = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&attempts);
        let inner = service_fn(move |_: Request<Body>| {
            let mut response = Response::new(Body::empty());
            if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                *response.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
                let later = http::HeaderValue::from_static("20");
                response
                    .headers_mut()
                    .insert(http::header::RETRY_AFTER, later);
            }
            async move { Ok::<_, Error>(response) }
        });
        let layer = RetryLayer::seeded(prompt(2), Budget::unlimited(), 1);
        let start = Instant::now();
        let mut request = Request::get("http://a.test/").body(Body::empty()).unwrap();
        let deadline = Deadline::within(start, Duration::from_secs(bound));
        request.extensions_mut().insert(deadline);
        let response = layer.layer(inner).oneshot(request).await.unwrap();
        assert_eq!(attempts.load(Ordering::SeqCst), 1 + retries);
        assert_eq!(start.elapsed().as_secs(), took);
        let why = response.extensions().get();
        assert_eq!(why, (retries == 0).then_some(&GaveUp::Deadline));
    }
}

#[tokio::test]
async fn a_call_of_which_one_attempt_was_sent_is_not_called_unsent() {
    let real = client(&config());
    let attempts = Arc::new(AtomicU64::new(0));
    let open = answering(b"").await;
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let shut = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    for (first, is_unsent) in [(open, false), (shut.clone(), true)] {
        let (real, shut, attempts) = (real.clone(), shut.clone(), Arc::clone(&attempts));
        attempts.store(0, Ordering::SeqCst);
        let inner = service_fn(move |mut request: Request<Body>| {
            if attempts.fetch_add(1, Ordering::SeqCst) > 0 {
                *request.uri_mut() = shut.parse().unwrap();
            }
            real.clone().oneshot(request)
        });
        let layer = RetryLayer::seeded(prompt(1), Budget::unlimited(), 1);
        let request = Request::get(first).body(Body::empty()).unwrap();
        let error = layer.layer(inner).oneshot(request).await.unwrap_err();
        assert_eq!(error.failure().kind, FailureKind::ConnectRefused);
        assert_eq!(error.is_unsent(), is_unsent);
    }
}

/// 100 calls a second for 1,000 seconds, all of which fail: 20 % of them, and 10 a second beside, may be made again.
#[tokio::test(start_paused = true)]
async fn an_outage_is_amplified_by_the_budget_and_no_more() {
    const CALLS: u64 = 100_000;
    for (budget, least, most) in [
        (Budget::default(), 129, 131),
        (
            Budget::new(Ratio::new(0.2).unwrap(), 0, Instant::now()),
            119,
            121,
        ),
        (Budget::unlimited(), 400, 400),
    ] {
        let sent = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&sent);
        let inner = service_fn(move |_: Request<Body>| {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut response = Response::new(Body::empty());
            *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
            async move { Ok::<_, Error>(response) }
        });
        let mut service = RetryLayer::seeded(prompt(3), budget, 1).layer(inner);
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..CALLS / 100 {
            for _ in 0..100 {
                let request = Request::get("http://a.test/").body(Body::empty());
                calls.spawn(service.call(request.unwrap()));
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            while calls.try_join_next().is_some() {}
        }
        drop(calls);
        let percent = sent.load(Ordering::SeqCst) * 100 / CALLS;
        assert!((least..=most).contains(&percent), "{percent} %");
    }
}

#[tokio::test]
async fn what_would_fail_again_is_not_made_again() {
    let url = answering(b"SSH-2.0-OpenSSH_9.2\r\n\r\n").await;
    let stack =
        retrying(prompt(3), Budget::unlimited()).around(TimeoutLayer::call(crate::scene::PATIENCE));
    let exchange = stack.exchange(get(url)).await;
    assert_eq!(exchange.journey.retries, 0);
    let failure = exchange.outcome.failure().unwrap();
    assert_eq!(failure.kind, FailureKind::Protocol);
    assert!(!failure.message.contains("again"), "{failure}");
}
