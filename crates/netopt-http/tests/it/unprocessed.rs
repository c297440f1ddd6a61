//! What a peer of HTTP/2 says that it did not work on is sent again, and nothing else (RFC 9113 §6.8, §8.7).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use netopt_core::change::HttpVersion;
use netopt_core::exchange::Exchange;
use netopt_core::phase::Phase::{Queue, Receive, Wait};
use netopt_http::{Body, Client};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::frames::Act::{self, Close, Send};
use crate::frames::{
    Came, INTERNAL_ERROR, Manner, NO_ERROR, REFUSED_STREAM, answer, framed, go_away, head, reset,
};
use crate::scene::{assert_answered, client, config, get, length, post};

fn speaker() -> Client {
    let mut config = config();
    config.version = HttpVersion::Http2;
    client(&config)
}

/// A server that acts so, and how many requests it saw.
async fn counting(
    act: impl Fn(Came) -> Act + std::marker::Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    counting_with(Manner::plain(), act).await
}

async fn counting_with(
    manner: Manner,
    act: impl Fn(Came) -> Act + std::marker::Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    let url = framed(manner, move |came| {
        count.fetch_add(1, Ordering::Relaxed);
        act(came)
    })
    .await;
    (url, seen)
}

/// Calls of a method that changes something, at the same time.
async fn posts(client: &Client, url: &str, count: usize) -> Vec<Exchange> {
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let (client, request) = (client.clone(), post(url, 1_000));
        calls.spawn(async move { client.exchange(request).await });
    }
    calls.join_all().await
}

#[tokio::test]
async fn a_refused_stream_is_made_again_once() {
    let (url, seen) = counting(|came| {
        Send(match came.request {
            1 => reset(came.stream, REFUSED_STREAM),
            _ => answer(came.stream, b"ok"),
        })
    })
    .await;
    assert_answered(&speaker().exchange(post(&url, 1_000)).await);
    assert_eq!(seen.load(Ordering::Relaxed), 2);

    let (url, seen) = counting(|came| Send(reset(came.stream, REFUSED_STREAM))).await;
    let error = speaker().send(post(&url, 1_000)).await.unwrap_err();
    assert!(error.is_unsent(), "{error}");
    assert_eq!(error.phase(), Wait);
    assert_eq!(seen.load(Ordering::Relaxed), 2, "it is not asked for ever");
}

#[tokio::test]
async fn streams_beyond_the_last_one_of_a_goaway_are_made_again_elsewhere() {
    for reason in [NO_ERROR, INTERNAL_ERROR] {
        let (url, seen) = counting(move |came| {
            Send(match (came.connection, came.request) {
                (1, 1) => Vec::new(),
                (1, 2) => [go_away(1, reason), answer(1, b"first")].concat(),
                _ => answer(came.stream, b"again"),
            })
        })
        .await;
        let client = speaker();
        let calls = posts(&client, &url, 2).await;
        calls.iter().for_each(assert_answered);
        assert_eq!(
            seen.load(Ordering::Relaxed),
            3,
            "two, and one of them again"
        );
        let mut carriers: Vec<u64> = calls
            .iter()
            .map(|call| call.connection.as_ref().unwrap().id)
            .collect();
        carriers.sort_unstable();
        assert_eq!(carriers, [1, 2]);
    }
}

#[tokio::test]
async fn a_peer_that_winds_up_each_connection_is_given_up() {
    let (url, seen) = counting(|_| Send(go_away(0, NO_ERROR))).await;
    let error = speaker().send(post(&url, 1_000)).await.unwrap_err();
    assert!(error.is_unsent(), "{error}");
    assert_eq!(seen.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn what_may_have_been_worked_on_is_not_made_again() {
    let deaths: [fn(Came) -> Act; 4] = [
        |came| Send(reset(came.stream, INTERNAL_ERROR)),
        |_| Close(Vec::new()),
        // It may have worked on all of them, and then it is gone.
        |came| Close(go_away(came.stream, NO_ERROR)),
        |came| Send(reset(came.stream, NO_ERROR)),
    ];
    for (number, death) in deaths.into_iter().enumerate() {
        let (url, seen) = counting(death).await;
        let error = speaker().send(post(&url, 1_000)).await.unwrap_err();
        assert!(!error.is_unsent(), "{number}: {error}");
        assert_eq!(seen.load(Ordering::Relaxed), 1, "{number}: {error}");
    }
}

#[tokio::test]
async fn who_has_begun_to_answer_has_seen_the_request() {
    for end in [
        |stream| reset(stream, REFUSED_STREAM),
        |_| go_away(0, INTERNAL_ERROR),
    ] {
        let begun = move |came: Came| Send([head(came.stream), end(came.stream)].concat());
        let (url, seen) = counting(begun).await;
        let client = speaker();
        let mut reply = client.send(post(&url, 1_000)).await.unwrap();
        let error = reply.chunk().await.unwrap_err();
        assert!(!error.is_unsent(), "{error}");
        assert_eq!(error.phase(), Receive);
        assert_eq!(seen.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn a_stream_of_the_callers_is_not_sent_again_but_told_unsent() {
    let (url, seen) = counting(|came| Send(reset(came.stream, REFUSED_STREAM))).await;
    let body = Body::stream(Full::new(Bytes::from_static(b"once")));
    let request = Request::post(&url).body(body).unwrap();
    let error = speaker().oneshot(request).await.unwrap_err();
    assert!(error.is_unsent(), "{error}");
    assert_eq!(seen.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn calls_beyond_what_a_peer_takes_at_once_wait_in_the_queue() {
    const PAUSE: Duration = Duration::from_millis(20);
    let manner = Manner {
        pause: PAUSE,
        ..Manner::streams(2)
    };
    let (url, seen) = counting_with(manner, |came| Send(answer(came.stream, b"ok"))).await;
    let client = speaker();
    assert_answered(&client.exchange(get(&url)).await);
    let mut calls = posts(&client, &url, 8).await;
    calls.iter().for_each(assert_answered);
    assert_eq!(seen.load(Ordering::Relaxed), 9);
    calls.sort_by_key(|call| length(call, Queue));
    for (place, call) in calls.iter().enumerate() {
        // Two are there at a time, and are served one after the other.
        let before = u32::try_from(place.saturating_sub(1)).unwrap();
        assert!(length(call, Queue) >= PAUSE * before, "{place}: {call:?}");
    }
}

#[tokio::test]
async fn those_who_wait_when_the_connection_is_wound_up_go_elsewhere() {
    let (url, seen) = counting_with(Manner::streams(1), |came| {
        Send(match (came.connection, came.request) {
            (1, 2) => [go_away(came.stream, NO_ERROR), answer(came.stream, b"last")].concat(),
            _ => answer(came.stream, b"ok"),
        })
    })
    .await;
    let client = speaker();
    assert_answered(&client.exchange(get(&url)).await);
    let calls = posts(&client, &url, 5).await;
    calls.iter().for_each(assert_answered);
    assert_eq!(seen.load(Ordering::Relaxed), 6, "each was seen once");
}
