//! Hedges against an origin that is slow now and then: the tail gets shorter, the load grows by no more than the budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Request, Response, Version};
use netopt_core::change::Percentile;
use netopt_core::unit::Ratio;
use netopt_http::{Body, Budget, Error, HedgeLayer, Route, Stack};
use netopt_lab::origin::{Dist, OriginSpec, Protocol};
use tokio::time::{Instant, sleep};
use tower::{Layer, Service, ServiceExt as _, service_fn};

use crate::scene::{assert_answered, client, config_for, get, origin};

const FAST: Duration = Duration::from_millis(4);
const SLOW: Duration = Duration::from_millis(400);

fn p(percent: u8) -> Percentile {
    Percentile::new(percent).unwrap()
}

/// Three in a hundred answers take a hundred times as long.
fn mostly_fast(protocol: Protocol) -> OriginSpec {
    let mut spec = OriginSpec {
        protocol,
        ..OriginSpec::default()
    };
    spec.service.time = Dist::Bimodal {
        fast: FAST,
        slow: SLOW,
        share: Ratio::new(0.03).unwrap(),
    };
    spec
}

#[tokio::test]
async fn a_slow_answer_is_overtaken_and_its_connection_lives() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let origin = origin(mostly_fast(protocol)).await;
        let plain = Stack::new(client(&config_for(&origin)));
        let hedged = plain
            .clone()
            .around(HedgeLayer::new(p(90), Budget::default()));
        for _ in 0..100 {
            assert_answered(&hedged.exchange(get(origin.url())).await);
        }
        let before = origin.served().requests;
        let (mut hedges, mut overtaken) = (0, 0);
        for _ in 0..200 {
            let exchange = hedged.exchange(get(origin.url())).await;
            assert_answered(&exchange);
            hedges += exchange.journey.hedges;
            overtaken += u32::from(exchange.journey.hedges > 0 && exchange.service_time() < SLOW);
        }
        let sent = origin.served().requests - before;
        assert_eq!(sent, 200 + u64::from(hedges));
        assert!(overtaken > 0, "{hedges} hedges");
        assert!(hedges <= 60, "a fifth of all calls: {hedges}");
        // A loser on HTTP/1.1 gives its connection back; that of HTTP/2 is shared.
        let most = if protocol == Protocol::Http1 { 12 } else { 1 };
        let opened = hedged.pool_stats().opened;
        assert!((1..=most).contains(&opened), "{opened} connections");
    }
}

/// Calls that a service has seen.
#[derive(Debug, Clone, Default)]
struct Count {
    begun: Arc<AtomicUsize>,
    finished: Arc<AtomicUsize>,
}

/// A service on virtual time: each call takes what the script says, and answers with that status.
fn scripted(
    script: &'static [(u64, u16)],
    version: Version,
) -> (
    impl Service<Request<Body>, Response = Response<Body>, Error = Error, Future = impl Send + 'static>
    + Clone
    + Send
    + 'static,
    Count,
) {
    let count = Count::default();
    let counter = count.clone();
    let service = service_fn(move |_: Request<Body>| {
        let begun = counter.begun.fetch_add(1, Ordering::SeqCst);
        let (millis, status) = script[begun.min(script.len() - 1)];
        let counter = counter.clone();
        async move {
            sleep(Duration::from_millis(millis)).await;
            counter.finished.fetch_add(1, Ordering::SeqCst);
            let mut response = Response::new(Body::empty());
            *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
            *response.version_mut() = version;
            Ok(response)
        }
    });
    (service, count)
}

fn request(method: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri("http://a.test/");
    request.body(Body::empty()).unwrap()
}

