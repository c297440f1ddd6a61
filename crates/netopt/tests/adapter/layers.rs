//! Our layers around the client of reqwest.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode};
use netopt::core::outcome::FailureKind;
use netopt::core::phase::Phase;
use netopt::core::unit::{Bytes as Size, Ratio};
use netopt::http::cache::{self, CacheLayer};
use netopt::http::{
    Body, Budget, ConcurrencyLayer, HttpService, InFlight, Retries, RetryLayer, TimeoutLayer,
};
use netopt::reqwest::Calls;
use netopt_lab::OriginSpec;
use netopt_lab::origin::{BodySpec, Dist, Errors, Failure};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower::{Layer as _, ServiceExt as _};

use crate::scene::{ANY, builder, origin};

const MOST: Size = Size::new(1 << 20);

fn calls() -> Calls {
    Calls::new(builder().build().unwrap())
}

fn get(url: &str) -> Request<Body> {
    Request::get(url).body(Body::empty()).unwrap()
}

/// One call whose answer is read to its end.
async fn status(service: impl HttpService, url: &str) -> StatusCode {
    let answer = service.oneshot(get(url)).await.unwrap();
    let status = answer.status();
    answer.into_body().collect(MOST).await.unwrap();
    status
}

#[tokio::test]
async fn retries_wait_around_it() {
    let mut spec = OriginSpec::default();
    spec.service.errors = Ratio::new(0.3).map(|share| Errors {
        share,
        status: StatusCode::TOO_MANY_REQUESTS,
    });
    let origin = origin(spec).await;
    let retries = Retries {
        attempts: 8,
        ..Retries::default()
    };
    let service = RetryLayer::new(retries, Budget::default()).layer(calls());
    for _ in 0..20 {
        assert_eq!(status(service.clone(), &origin.url()).await, 200);
    }
    assert!(origin.served().requests > 20);
}

#[tokio::test]
async fn a_cache_spares_its_requests() {
    let origin = origin(OriginSpec {
        body: BodySpec {
            cache_control: Some(HeaderValue::from_static("max-age=60")),
            ..BodySpec::default()
        },
        ..OriginSpec::default()
    })
    .await;
    let service = CacheLayer::new(cache::Config::default()).layer(calls());
    for _ in 0..3 {
        assert_eq!(status(service.clone(), &origin.url()).await, 200);
    }
    assert_eq!(origin.served().requests, 1);
}

#[tokio::test]
async fn a_limit_bounds_its_connections() {
    let mut spec = OriginSpec::default();
    spec.service.time = Dist::Fixed(Duration::from_millis(20));
    let origin = origin(spec).await;
    let two = InFlight::Fixed(NonZeroU32::new(2).unwrap());
    let service = ConcurrencyLayer::new(two).layer(calls());
    let mut all = JoinSet::new();
    for _ in 0..10 {
        let (service, url) = (service.clone(), origin.url());
        all.spawn(async move { status(service, &url).await });
    }
    assert!(all.join_all().await.iter().all(|status| *status == 200));
    // Its pool opens one now and then while another is on its way back; ten at once would be ten.
    assert!(origin.served().connections < 10);
}

#[tokio::test]
async fn an_attempt_has_a_bound_around_it() {
    let origin = origin(OriginSpec {
        failure: Failure::NeverAnswers,
        ..OriginSpec::default()
    })
    .await;
    let service = TimeoutLayer::attempt(Duration::from_millis(150)).layer(calls());
    let error = service.oneshot(get(&origin.url())).await.unwrap_err();
    assert_eq!(error.failure().kind, FailureKind::RequestTimeout);
}

#[tokio::test]
async fn a_body_that_streams_goes_through() {
    let origin = origin(OriginSpec::default()).await;
    let (mut sender, channel) = http_body_util::channel::Channel::<Bytes>::new(1);
    let request = Request::post(origin.url()).body(Body::stream(channel));
    let answer = tokio::spawn(calls().oneshot(request.unwrap()));
    for _ in 0..10 {
        sender.send_data(Bytes::from(vec![1; 1000])).await.unwrap();
    }
    drop(sender);
    assert_eq!(answer.await.unwrap().unwrap().status(), 200);
    assert!(origin.served().bytes_in.get() > 10_000);
}

/// Where nobody listens any more.
async fn nobody() -> SocketAddr {
    TcpListener::bind(ANY).await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn what_was_not_sent_is_told_as_unsent() {
    let url = format!("http://{}/", nobody().await);
    let refused = calls().oneshot(get(&url)).await.unwrap_err();
    assert_eq!(refused.failure().kind, FailureKind::ConnectRefused);
    assert!(refused.is_unsent());
    assert!(refused.to_string().starts_with("reqwest: "), "{refused}");

    let origin = origin(OriginSpec {
        failure: Failure::NotHttp,
        ..OriginSpec::default()
    })
    .await;
    let garbled = calls().oneshot(get(&origin.url())).await.unwrap_err();
    assert_eq!(garbled.failure().kind, FailureKind::Protocol);
    assert_eq!((garbled.phase(), garbled.is_unsent()), (Phase::Wait, false));
}
