//! What can be done to a pool besides borrowing.

use std::num::NonZeroU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

use netopt_core::model::pool::replay::Habits;
use netopt_core::unit::Ratio;
use netopt_pool::{Advice, CloseReason, Config};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::scene::{OPENING, bounded, pool};

#[tokio::test(start_paused = true)]
async fn a_pool_that_was_warmed_answers_at_once() {
    let (pool, world) = pool(bounded(3));
    pool.warm(&1, 5);
    sleep(OPENING).await;
    sleep(OPENING).await;
    assert_eq!(pool.stats().idle, 3, "as many as there is room for");
    let begun = Instant::now();
    let all = [pool.get(&1).await.unwrap(), pool.get(&1).await.unwrap()];
    assert_eq!(begun.elapsed(), Duration::ZERO);
    drop(all);
    assert_eq!(world.opened.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_is_made_smaller_closes_what_is_too_much_and_a_larger_one_serves_who_waits() {
    let (pool, world) = pool(bounded(4));
    let mut all = Vec::new();
    for _ in 0..4 {
        all.push(pool.get(&1).await.unwrap());
    }
    drop(all.pop());
    pool.resize(&1, NonZeroU32::new(2).unwrap());
    assert_eq!(world.open.load(Ordering::SeqCst), 3, "the idle one at once");
    drop(all.pop());
    assert_eq!(world.open.load(Ordering::SeqCst), 2, "the next as it comes");
    assert_eq!(pool.stats().closed(CloseReason::Room), 2);
    let third = pool.clone();
    let third = tokio::spawn(async move { third.get(&1).await.map(drop) });
    sleep(Duration::from_millis(1)).await;
    assert_eq!(pool.stats().waiting, 1);
    pool.resize(&1, NonZeroU32::new(3).unwrap());
    third.await.unwrap().unwrap();
    drop(all);
    assert_eq!(pool.stats().idle, 3);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_adopted_serves_who_waits_or_lies_idle() {
    let (pool, _) = pool(bounded(1));
    let stray = pool.get(&1).await.unwrap().take();
    let number = stray.number;
    assert!(pool.adopt(&1, stray).is_ok());
    assert_eq!(pool.stats().idle, 1);
    let guard = pool.get(&1).await.unwrap();
    assert_eq!(guard.number, number);
    let other = pool.get(&2).await.unwrap().take();
    assert!(pool.adopt(&1, other).is_err(), "there is no place for it");
    pool.close();
    assert!(pool.adopt(&1, guard.take()).is_err(), "nor here");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_retained_is_closed() {
    let (pool, _) = pool(Config::default());
    let (one, two) = (pool.get(&1).await.unwrap(), pool.get(&1).await.unwrap());
    drop(one);
    sleep(Duration::from_secs(10)).await;
    drop(two);
    pool.retain(|_, idle| idle < Duration::from_secs(5));
    assert_eq!(pool.stats().idle, 1);
    assert_eq!(pool.get(&1).await.unwrap().number, 1);
    pool.retain(|connection, _| connection.port != 1);
    assert_eq!(pool.stats().closed(CloseReason::Cleared), 2);
}

#[tokio::test(start_paused = true)]
async fn a_closed_pool_lends_nothing_and_keeps_nothing() {
    let (pool, world) = pool(bounded(1));
    let held = pool.get(&1).await.unwrap();
    drop(pool.get(&2).await.unwrap());
    let waiting = pool.clone();
    let waiting = tokio::spawn(async move { waiting.get(&1).await.map(drop) });
    sleep(Duration::from_millis(1)).await;
    pool.close();
    assert!(waiting.await.unwrap().unwrap_err().is_closed());
    for key in [1, 2, 3] {
        let error = pool.get(&key).await.unwrap_err();
        assert_eq!(
            (error.is_closed(), error.to_string().as_str()),
            (true, "the pool is closed")
        );
    }
    assert_eq!(world.open.load(Ordering::SeqCst), 1);
    drop(held);
    assert_eq!(world.open.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_is_dropped_closes_its_connections_and_lets_guards_live() {
    let (pool, world) = pool(Config::default());
    let held = pool.get(&1).await.unwrap();
    drop(pool.get(&1).await.unwrap());
    drop(pool);
    assert_eq!((world.open.load(Ordering::SeqCst), held.number), (1, 0));
    drop(held);
    assert_eq!(world.open.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn the_trace_of_a_pool_says_how_large_it_should_be() {
    let (pool, _) = pool(Config {
        per_key: NonZeroU32::new(1),
        ..Config::default()
    });
    drop(pool.get(&1).await.unwrap());
    pool.begin_trace(&1);
    for _ in 0..20 {
        let mut calls = JoinSet::new();
        for _ in 0..3 {
            let pool = pool.clone();
            calls.spawn(async move {
                let _guard = pool.get(&1).await.unwrap();
                sleep(Duration::from_millis(100)).await;
            });
        }
        calls.join_all().await;
        sleep(Duration::from_millis(200)).await;
    }
    let trace = pool.end_trace(&1).unwrap();
    assert_eq!(trace.calls().len(), 60);
    assert_eq!(trace.mean_hold(), Duration::from_millis(100));
    let target = (Ratio::new(0.99).unwrap(), Duration::from_millis(1));
    let advice = Advice::of(&trace, NonZeroU32::new(1), &Habits::default(), target);
    assert_eq!(advice.size.get(), 3);
    // What it predicts for today is what was measured.
    assert_eq!(advice.now.longest_wait(), Duration::from_millis(200));
    let longest = pool.waits().max().unwrap();
    assert!(longest >= Duration::from_millis(100) && longest <= Duration::from_millis(200));
    assert_eq!(pool.holds().max(), Some(Duration::from_millis(100)));
}
