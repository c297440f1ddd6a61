//! Who waits, who gives up, and how long each step may take.

use std::sync::atomic::Ordering;
use std::time::Duration;

use netopt_pool::{CloseReason, Config, Phase};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::scene::{OPENING, bounded, pool};

#[tokio::test(start_paused = true)]
async fn a_caller_who_gives_up_does_not_waste_the_handshake() {
    let (pool, world) = pool(bounded(1));
    let impatient = pool.clone();
    let gone = tokio::spawn(async move { impatient.get(&1).await.map(drop).is_ok() });
    sleep(OPENING / 2).await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    assert_eq!(pool.stats().connecting, 1);
    let begun = Instant::now();
    let guard = pool.get(&1).await.unwrap();
    assert_eq!(begun.elapsed(), OPENING / 2, "the next caller has it");
    assert_eq!((guard.number, world.opened.load(Ordering::SeqCst)), (0, 1));
    drop(guard);
    let stats = pool.stats();
    assert_eq!((stats.idle, stats.opened, stats.connecting), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_caller_for_whom_a_connection_is_opened_takes_one_that_comes_back_earlier() {
    let (pool, world) = pool(Config::default());
    let first = pool.get(&1).await.unwrap();
    let second = pool.clone();
    let begun = Instant::now();
    let second = tokio::spawn(async move { second.get(&1).await.unwrap().number });
    sleep(Duration::from_millis(2)).await;
    drop(first);
    assert_eq!(second.await.unwrap(), 0);
    assert_eq!(begun.elapsed(), Duration::from_millis(2));
    sleep(OPENING).await;
    assert_eq!(world.opened.load(Ordering::SeqCst), 2);
    assert_eq!(pool.stats().idle, 2, "the other one lies ready");
}

#[tokio::test(start_paused = true)]
async fn a_watched_opening_ends_with_its_caller() {
    let (pool, _) = pool(bounded(1));
    let watched = pool.clone();
    let gone = tokio::spawn(async move {
        let open = async |_: &_| std::future::pending().await;
        watched.get_with(&1, open).await.map(drop).is_ok()
    });
    yield_now().await;
    assert_eq!(pool.stats().connecting, 1);
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    assert_eq!(pool.stats().connecting, 0);
    assert!(pool.get(&1).await.is_ok(), "its place came free");
}

#[tokio::test(start_paused = true)]
async fn each_step_has_its_bound_and_its_name() {
    let (waits, opens, short) = (
        Duration::from_millis(100),
        Duration::from_millis(5),
        Duration::from_millis(7),
    );
    let mut config = bounded(1);
    config.phases.create = Some(opens);
    let (creates, _) = pool(config);
    let begun = Instant::now();
    let error = creates.get(&1).await.unwrap_err();
    assert_eq!((begun.elapsed(), error.phase()), (opens, Phase::Create));
    assert!(error.is_timeout());
    assert_eq!(
        error.to_string(),
        "opening a connection took longer than 5.00 ms"
    );

    let mut config = bounded(1);
    config.phases.whole = Some(short);
    let (whole, _) = pool(config);
    let error = whole.get(&1).await.unwrap_err();
    assert_eq!(error.phase(), Phase::Create);
    let error = whole.get_with(&2, async |_| std::future::pending().await);
    let begun = Instant::now();
    assert_eq!(error.await.unwrap_err().phase(), Phase::Create);
    assert_eq!(begun.elapsed(), short);
    sleep(OPENING).await;
    let held = whole.get(&1).await.unwrap();
    let error = whole.get(&1).await.unwrap_err();
    assert_eq!(error.phase(), Phase::Wait);
    drop(held);

    let (full, _) = pool(bounded(1));
    let _held = full.get(&1).await.unwrap();
    let begun = Instant::now();
    let error = full.get(&1).await.unwrap_err();
    assert_eq!((begun.elapsed(), error.phase()), (waits, Phase::Wait));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_say_whether_it_lives_is_given_up() {
    let mut config = bounded(1);
    config.phases.recycle = Some(Duration::from_millis(3));
    let (pool, world) = pool(config);
    drop(pool.get(&1).await.unwrap());
    world.hangs.store(true, Ordering::SeqCst);
    let begun = Instant::now();
    assert_eq!(pool.get(&1).await.unwrap().number, 1);
    assert_eq!(begun.elapsed(), Duration::from_millis(3) + OPENING);
    assert_eq!(pool.stats().closed(CloseReason::Dead), 1);
}

#[tokio::test(start_paused = true)]
async fn a_manager_that_panics_fails_its_caller_and_nobody_else() {
    let (pool, world) = pool(bounded(1));
    world.panics.store(true, Ordering::SeqCst);
    let error = pool.get(&1).await.unwrap_err();
    assert_eq!((error.phase(), error.is_timeout()), (Phase::Create, false));
    world.panics.store(false, Ordering::SeqCst);
    assert!(pool.get(&1).await.is_ok());
    assert_eq!((pool.stats().connecting, pool.stats().waiting), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_served_in_order_however_long_the_line() {
    let (pool, world) = pool(bounded(2));
    let held = [pool.get(&1).await.unwrap(), pool.get(&1).await.unwrap()];
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    for number in 0..50 {
        let (pool, tell) = (pool.clone(), tell.clone());
        tokio::spawn(async move {
            let guard = pool.get(&1).await.unwrap();
            tell.send(number).unwrap();
            sleep(Duration::from_millis(1)).await;
            drop(guard);
        });
        yield_now().await;
    }
    assert_eq!(pool.stats().waiting, 50);
    drop(held);
    for number in 0..50 {
        assert_eq!(told.recv().await, Some(number));
    }
    assert_eq!(world.opened.load(Ordering::SeqCst), 2);
    assert_eq!(pool.stats().waited, 50);
}
