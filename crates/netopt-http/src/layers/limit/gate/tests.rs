//! The places of a limit before a server on virtual time: where limits settle, who gets a place, and what a smaller limit does.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use super::*;
use crate::layers::limit::{Aimd, Gradient2};
use tokio::task::JoinSet;

/// A server on virtual time: so many workers, a queue of bounded length, and a fixed time for each call.
struct Server {
    workers: Semaphore,
    room: Semaphore,
    time: Duration,
}

impl Server {
    fn new(workers: usize, queue: usize) -> Arc<Self> {
        Arc::new(Self {
            workers: Semaphore::new(workers),
            room: Semaphore::new(workers + queue),
            time: Duration::from_millis(10),
        })
    }

    async fn serve(&self) -> Went {
        let Ok(room) = self.room.try_acquire() else {
            tokio::time::sleep(Duration::from_millis(1)).await;
            return Went::Dropped;
        };
        let worker = self.workers.acquire().await.unwrap();
        tokio::time::sleep(self.time).await;
        drop((worker, room));
        Went::Well
    }
}

/// So many callers, one call after the other for so long; how many calls went well, and the limit in the end.
async fn load(
    gate: &Arc<Gate>,
    server: &Arc<Server>,
    callers: usize,
    time: Duration,
) -> (usize, u32) {
    let until = Instant::now() + time;
    let mut calls = JoinSet::new();
    for _ in 0..callers {
        let (gate, server) = (Arc::clone(gate), Arc::clone(server));
        calls.spawn(async move {
            let mut good = 0;
            while Instant::now() < until {
                let Ok(place) = gate.enter(until).await else {
                    break;
                };
                let went = server.serve().await;
                place.learn(went);
                good += usize::from(went == Went::Well);
            }
            good
        });
    }
    let good = calls.join_all().await.into_iter().sum();
    (good, gate.limit().0)
}

/// What the workers can do in that time.
fn capacity(workers: usize, time: Duration) -> usize {
    workers * usize::try_from(time.as_millis() / 10).unwrap()
}

/// Whether a future is done when it is looked at once.
async fn is_done<F: Future>(future: &mut Pin<Box<F>>) -> bool {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await
}

#[tokio::test(start_paused = true)]
async fn gradient2_settles_near_the_knee() {
    for workers in [4, 16, 64] {
        let gate = Arc::new(Gate::new(
            InFlight::Gradient2(Gradient2::default()),
            Gauges::new(),
        ));
        let server = Server::new(workers, usize::MAX >> 8);
        // What a call takes is learnt while there is room.
        load(&gate, &server, 2, Duration::from_secs(1)).await;
        let time = Duration::from_secs(3);
        let (good, limit) = load(&gate, &server, 400, time).await;
        let share = good * 100 / capacity(workers, time);
        assert!(share >= 85, "{workers} workers did {share} % of their work");
        let knee = u32::try_from(workers).unwrap();
        // What may queue is four calls, and half a latency.
        assert!(
            (knee..=knee * 3 + 16).contains(&limit),
            "{limit} for {workers} workers"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn aimd_settles_where_calls_are_turned_away() {
    let gate = Arc::new(Gate::new(InFlight::Aimd(Aimd::default()), Gauges::new()));
    let server = Server::new(8, 8);
    let time = Duration::from_secs(10);
    let (good, limit) = load(&gate, &server, 100, time).await;
    assert!(good * 100 / capacity(8, time) >= 95, "{good}");
    assert!((14..=18).contains(&limit), "{limit}");
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_shrinks_takes_its_places_back() {
    let gate = Arc::new(Gate::new(InFlight::Aimd(Aimd::default()), Gauges::new()));
    let start = Instant::now();
    let mut places = Vec::new();
    for _ in 0..20 {
        places.push(gate.enter(start).await.unwrap());
    }
    assert_eq!(gate.enter(start).await.unwrap_err(), NoPlace::Late);
    for place in &places {
        place.learn(Went::Dropped);
    }
    assert_eq!(gate.limit().0, 18);
    places.truncate(18);
    assert_eq!(gate.enter(start).await.unwrap_err(), NoPlace::Late);
    places.truncate(17);
    places.push(gate.enter(start).await.unwrap());
    assert_eq!(gate.book().in_flight, 18);
}

#[tokio::test(start_paused = true)]
async fn places_go_in_order_of_asking_and_not_to_who_has_left() {
    let one = InFlight::Fixed(NonZeroU32::MIN);
    let gate = Arc::new(Gate::new(one, Gauges::new()));
    let by = Instant::now() + Duration::from_secs(1);
    let first = gate.enter(by).await.unwrap();
    let mut second = Box::pin(gate.enter(by));
    let mut third = Box::pin(gate.enter(by));
    assert!(!is_done(&mut second).await);
    assert!(!is_done(&mut third).await);
    drop(first);
    assert!(!is_done(&mut third).await);
    drop(second);
    assert!(is_done(&mut third).await);
    assert_eq!(gate.waiting.load(Ordering::Relaxed), 0);
}
