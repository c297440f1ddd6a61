//! The knobs of a call as a whole, each seen by an origin.

use std::num::NonZeroU32;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request};
use netopt::core::change::{ConcurrencyLimit, Percentile, Switch};
use netopt::core::exchange::Exchange;
use netopt::core::outcome::{FailureKind, Outcome};
use netopt::core::unit::{Bytes as Size, Ratio};
use netopt::{Change, Plan, Stack, Surroundings, Tls, stack};
use netopt_lab::origin::{Dist, Errors, Failure, KeepAlive};
use netopt_lab::{Origin, OriginSpec};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

fn client(changes: &[Change]) -> Stack {
    let plan = changes
        .iter()
        .fold(Plan::new(), |plan, change| plan.with(*change));
    stack::client(&plan, &Surroundings::new(Tls::trusting_nobody())).unwrap()
}

async fn origin(spec: OriginSpec) -> Origin {
    Origin::start("127.0.0.1:0".parse().unwrap(), spec)
        .await
        .unwrap()
}

async fn call(client: &Stack, url: &str) -> Exchange {
    let request = Request::get(url).body(Bytes::new()).unwrap();
    client.exchange(request).await
}

async fn at_once(client: &Stack, url: &str, count: usize) -> Vec<Exchange> {
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let (client, url) = (client.clone(), url.to_owned());
        calls.spawn(async move { call(&client, &url).await });
    }
    calls.join_all().await
}

/// An origin of whose answers that share is a 503.
async fn failing(share: f64) -> Origin {
    let mut spec = OriginSpec::default();
    spec.service.errors = Some(Errors {
        share: Ratio::new(share).unwrap(),
        status: http::StatusCode::SERVICE_UNAVAILABLE,
    });
    origin(spec).await
}

#[tokio::test]
async fn retry_attempts_make_errors_good() {
    for (attempts, is_good) in [(0, false), (8, true)] {
        let origin = failing(0.3).await;
        let client = client(&[Change::RetryAttempts(attempts)]);
        let (mut good, mut retries) = (0, 0);
        for _ in 0..20 {
            let exchange = call(&client, &origin.url()).await;
            good += u64::from(exchange.outcome.is_success());
            retries += u64::from(exchange.journey.retries);
        }
        assert_eq!(good == 20, is_good);
        assert_eq!(origin.served().requests, 20 + retries);
    }
}

#[tokio::test]
async fn what_only_audits_ask_for_is_told_where_a_client_is_audited() {
    let mut spec = OriginSpec::default();
    spec.body.cache_control = Some(HeaderValue::from_static("max-age=60"));
    let origin = origin(spec).await;
    for plan in [
        Plan::new().with(Change::Redirects(0)),
        Plan::new().with(Change::RetryAttempts(1)),
    ] {
        for audited in [Switch::Off, Switch::On] {
            let mut around = Surroundings::new(Tls::trusting_nobody());
            around.audited = audited;
            let client = stack::client(&plan, &around).unwrap();
            call(&client, &origin.url()).await;
            let exchange = call(&client, &origin.url()).await;
            assert!(exchange.is_reused(), "the rest is told in any case");
            let keepable = exchange.answer.as_ref().unwrap().keepable;
            let told = (exchange.asked.is_some(), keepable.is_some());
            assert_eq!(told, (audited.is_on(), audited.is_on()), "{plan:?}");
            let kernel = cfg!(target_os = "linux") && audited.is_on();
            let views = (exchange.path.is_some(), exchange.path_before.is_some());
            assert_eq!(views, (kernel, kernel), "{plan:?}");
        }
    }
}

#[tokio::test]
async fn a_retry_tells_how_long_the_connection_was_idle_that_broke() {
    const IDLE: Duration = Duration::from_millis(30);
    let origin = origin(OriginSpec {
        keep_alive: KeepAlive::Forgotten(IDLE),
        ..OriginSpec::default()
    })
    .await;
    let plan = Plan::new()
        .with(Change::RetryAttempts(2))
        .with(Change::RetryBudget(None));
    let mut around = Surroundings::new(Tls::trusting_nobody());
    // How long a connection was idle is the kernel's to say.
    around.audited = Switch::On;
    let client = stack::client(&plan, &around).unwrap();
    let first = call(&client, &origin.url()).await;
    assert_eq!(
        (first.journey.retries, first.journey.broken_after),
        (0, None)
    );
    // The fault is one of time: it has to pass, by far.
    tokio::time::sleep(IDLE * 10).await;
    let second = call(&client, &origin.url()).await;
    assert!(second.outcome.is_success());
    assert_eq!(second.journey.retries, 1);
    assert_eq!(origin.served().connections, 2);
    if cfg!(target_os = "linux") {
        let idle = second.journey.broken_after.unwrap();
        assert!(idle >= IDLE, "{idle:?}");
    }
}

