//! Limits on calls in flight and on their rate, seen by the origin.

use std::num::NonZeroU32;
use std::time::Duration;

use http::Request;
use netopt_core::outcome::{FailureKind, Side};
use netopt_core::phase::Phase;
use netopt_core::unit::Bytes as Size;
use netopt_http::{
    Aimd, Body, ConcurrencyLayer, Gradient2, InFlight, RateLayer, Stack, TimeoutLayer,
};
use netopt_lab::origin::{Failure, Protocol};
use tokio::task::JoinSet;

use crate::scene::{assert_answered, assert_failed, client, config, failing, get, serving};

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

/// As many calls at the same time.
async fn at_once(stack: &Stack, url: &str, count: usize) -> Vec<netopt_core::exchange::Exchange> {
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let (stack, request) = (stack.clone(), get(url));
        calls.spawn(async move { stack.exchange(request).await });
    }
    calls.join_all().await
}

#[tokio::test]
async fn no_more_calls_are_in_flight_than_the_limit() {
    for (limit, most) in [
        (InFlight::Fixed(number(3)), 3),
        (InFlight::Gradient2(Gradient2::default()), 40),
        (InFlight::Aimd(Aimd::default()), 25),
    ] {
        let origin = serving(Protocol::Http1, Duration::from_millis(10)).await;
        let stack = Stack::new(client(&config())).around(ConcurrencyLayer::new(limit));
        for exchange in at_once(&stack, &origin.url(), 80).await {
            assert_answered(&exchange);
        }
        let opened = origin.served().connections;
        assert!((2..=most).contains(&opened), "{opened} connections");
    }
}

#[tokio::test]
async fn who_waits_too_long_is_refused_by_us() {
    let origin = failing(Protocol::Http1, Failure::NeverAnswers).await;
    let patient =
        Stack::new(client(&config())).around(ConcurrencyLayer::new(InFlight::Fixed(number(1))));
    let hasty = patient
        .clone()
        .around(TimeoutLayer::call(Duration::from_millis(200)));
    let request = get(origin.url());
    let holder = tokio::spawn(async move { patient.exchange(request).await });
    while origin.served().requests == 0 {
        tokio::task::yield_now().await;
    }
    let exchange = hasty.exchange(get(origin.url())).await;
    assert_failed(&exchange, FailureKind::Limited, Phase::Queue);
    assert!(exchange.journey.limited);
    let failure = exchange.outcome.failure().unwrap();
    assert_eq!(failure.side(), Some(Side::Us));
    let told = &failure.message;
    assert!(told.starts_with("1 calls to http://127.0.0.1"), "{told}");
    assert!(told.ends_with("none ended within 200 ms"), "{told}");
    holder.abort();
}

#[tokio::test]
async fn a_place_is_held_until_the_body_is_over_or_dropped() {
    let origin = failing(Protocol::Http1, Failure::Huge(Size::new(8_000_000))).await;
    let stack = Stack::new(client(&config()))
        .around(ConcurrencyLayer::new(InFlight::Fixed(number(1))))
        .around(TimeoutLayer::call(Duration::from_millis(300)));
    let request = || Request::get(origin.url()).body(Body::empty()).unwrap();
    let first = stack.send(request()).await.unwrap();
    let error = stack.send(request()).await.unwrap_err();
    assert_eq!(error.failure().kind, FailureKind::Limited);
    assert!(error.is_unsent());
    drop(first);
    let second = stack.send(request()).await.unwrap();
    let body = second.into_body().collect(Size::new(9_000_000)).await;
    assert!(body.is_ok() || body.unwrap_err().is_timeout());
    stack.send(request()).await.unwrap();
}

#[tokio::test]
async fn the_origin_sees_no_more_calls_a_second_than_the_rate() {
    let origin = serving(Protocol::Http1, Duration::ZERO).await;
    let stack = Stack::new(client(&config())).around(RateLayer::new(number(50)));
    for exchange in at_once(&stack, &origin.url(), 20).await {
        assert_answered(&exchange);
    }
    let served = origin.served();
    // The first one may be late on its way.
    let took = served.arrivals[19] - served.arrivals[0];
    assert!(took >= Duration::from_millis(250), "{took:?}");
}

#[tokio::test]
async fn who_could_not_go_in_time_is_refused_at_once() {
    let origin = serving(Protocol::Http1, Duration::ZERO).await;
    let stack = Stack::new(client(&config()))
        .around(RateLayer::new(number(1)))
        .around(TimeoutLayer::call(Duration::from_millis(900)));
    assert_answered(&stack.exchange(get(origin.url())).await);
    let exchange = stack.exchange(get(origin.url())).await;
    // The machine may have slept through it.
    if exchange.journey.limited {
        assert_failed(&exchange, FailureKind::Limited, Phase::Queue);
        let failure = exchange.outcome.failure().unwrap();
        assert!(failure.message.ends_with("longer than 900 ms"), "{failure}");
    } else {
        assert_answered(&exchange);
    }
}