/// A hundred calls of 10 ms, then what `script` says for one call of `method`: how long that took, its status, and how
/// many calls the service has finished in the end.
async fn after_a_hundred(
    script: &'static [(u64, u16)],
    method: &str,
    version: Version,
) -> (u128, u16, usize) {
    let (service, count) = scripted(script, version);
    let mut hedged = HedgeLayer::new(p(95), Budget::default()).layer(service);
    for _ in 0..100 {
        hedged
            .ready()
            .await
            .unwrap()
            .call(request("GET"))
            .await
            .unwrap();
    }
    let before = count.finished.load(Ordering::SeqCst);
    assert_eq!(before, 100, "nothing is hedged before enough is known");
    let start = Instant::now();
    let response = hedged
        .ready()
        .await
        .unwrap()
        .call(request(method))
        .await
        .unwrap();
    // Timers are a millisecond late or two, and that of the hedge adds up.
    let took = start.elapsed().as_millis() / 10 * 10;
    sleep(Duration::from_secs(60)).await;
    let status = response.status().as_u16();
    (took, status, count.finished.load(Ordering::SeqCst) - before)
}

/// A hundred calls of 10 ms, then the rest.
macro_rules! after {
    ($($call:expr),+) => {{
        const SCRIPT: &[(u64, u16)] = &{
            let mut script = [(10, 200); 100 + [$($call),+].len()];
            let rest = [$($call),+];
            let mut index = 0;
            while index < rest.len() {
                script[100 + index] = rest[index];
                index += 1;
            }
            script
        };
        SCRIPT
    }};
}

#[tokio::test(start_paused = true)]
async fn the_first_good_answer_is_taken() {
    let old = Version::HTTP_11;
    // Slow and then fast; the loser goes on in the background, but not on HTTP/2.
    let slow = after!((5000, 200), (7, 201));
    let (took, status, finished) = after_a_hundred(slow, "GET", old).await;
    assert!((10..=20).contains(&took), "{took}");
    assert_eq!((status, finished), (201, 2));
    assert_eq!(after_a_hundred(slow, "GET", Version::HTTP_2).await.2, 1);
    // A loser that takes for ever is given up in the end.
    assert_eq!(
        after_a_hundred(after!((50_000, 200), (7, 200)), "GET", old)
            .await
            .2,
        1
    );
    // An error is no reason to stop waiting.
    let failing = after!((500, 200), (7, 503));
    assert_eq!(after_a_hundred(failing, "GET", old).await, (500, 200, 2));
    // What is not safe is made once.
    assert_eq!(after_a_hundred(slow, "POST", old).await, (5000, 200, 1));
}

#[tokio::test(start_paused = true)]
async fn no_more_is_hedged_than_the_budget_allows() {
    let script = after!((5000, 200));
    let (service, count) = scripted(script, Version::HTTP_2);
    let budget = Budget::new(Ratio::new(0.05).unwrap(), 100, Instant::now());
    let mut hedged = HedgeLayer::new(p(50), budget).layer(service);
    for _ in 0..100 {
        hedged
            .ready()
            .await
            .unwrap()
            .call(request("GET"))
            .await
            .unwrap();
    }
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        calls.spawn(hedged.ready().await.unwrap().call(request("GET")));
    }
    calls.join_all().await;
    let begun = count.begun.load(Ordering::SeqCst);
    assert_eq!(
        begun, 210,
        "a twentieth of 200 calls, and the reserve is not for hedges"
    );
}

#[tokio::test(start_paused = true)]
async fn routes_are_told_apart() {
    let script = after!((5000, 200), (7, 200));
    let (service, count) = scripted(script, Version::HTTP_2);
    let mut hedged = HedgeLayer::new(p(95), Budget::default()).layer(service);
    for _ in 0..100 {
        hedged
            .ready()
            .await
            .unwrap()
            .call(request("GET"))
            .await
            .unwrap();
    }
    let mut other = request("GET");
    other.extensions_mut().insert(Route("report"));
    hedged.ready().await.unwrap().call(other).await.unwrap();
    assert_eq!(
        count.finished.load(Ordering::SeqCst),
        101,
        "nothing is known of it"
    );
}