#[tokio::test]
async fn an_idle_timeout_below_that_of_the_peer_meets_no_dead_connection() {
    const IDLE: Duration = Duration::from_millis(200);
    for (change, is_lost) in [
        (Change::IdleTimeout(Duration::from_secs(90)), true),
        (Change::IdleTimeout(IDLE / 2), false),
    ] {
        let origin = origin(OriginSpec {
            keep_alive: KeepAlive::Forgotten(IDLE),
            ..OriginSpec::default()
        })
        .await;
        let client = client(&[change]);
        assert!(call(&client, &origin.url()).await.outcome.is_success());
        // The fault is one of time: it has to pass, by far.
        tokio::time::sleep(IDLE * 3).await;
        let second = call(&client, &origin.url()).await;
        assert_eq!(second.broke(), is_lost, "{second:?}");
        assert_eq!(second.outcome.is_success(), !is_lost);
    }
}

#[tokio::test]
async fn retry_budget_bounds_them_in_an_outage() {
    let mut sent = Vec::new();
    for budget in [Ratio::new(0.1), None] {
        let origin = failing(1.0).await;
        let client = client(&[Change::RetryAttempts(2), Change::RetryBudget(budget)]);
        at_once(&client, &origin.url(), 200).await;
        sent.push(origin.served().requests);
    }
    // The reserve is ten a second for ten seconds; a slow machine may see a second ten.
    assert!((300..=420).contains(&sent[0]), "{sent:?}");
    assert_eq!(sent[1], 600);
}

#[tokio::test]
async fn hedge_after_sends_a_second_request_beside_a_slow_one() {
    let mut spec = OriginSpec::default();
    spec.service.time = Dist::Bimodal {
        fast: Duration::from_millis(3),
        slow: Duration::from_millis(200),
        share: Ratio::new(0.05).unwrap(),
    };
    for after in [None, Percentile::new(90)] {
        let origin = origin(spec.clone()).await;
        let client = client(&[Change::HedgeAfter(after)]);
        let mut hedges = 0;
        for _ in 0..200 {
            hedges += u64::from(call(&client, &origin.url()).await.journey.hedges);
        }
        assert_eq!(hedges > 0, after.is_some());
        assert_eq!(origin.served().requests, 200 + hedges);
    }
}

#[tokio::test]
async fn limit_concurrency_keeps_calls_here() {
    let mut spec = OriginSpec::default();
    spec.service.time = Dist::Fixed(Duration::from_millis(50));
    let two = NonZeroU32::new(2).unwrap();
    let mut counts = Vec::new();
    for (limit, most) in [
        (ConcurrencyLimit::Off, 60),
        (ConcurrencyLimit::Fixed(two), 2),
        (ConcurrencyLimit::Gradient2, 40),
        (ConcurrencyLimit::Aimd, 25),
    ] {
        let origin = origin(spec.clone()).await;
        let client = client(&[Change::LimitConcurrency(limit)]);
        let calls = at_once(&client, &origin.url(), 60).await;
        assert!(calls.iter().all(|call| call.outcome.is_success()));
        let opened = origin.served().connections;
        assert!(opened <= most, "{limit:?}: {opened} connections");
        counts.push(opened);
    }
    assert!(
        counts[1..].iter().all(|with| *with < counts[0]),
        "{counts:?}"
    );
}

#[tokio::test]
async fn limit_rate_spaces_the_calls() {
    let origin = origin(OriginSpec::default()).await;
    let client = client(&[Change::LimitRate(NonZeroU32::new(100))]);
    at_once(&client, &origin.url(), 20).await;
    let arrivals = origin.served().arrivals;
    let took = arrivals[19] - arrivals[0];
    assert!(took >= Duration::from_millis(110), "{took:?}");
}

#[tokio::test]
async fn timeout_attempt_is_named_by_its_failure() {
    let origin = origin(OriginSpec {
        failure: Failure::NeverAnswers,
        ..OriginSpec::default()
    })
    .await;
    let bound = Duration::from_millis(150);
    let exchange = call(
        &client(&[Change::AttemptTimeout(Some(bound))]),
        &origin.url(),
    )
    .await;
    let failure = exchange.outcome.failure().unwrap();
    assert_eq!(failure.kind, FailureKind::RequestTimeout);
    assert!(failure.message.ends_with("within 150 ms"), "{failure}");
}

/// A peer that answers each connection with those bytes and then waits.
async fn saying(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut open = JoinSet::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            open.spawn(async move {
                let mut some = [0; 2048];
                while stream.read(&mut some).await.is_ok_and(|count| count > 0) {
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    format!("http://{address}/")
}

#[tokio::test]
async fn timeout_stall_ends_a_silence() {
    let url = saying("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nfive").await;
    let bound = Duration::from_millis(150);
    let exchange = call(&client(&[Change::StallTimeout(Some(bound))]), &url).await;
    let failure = exchange.outcome.failure().unwrap();
    assert_eq!(failure.kind, FailureKind::BodyTimeout);
    assert!(failure.message.contains("came for 150 ms"), "{failure}");
    assert_eq!(exchange.traffic.body, Size::new(4));
}

#[tokio::test]
async fn redirects_are_followed_by_the_ordinary_client() {
    let url = saying("HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n").await;
    let ordinary = call(&client(&[]), &url).await;
    let failure = ordinary.outcome.failure().unwrap();
    assert!(failure.message.ends_with("a loop"), "{failure}");
    let handed = call(&client(&[Change::Redirects(0)]), &url).await;
    assert_eq!(handed.outcome, Outcome::Answered(302));
}
