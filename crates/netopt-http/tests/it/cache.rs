//! The cache against servers: what it spares them, what it must ask them, and what it must not keep.

use std::time::Duration;

use http::{Method, Request, Response};
use netopt_core::change::Switch;
use netopt_core::journey::CacheUse;
use netopt_core::outcome::Outcome;
use netopt_core::unit::Bytes as Size;
use netopt_http::cache::{CacheLayer, Config};
use netopt_http::{Body, Stack};
use netopt_lab::origin::{BodySpec, OriginSpec};
use tokio::sync::mpsc;

use crate::peer::{Asked, Peer, answer};
use crate::scene::{PATIENCE, assert_answered, client, config, get, origin};

fn caching(config_of_cache: Config) -> Stack {
    Stack::new(client(&config())).around(CacheLayer::new(config_of_cache))
}

fn stack() -> Stack {
    caching(Config::default())
}

async fn call(stack: &Stack, request: Request<Body>) -> (Response<()>, String) {
    let (head, body) = stack.send(request).await.unwrap().into_parts();
    let body = body.collect(Size::new(1 << 20)).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    (Response::from_parts(head, ()), text)
}

fn request(method: Method, url: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

async fn text(stack: &Stack, url: &str) -> String {
    call(stack, request(Method::GET, url, &[])).await.1
}

/// Answers each request with these headers and its number.
async fn counting(headers: &'static [(&'static str, &'static str)]) -> Peer {
    Peer::start(move |asked| async move { Some(answer(200, headers, asked.number.to_string())) })
        .await
}

#[tokio::test]
async fn a_fresh_answer_spares_the_origin_and_the_journey_tells() {
    let origin = origin(OriginSpec {
        body: BodySpec {
            cache_control: Some(http::HeaderValue::from_static("max-age=60")),
            ..BodySpec::default()
        },
        ..OriginSpec::default()
    })
    .await;
    let stack = stack();
    for expected in [CacheUse::Miss, CacheUse::Hit, CacheUse::Hit] {
        let exchange = stack.exchange(get(origin.url())).await;
        assert_answered(&exchange);
        assert_eq!(exchange.journey.cache, Some(expected));
    }
    assert_eq!(origin.served().requests, 1);
}

#[tokio::test]
async fn a_stale_answer_is_confirmed_by_a_304_and_its_body_does_not_come_again() {
    let origin = origin(OriginSpec {
        body: BodySpec {
            cache_control: Some(http::HeaderValue::from_static("no-cache")),
            etag: Switch::On,
            ..BodySpec::default()
        },
        ..OriginSpec::default()
    })
    .await;
    let stack = stack();
    let first = text(&stack, &origin.url()).await;
    let exchange = stack.exchange(get(origin.url())).await;
    assert_answered(&exchange);
    assert_eq!(exchange.journey.cache, Some(CacheUse::Revalidated));
    assert!(exchange.is_reused(), "{exchange:?}");
    assert_eq!(text(&stack, &origin.url()).await, first);
    let served = origin.served();
    assert_eq!((served.requests, served.not_modified), (3, 2));
}

#[tokio::test]
async fn what_may_not_be_kept_is_not() {
    for headers in [
        &[("cache-control", "no-store, max-age=60")][..],
        &[("cache-control", "max-age=60"), ("vary", "*")],
        &[("cache-control", "max-age=0")],
        &[],
    ] {
        let peer = counting(headers).await;
        let stack = stack();
        assert_eq!(text(&stack, &peer.url).await, "0");
        assert_eq!(text(&stack, &peer.url).await, "1", "{headers:?}");
    }
    let peer = counting(&[("cache-control", "max-age=60")]).await;
    let stack = stack();
    for header in [("cache-control", "no-store"), ("range", "bytes=0-0")] {
        call(&stack, request(Method::GET, &peer.url, &[header])).await;
    }
    assert_eq!(text(&stack, &peer.url).await, "2");
}

#[tokio::test]
async fn vary_and_users_keep_answers_apart() {
    let peer = counting(&[("cache-control", "max-age=60"), ("vary", "accept-language")]).await;
    let stack = stack();
    let (german, french) = (("accept-language", "de"), ("accept-language", "fr"));
    let (anna, otto) = (("authorization", "anna"), ("authorization", "otto"));
    for (headers, expected) in [
        (vec![german], "0"),
        (vec![french], "1"),
        (vec![german], "0"),
        (vec![german, anna], "2"),
        (vec![german, otto], "3"),
        (vec![german, anna], "2"),
        (vec![], "4"),
    ] {
        let found = call(&stack, request(Method::GET, &peer.url, &headers))
            .await
            .1;
        assert_eq!(found, expected, "{headers:?}");
    }
}

#[tokio::test]
async fn a_change_forgets_its_url_and_the_ones_that_it_names() {
    let peer = Peer::start(|asked: Asked| async move {
        let status = if asked.head.uri.path() == "/failing" {
            500
        } else {
            200
        };
        let headers = if asked.head.method == Method::GET {
            [("cache-control", "max-age=60")]
        } else {
            [("location", "/named")]
        };
        Some(answer(status, &headers, asked.number.to_string()))
    })
    .await;
    let stack = stack();
    let (own, named) = (format!("{}own", peer.url), format!("{}named", peer.url));
    let failing = format!("{}failing", peer.url);
    assert_eq!(
        (&*text(&stack, &own).await, &*text(&stack, &named).await),
        ("0", "1")
    );
    call(&stack, request(Method::OPTIONS, &own, &[])).await;
    call(&stack, request(Method::POST, &failing, &[])).await;
    assert_eq!(
        (&*text(&stack, &own).await, &*text(&stack, &named).await),
        ("0", "1")
    );
    call(&stack, request(Method::DELETE, &own, &[])).await;
    assert_eq!(
        (&*text(&stack, &own).await, &*text(&stack, &named).await),
        ("5", "6")
    );
}

#[tokio::test]
async fn a_head_is_answered_by_what_a_get_brought() {
    let peer = counting(&[("cache-control", "max-age=60")]).await;
    let stack = stack();
    assert_eq!(text(&stack, &peer.url).await, "0");
    let (head, body) = call(&stack, request(Method::HEAD, &peer.url, &[])).await;
    assert_eq!(
        (head.headers()["content-length"].as_bytes(), &*body),
        (&b"1"[..], "")
    );
    assert!(head.headers().contains_key("age"));
    assert_eq!(peer.count(), 1);
}

#[tokio::test]
async fn who_wants_only_what_is_kept_gets_it_or_504() {
    let peer = counting(&[("cache-control", "max-age=60")]).await;
    let stack = stack();
    let only = || {
        request(
            Method::GET,
            &peer.url,
            &[("cache-control", "only-if-cached")],
        )
    };
    assert_eq!(call(&stack, only()).await.0.status(), 504);
    assert_eq!(text(&stack, &peer.url).await, "0");
    assert_eq!(call(&stack, only()).await.1, "0");
    assert_eq!(peer.count(), 1);
}

#[tokio::test]
async fn a_caller_who_has_it_is_answered_304_from_what_is_kept() {
    let peer = counting(&[("cache-control", "max-age=60"), ("etag", "\"a\"")]).await;
    let stack = stack();
    text(&stack, &peer.url).await;
    for (tag, status) in [("\"a\"", 304), ("\"b\"", 200)] {
        let asked = request(Method::GET, &peer.url, &[("if-none-match", tag)]);
        assert_eq!(call(&stack, asked).await.0.status(), status);
    }
    assert_eq!(peer.count(), 1);
}

#[tokio::test]
async fn a_stale_answer_is_given_while_it_is_fetched_anew() {
    const STALE: [(&str, &str); 1] = [("cache-control", "max-age=0, stale-while-revalidate=60")];
    let (noted, mut refreshed) = mpsc::unbounded_channel();
    let peer = Peer::start(move |asked: Asked| {
        let noted = noted.clone();
        async move {
            let headers = [STALE[0], ("etag", "\"a\"")];
            noted
                .send(asked.head.headers.contains_key("if-none-match"))
                .unwrap();
            Some(answer(200, &headers, asked.number.to_string()))
        }
    })
    .await;
    let stack = stack();
    assert_eq!(text(&stack, &peer.url).await, "0");
    assert_eq!(refreshed.recv().await, Some(false));
    let exchange = stack.exchange(get(&peer.url)).await;
    assert_eq!(exchange.journey.cache, Some(CacheUse::Stale));
    assert_eq!(
        refreshed.recv().await,
        Some(true),
        "it was asked behind our back"
    );
    let anew = async {
        while text(&stack, &peer.url).await == "0" {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, anew).await.unwrap();
}

#[tokio::test]
async fn a_kept_answer_stands_in_for_a_server_that_fails_if_it_may() {
    for (stale_if_error, stands_in) in [(Duration::from_secs(60), true), (Duration::ZERO, false)] {
        let peer = Peer::start(|asked: Asked| async move {
            match asked.number {
                0 => Some(answer(
                    200,
                    &[("cache-control", "max-age=0"), ("etag", "\"a\"")],
                    "good",
                )),
                1 => Some(answer(503, &[], "bad")),
                _ => None,
            }
        })
        .await;
        let stack = caching(Config {
            stale_if_error,
            ..Config::default()
        });
        assert_eq!(text(&stack, &peer.url).await, "good");
        for _ in 0..2 {
            let exchange = stack.exchange(get(&peer.url)).await;
            if stands_in {
                assert_eq!(exchange.outcome, Outcome::Answered(200));
                assert_eq!(exchange.journey.cache, Some(CacheUse::StaleOnError));
            } else {
                assert!(!exchange.outcome.is_success(), "{exchange:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_long_or_broken_body_passes_through_and_is_not_kept() {
    const FRESH: [(&str, &str); 1] = [("cache-control", "max-age=60")];
    let peer = Peer::start(|asked: Asked| async move {
        let size = if asked.head.uri.path() == "/long" {
            2000
        } else {
            1000
        };
        Some(answer(200, &FRESH, "x".repeat(size)))
    })
    .await;
    let stack = caching(Config {
        largest: Size::new(1500),
        ..Config::default()
    });
    let long = format!("{}long", peer.url);
    for _ in 0..2 {
        assert_eq!(text(&stack, &long).await.len(), 2000);
        assert_eq!(text(&stack, &peer.url).await.len(), 1000);
    }
    assert_eq!(peer.count(), 3);
    let cut = origin(OriginSpec {
        body: BodySpec {
            cache_control: Some(http::HeaderValue::from_static("max-age=60")),
            ..BodySpec::default()
        },
        failure: netopt_lab::origin::Failure::CloseMidBody(Size::new(500)),
        ..OriginSpec::default()
    })
    .await;
    for _ in 0..2 {
        assert!(!stack.exchange(get(cut.url())).await.outcome.is_success());
    }
    assert_eq!(cut.served().requests, 2);
}

#[tokio::test]
async fn a_304_about_another_answer_is_not_believed() {
    let peer = Peer::start(|asked: Asked| async move {
        Some(match asked.number {
            0 => answer(
                200,
                &[("cache-control", "max-age=0"), ("etag", "\"a\"")],
                "old",
            ),
            1 => answer(304, &[("etag", "\"b\"")], Body::empty()),
            _ => answer(200, &[], "new"),
        })
    })
    .await;
    let stack = stack();
    assert_eq!(text(&stack, &peer.url).await, "old");
    assert_eq!(text(&stack, &peer.url).await, "new");
    assert!(!peer.asked()[2].head.headers.contains_key("if-none-match"));
}
