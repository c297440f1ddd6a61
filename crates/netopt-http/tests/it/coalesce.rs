//! Merged requests as their origin sees them.

use std::time::Duration;

use http::Request;
use netopt_core::unit::Bytes as Size;
use netopt_http::coalesce::{CoalesceLayer, Config};
use netopt_http::{Body, Stack};
use netopt_lab::origin::Protocol;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::peer::{Asked, Peer, answer};
use crate::scene::{assert_answered, client, config, config_for, get, serving};

fn merging() -> Stack {
    Stack::new(client(&config())).around(CoalesceLayer::new(Config::default()))
}

#[tokio::test]
async fn twenty_identical_calls_are_one_request() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let origin = serving(protocol, Duration::from_millis(50)).await;
        let client = client(&config_for(&origin));
        let stack = Stack::new(client).around(CoalesceLayer::new(Config::default()));
        let mut calls = JoinSet::new();
        for _ in 0..20 {
            let (stack, url) = (stack.clone(), origin.url());
            calls.spawn(async move { stack.exchange(get(url)).await });
        }
        let exchanges = calls.join_all().await;
        exchanges.iter().for_each(assert_answered);
        let shared = exchanges
            .iter()
            .filter(|exchange| exchange.journey.shared)
            .count();
        assert_eq!((shared, origin.served().requests), (19, 1));
        // What is answered is answered: the next call is a request of its own.
        let next = stack.exchange(get(origin.url())).await;
        assert!(!next.journey.shared);
        assert_eq!(origin.served().requests, 2);
    }
}

/// Answers when told to, with the value of `Authorization`; says when it was asked.
async fn waiting(gate: &'static Semaphore) -> (Peer, mpsc::UnboundedReceiver<()>) {
    let (noted, asked) = mpsc::unbounded_channel();
    let peer = Peer::start(move |asked: Asked| {
        let noted = noted.clone();
        async move {
            noted.send(()).unwrap();
            gate.acquire().await.unwrap().forget();
            let who = asked.head.headers.get("authorization");
            Some(answer(
                200,
                &[],
                who.map_or_else(String::new, |who| who.to_str().unwrap().to_owned()),
            ))
        }
    })
    .await;
    (peer, asked)
}

fn gate() -> &'static Semaphore {
    Box::leak(Box::new(Semaphore::new(0)))
}

fn asking(url: &str, who: &str) -> Request<Body> {
    Request::get(url)
        .header("authorization", who)
        .body(Body::empty())
        .unwrap()
}

async fn text(stack: &Stack, request: Request<Body>) -> String {
    let body = stack.send(request).await.unwrap().into_body();
    let body = body.collect(Size::new(1 << 20)).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn one_user_never_gets_the_answer_of_the_other() {
    let gate = gate();
    let (peer, _asked) = waiting(gate).await;
    let stack = merging();
    let mut calls = JoinSet::new();
    for number in 0..10 {
        let (stack, who) = (stack.clone(), ["anna", "otto"][number % 2]);
        let request = asking(&peer.url, who);
        calls.spawn(async move { (text(&stack, request).await, who) });
    }
    gate.add_permits(10);
    for (got, who) in calls.join_all().await {
        assert_eq!(got, who);
    }
}

#[tokio::test]
async fn who_began_may_go_and_the_others_get_their_answer() {
    let gate = gate();
    let (peer, mut asked) = waiting(gate).await;
    let stack = merging();
    let spawned = |who| {
        let (stack, request) = (stack.clone(), asking(&peer.url, who));
        tokio::spawn(async move { text(&stack, request).await })
    };
    let first = spawned("anna");
    asked.recv().await.unwrap();
    let second = spawned("anna");
    // It has joined before the first goes: both run on this thread, in this order.
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    gate.add_permits(1);
    assert_eq!(second.await.unwrap(), "anna");
    assert_eq!(peer.count(), 1);
}

#[tokio::test]
async fn an_error_is_everybody_s_and_the_next_call_tries_again() {
    let peer = Peer::start(|asked: Asked| async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        (asked.number > 0).then(|| answer(200, &[], "good"))
    })
    .await;
    let stack = merging();
    let mut calls = JoinSet::new();
    for _ in 0..5 {
        let (stack, url) = (stack.clone(), peer.url.clone());
        calls.spawn(async move { stack.exchange(get(url)).await });
    }
    for exchange in calls.join_all().await {
        let failure = exchange.outcome.failure().expect("it was answered");
        assert!(
            failure.message.contains("closed without an answer"),
            "{failure}"
        );
    }
    assert_eq!(peer.count(), 1);
    assert_answered(&stack.exchange(get(&peer.url)).await);
}
