//! Flights with a body that the test feeds piece by piece.

use std::sync::Mutex;

use bytes::Bytes as Piece;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::channel::Sender;
use http_body_util::{BodyExt, Channel};
use tokio::sync::mpsc;
use tower::{Layer as _, Service, ServiceExt as _, service_fn};

use super::*;
use crate::error::Error;

const WINDOW: u64 = 100;

type Feeds = mpsc::UnboundedReceiver<Sender<Piece, Error>>;

fn config(callers: usize) -> Config {
    Config {
        window: Bytes::new(WINDOW),
        callers,
    }
}

type Answer = std::future::Ready<Result<Response<Body>, Error>>;

/// Answers at once, with a body that comes from the test.
fn fed() -> (
    impl Service<Request<Body>, Response = Response<Body>, Error = Error, Future = Answer> + Clone,
    Feeds,
) {
    let (feeds, asked) = mpsc::unbounded_channel();
    let service = service_fn(move |_: Request<Body>| {
        let (feed, body) = Channel::new(1);
        feeds.send(feed).unwrap();
        std::future::ready(Ok(Response::new(Body::stream(body))))
    });
    (service, asked)
}

fn request() -> Request<Body> {
    Request::get("http://a/").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn pieces_and_trailers_reach_everybody() {
    let (service, mut feeds) = fed();
    let service = CoalesceLayer::new(config(9)).layer(service);
    let (one, two) = tokio::join!(
        service.clone().oneshot(request()),
        service.oneshot(request())
    );
    let bodies = [one.unwrap().into_body(), two.unwrap().into_body()];
    let mut feed = feeds.recv().await.unwrap();
    let feeding = async move {
        for piece in ["one ", "two"] {
            feed.send_data(Piece::from_static(piece.as_bytes()))
                .await
                .unwrap();
        }
        let mut trailers = HeaderMap::new();
        trailers.insert("x-sum", HeaderValue::from_static("2"));
        feed.send_trailers(trailers).await.unwrap();
    };
    let reading = bodies.map(BodyExt::collect);
    let ((), all) = tokio::join!(feeding, futures_util::future::join_all(reading));
    for collected in all {
        let collected = collected.unwrap();
        assert_eq!(collected.trailers().unwrap()["x-sum"], "2");
        assert_eq!(collected.to_bytes(), "one two");
    }
    assert!(feeds.try_recv().is_err(), "there was one request");
}

#[tokio::test]
async fn a_reader_that_stands_still_is_cut_and_holds_nobody_up() {
    let (service, mut feeds) = fed();
    let service = CoalesceLayer::new(config(9)).layer(service);
    let (fast, slow) = tokio::join!(
        service.clone().oneshot(request()),
        service.oneshot(request())
    );
    let (mut fast, mut slow) = (fast.unwrap().into_body(), slow.unwrap().into_body());
    let mut feed = feeds.recv().await.unwrap();
    for _ in 0..4 {
        feed.send_data(Piece::from(vec![0; 40])).await.unwrap();
        let piece = fast.frame().await.unwrap().unwrap();
        assert_eq!(piece.data_ref().unwrap().len(), 40);
    }
    let error = slow.frame().await.unwrap().unwrap_err();
    assert!(
        error.to_string().contains("more than 100 B behind"),
        "{error}"
    );
    assert!(slow.frame().await.is_none());
    drop(feed);
    assert!(fast.frame().await.is_none());
}

#[tokio::test]
async fn nobody_reads_ahead_of_the_fastest() {
    let (service, mut feeds) = fed();
    let service = CoalesceLayer::new(config(9)).layer(service);
    let mut body = service.oneshot(request()).await.unwrap().into_body();
    let mut feed = feeds.recv().await.unwrap();
    // One piece in the flight, one in the channel; the third has to wait for a reader.
    for _ in 0..2 {
        feed.send_data(Piece::from_static(b"x")).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert!(
        feed.send_data(Piece::from_static(b"x"))
            .now_or_never()
            .is_none()
    );
    body.frame().await.unwrap().unwrap();
    tokio::task::yield_now().await;
    feed.send_data(Piece::from_static(b"x")).await.unwrap();
}

#[tokio::test]
async fn the_request_ends_with_its_last_caller() {
    struct Alive(Arc<Mutex<bool>>);
    impl Drop for Alive {
        fn drop(&mut self) {
            *self.0.lock().unwrap() = false;
        }
    }
    let alive = Arc::new(Mutex::new(true));
    let held = Alive(Arc::clone(&alive));
    let held = Arc::new(Mutex::new(Some(held)));
    let service = service_fn(move |_: Request<Body>| {
        let held = held.lock().unwrap().take();
        async move {
            let _held = held;
            std::future::pending::<Result<Response<Body>, Error>>().await
        }
    });
    let layer = CoalesceLayer::new(config(9));
    let service = layer.layer(service);
    let mut one = Box::pin(service.clone().oneshot(request()));
    let mut two = Box::pin(service.oneshot(request()));
    assert!(futures_util::poll!(&mut one).is_pending());
    assert!(futures_util::poll!(&mut two).is_pending());
    tokio::task::yield_now().await;
    drop(one);
    tokio::task::yield_now().await;
    assert!(*alive.lock().unwrap());
    drop(two);
    tokio::task::yield_now().await;
    assert!(!*alive.lock().unwrap());
    assert!(layer.flights.open().is_empty());
}

#[tokio::test]
async fn one_more_than_may_share_goes_alone() {
    let (service, mut feeds) = fed();
    let service = CoalesceLayer::new(config(2)).layer(service);
    let calls = (0..5).map(|_| service.clone().oneshot(request()));
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok));
    let mut requests = 0;
    while feeds.try_recv().is_ok() {
        requests += 1;
    }
    assert_eq!(requests, 4, "one of two callers, and three alone");
}

#[tokio::test]
async fn a_call_that_ends_by_a_panic_leaves_nobody_waiting() {
    let service = service_fn(|_: Request<Body>| async {
        tokio::task::yield_now().await;
        panic!("planted");
        #[expect(unreachable_code, reason = "it tells the type")]
        Ok(Response::new(Body::empty()))
    });
    let service = CoalesceLayer::new(config(9)).layer(service);
    let error = service.oneshot(request()).await.unwrap_err();
    assert!(error.to_string().contains("ended without one"), "{error}");
}

#[tokio::test]
async fn what_is_in_flight_is_not_told_by_debug() {
    let (service, _feeds) = fed();
    let layer = CoalesceLayer::new(config(9));
    let service = layer.layer(service);
    let mut secret = request();
    secret
        .headers_mut()
        .insert("authorization", HeaderValue::from_static("Bearer hush"));
    let mut call = Box::pin(service.oneshot(secret));
    assert!(futures_util::poll!(&mut call).is_pending());
    let told = format!("{layer:?}");
    assert!(
        told.contains("Flights(1)") && !told.contains("hush"),
        "{told}"
    );
}
