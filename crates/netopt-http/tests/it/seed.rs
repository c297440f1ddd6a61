//! Each test is a defect that the seed's HTTP clients had, and what keeps it away. Those of its pool are with the pool, those
//! of its figures with the metrics of `netopt-core`.

use std::sync::Arc;
use std::time::Duration;

use http::Request;
use netopt_core::exchange::Exchange;
use netopt_core::metrics::NetworkMetrics;
use netopt_core::outcome::Outcome;
use netopt_core::phase::Phase;
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use tokio::time::{advance, pause, resume, timeout};

use crate::peer::{Peer, answer};
use crate::scene::{
    ANYWHERE, PATIENCE, assert_answered, at_once, client, config, get, length, phases, sum,
};

/// Its asynchronous client awaited one call after the other, so three calls took as long as their sum. Here nobody is answered
/// before all three have asked.
#[tokio::test]
async fn seed_calls_at_once_do_not_wait_for_each_other() {
    let all = Arc::new(Barrier::new(3));
    let peer = Peer::start(move |_| {
        let all = Arc::clone(&all);
        async move {
            all.wait().await;
            Some(answer(200, &[], "all here"))
        }
    })
    .await;
    let client = client(&config());
    let calls = timeout(PATIENCE / 2, at_once(&client, &peer.url, 3)).await;
    let calls = calls.unwrap();
    calls.iter().for_each(assert_answered);
}

/// In one place its 500 was a success, in another its 204 and 301 were failures.
#[tokio::test]
async fn seed_one_rule_says_which_answers_are_successes() {
    let peer = Peer::start(|asked| async move {
        let status = asked.head.uri.path()[1..].parse().ok()?;
        Some(answer(status, &[("location", "/200")], ""))
    })
    .await;
    let client = client(&config());
    let mut metrics = NetworkMetrics::new();
    for (status, success) in [
        (200, true),
        (204, true),
        (301, true),
        (304, true),
        (404, false),
        (500, false),
        (503, false),
    ] {
        let call = client.exchange(get(format!("{}{status}", peer.url))).await;
        assert_eq!(call.outcome, Outcome::Answered(status));
        assert_eq!(call.outcome.is_success(), success, "{status}");
        metrics.record(&call);
    }
    assert_eq!(metrics.errors()["4xx"], 1);
    assert_eq!(metrics.errors()["5xx"], 2);
    assert!((metrics.error_ratio().unwrap().get() - 3.0 / 7.0).abs() < 1e-9);
}

/// It called the time of a whole `HEAD` on a kept connection the latency of connecting.
#[tokio::test]
async fn seed_a_head_on_a_kept_connection_connects_to_nobody() {
    let peer = Peer::start(|_| async { Some(answer(200, &[], "")) }).await;
    let client = client(&config());
    let head = || Request::head(&peer.url).body(bytes::Bytes::new()).unwrap();
    let first = client.exchange(head()).await;
    assert!(phases(&first).contains(&Phase::Connect));
    let mut metrics = NetworkMetrics::new();
    metrics.record(&first);
    for _ in 0..3 {
        let call = client.exchange(head()).await;
        assert_eq!(
            phases(&call),
            [Phase::Queue, Phase::Send, Phase::Wait, Phase::Receive]
        );
        assert!(call.is_reused());
        metrics.record(&call);
    }
    assert_eq!(
        metrics.phase(Phase::Connect).count(),
        1,
        "one handshake, not four"
    );
    assert_eq!(metrics.phase(Phase::Wait).count(), 4);
}

/// It recorded one mutable object again and again: its history was three times the last call, its two errors were six.
#[tokio::test]
async fn seed_a_call_that_was_recorded_is_not_changed_by_the_next() {
    let peer = Peer::start(|asked| async move {
        let status = if asked.number == 0 { 200 } else { 500 };
        Some(answer(status, &[], ""))
    })
    .await;
    let client = client(&config());
    let mut history: Vec<Exchange> = Vec::new();
    let mut metrics = NetworkMetrics::new();
    for _ in 0..3 {
        let call = client.exchange(get(&peer.url)).await;
        metrics.record(&call);
        history.push(call);
    }
    let outcomes: Vec<Outcome> = history.iter().map(|call| call.outcome.clone()).collect();
    let told = [200, 500, 500].map(Outcome::Answered);
    assert_eq!(outcomes, told);
    assert_eq!((metrics.count(), metrics.errors()["5xx"]), (3, 2));
    assert!(
        (metrics.error_ratio().unwrap().get() - 2.0 / 3.0).abs() < 1e-9,
        "never above one"
    );
    let took: Duration = history.iter().map(Exchange::service_time).sum();
    let mean = metrics.service().mean().unwrap();
    let difference = mean.abs_diff(took / 3);
    assert!(
        difference <= took / 30,
        "the mean of all three: {mean:?} of {took:?}"
    );
}

/// It sent on a socket that was never connected, and told a throughput of zero.
#[tokio::test]
async fn seed_nothing_is_sent_on_what_is_not_connected() {
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let call = client(&config()).exchange(get(url)).await;
    let failure = call.outcome.failure().unwrap();
    assert_eq!(failure.phase, Phase::Connect, "{failure}");
    assert!(call.connection.is_none() && call.answer.is_none() && call.path.is_none());
    assert_eq!(
        call.timeline.length(Phase::Send),
        None,
        "not measured, which is not zero"
    );
}

/// Its durations came from the wall clock, which steps. The clock that is asked here is the runtime's: when that is put an hour
/// ahead during a call, the call took an hour, whatever stands on the wall.
#[tokio::test]
async fn seed_durations_do_not_come_from_the_wall_clock() {
    const HOUR: Duration = Duration::from_secs(3600);
    let peer = Peer::start(|_| async {
        pause();
        advance(HOUR).await;
        resume();
        Some(answer(200, &[], "late"))
    })
    .await;
    let mut config = config();
    config.timeout = HOUR * 24;
    let call = client(&config).exchange(get(&peer.url)).await;
    assert_answered(&call);
    assert!(length(&call, Phase::Wait) >= HOUR, "{call:?}");
    assert!(
        call.service_time() >= sum(&call),
        "the whole is no less than its phases"
    );
}

/// Its strategy object could be made inside of an event loop only.
#[test]
fn seed_a_client_is_made_where_no_event_loop_runs() {
    let client = client(&config());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let peer = Peer::start(|_| async { Some(answer(200, &[], "")) }).await;
        assert_answered(&client.exchange(get(&peer.url)).await);
    });
}
