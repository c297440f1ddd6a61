//! Redirects over real connections: followed, bounded, and never a leak of what is for one origin only.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, header};
use netopt_core::outcome::{FailureKind, Outcome, Side};
use netopt_core::phase::Phase;
use netopt_core::unit::Bytes as Size;
use netopt_http::{Body, FinalUri, RedirectLayer, Redirects, Stack};

use crate::scene::{assert_failed, client, config, get, http1, replying};

fn following(most: u32) -> Stack {
    let redirects = Redirects {
        most,
        within: Some(Duration::from_secs(20)),
        ..Redirects::default()
    };
    Stack::new(client(&config())).around(RedirectLayer::new(redirects))
}

fn path(head: &str) -> &str {
    head.split(' ').nth(1).unwrap()
}

fn to(place: &str) -> String {
    format!("location: {place}\r\n")
}

/// `/5` leads to `/4` and so on; `/0` is there. `/loop` leads back to itself by two steps.
async fn chain() -> String {
    replying(|head| match path(head) {
        "/0" => http1(200, "", "there"),
        "/loop" => http1(302, &to("/loop2"), "moved"),
        "/loop2" => http1(302, &to("/loop"), "moved"),
        "/nowhere" => http1(302, "", "no place"),
        "/file" => http1(302, &to("ftp://a.test/file"), "elsewhere"),
        other => {
            let left: u32 = other[1..].parse().unwrap();
            http1(302, &to(&(left - 1).to_string()), "moved")
        }
    })
    .await
}

#[tokio::test]
async fn a_chain_is_followed_on_one_connection_and_told() {
    let url = chain().await;
    let stack = following(10);
    for count in [0, 1, 10] {
        let exchange = stack.exchange(get(format!("{url}{count}"))).await;
        assert_eq!(exchange.outcome, Outcome::Answered(200));
        assert_eq!(exchange.journey.redirects, count);
        assert_eq!(exchange.journey.moved, 0);
        assert_eq!(exchange.journey.redirected.is_zero(), count == 0);
        assert!(exchange.journey.redirected < exchange.service_time());
        let from = exchange.answer.unwrap().came_from;
        assert_eq!(from, (count > 0).then(|| format!("{url}0")));
    }
    let response = stack
        .send(get(format!("{url}3")).map(Body::from))
        .await
        .unwrap();
    let last: &FinalUri = response.extensions().get().unwrap();
    assert_eq!(last.0.to_string(), format!("{url}0"));
    let body = response.into_body().collect(Size::new(9)).await.unwrap();
    assert_eq!(body, "there");
    assert_eq!(stack.pool_stats().opened, 1);
}

#[tokio::test]
async fn a_chain_that_is_too_long_and_a_loop_end_with_where_they_were() {
    let url = chain().await;
    for (path, redirects, told) in [
        (
            "11",
            10,
            format!("redirect 11 leads to {url}0, and at most 10 are followed"),
        ),
        (
            "loop",
            1,
            format!("redirect 2 leads back to {url}loop: a loop"),
        ),
    ] {
        let exchange = following(10).exchange(get(format!("{url}{path}"))).await;
        assert_failed(&exchange, FailureKind::Redirects, Phase::Receive);
        let failure = exchange.outcome.failure().unwrap();
        assert_eq!(failure.message, told);
        assert_eq!(failure.side(), Some(Side::Peer));
        assert_eq!(exchange.journey.redirects, redirects);
    }
}

#[tokio::test]
async fn what_cannot_be_followed_is_handed_on() {
    let url = chain().await;
    for (path, most) in [("nowhere", 10), ("file", 10), ("1", 0)] {
        let exchange = following(most).exchange(get(format!("{url}{path}"))).await;
        assert_eq!(exchange.outcome, Outcome::Answered(302), "{path}");
        assert_eq!(exchange.journey.redirects, 0);
    }
}

#[tokio::test]
async fn credentials_stay_with_their_origin() {
    let heads: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&heads);
    let other = replying(move |head| {
        kept.lock().unwrap().push(head.to_owned());
        http1(200, "", "there")
    })
    .await;
    let kept = Arc::clone(&heads);
    let url = replying(move |head| {
        kept.lock().unwrap().push(head.to_owned());
        match path(head) {
            "/" => http1(302, &to("/next"), ""),
            _ => http1(302, &to(&other), ""),
        }
    })
    .await;
    let request = Request::get(&url)
        .header(header::AUTHORIZATION, "Bearer secret")
        .header(header::COOKIE, "id=secret")
        .header(header::ACCEPT, "text/plain");
    let response = following(10)
        .send(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let heads = heads.lock().unwrap();
    let secrets: Vec<_> = heads
        .iter()
        .map(|head| head.matches("secret").count())
        .collect();
    assert_eq!(secrets, [2, 2, 0]);
    assert!(heads.iter().all(|head| head.contains("text/plain")));
}

#[tokio::test]
async fn a_post_becomes_a_get_or_is_sent_again_with_its_body() {
    for (status, method) in [(302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")] {
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&heads);
        let url = crate::scene::scripted(move |mut stream| {
            let kept = Arc::clone(&kept);
            async move {
                use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
                while let Some(head) = crate::scene::head_of(&mut stream).await {
                    let has_body = head.contains("content-length: 4");
                    let mut body = [0; 4];
                    if has_body {
                        stream.read_exact(&mut body).await.unwrap();
                    }
                    let answer = match path(&head) {
                        "/" => http1(status, &to("/next"), ""),
                        _ => http1(200, "", "there"),
                    };
                    kept.lock()
                        .unwrap()
                        .push(format!("{head}{}", String::from_utf8_lossy(&body)));
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        })
        .await;
        let request = Request::post(&url).header(header::CONTENT_TYPE, "text/plain");
        let request = request.body(Body::from("data")).unwrap();
        let response = following(10).send(request).await.unwrap();
        assert_eq!(response.status(), 200, "{status}");
        let heads = heads.lock().unwrap();
        assert!(heads[1].starts_with(method), "{status}: {heads:?}");
        let goes_along = method == "POST";
        assert_eq!(heads[1].ends_with("data"), goes_along);
        assert_eq!(heads[1].contains("text/plain"), goes_along);
    }
}

#[tokio::test]
async fn what_has_moved_for_good_is_told_apart_and_no_query_is_quoted() {
    let url = replying(|head| match path(head) {
        "/old" => http1(301, &to("/older"), "moved"),
        "/older" => http1(308, &to("/now?"), "moved"),
        "/now?" => http1(307, &to("/new?token=secret"), "for now"),
        _ => http1(200, "", "there"),
    })
    .await;
    let exchange = following(10).exchange(get(format!("{url}old"))).await;
    assert_eq!((exchange.journey.redirects, exchange.journey.moved), (3, 2));
    let from = exchange.answer.unwrap().came_from;
    assert_eq!(from, Some(format!("{url}new?…")));
}
