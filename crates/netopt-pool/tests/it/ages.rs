//! When a connection is too old to be used.

use std::sync::atomic::Ordering;
use std::time::Duration;

use netopt_core::model::pool::Order;
use netopt_pool::{CloseReason, Config, Origin};
use tokio::time::{Instant, sleep};

use crate::scene::pool;

#[tokio::test(start_paused = true)]
async fn what_the_server_says_about_keeping_is_believed_less_a_margin() {
    let (pool, _) = pool(Config::default());
    for (gap, origin) in [(3_900, Origin::Reused), (4_100, Origin::Opened)] {
        let mut guard = pool.get(&1).await.unwrap();
        guard.expires_within(Duration::from_secs(5));
        drop(guard);
        sleep(Duration::from_millis(gap)).await;
        assert_eq!(pool.get(&1).await.unwrap().origin(), origin, "{gap}");
    }
    assert_eq!(pool.stats().closed(CloseReason::Hint), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lifetime_ends_within_a_tenth_and_not_for_all_at_once() {
    let mut config = Config {
        idle: Duration::from_secs(1_000),
        ..Config::default()
    };
    config.upkeep.lifetime = Some(Duration::from_secs(60));
    config.upkeep.seed = Some(1);
    let (pool, world) = pool(config);
    let begun = Instant::now();
    let mut all = Vec::new();
    for _ in 0..50 {
        all.push(pool.get(&1).await.unwrap());
    }
    drop(all);
    let mut ends = Vec::new();
    while pool.stats().closed(CloseReason::Lifetime) < 50 {
        let before = pool.stats().closed(CloseReason::Lifetime);
        sleep(Duration::from_millis(100)).await;
        // In use, so that it is not for idleness.
        let guard = pool.get(&1).await.unwrap();
        drop(guard);
        if pool.stats().closed(CloseReason::Lifetime) > before {
            ends.push(begun.elapsed());
        }
    }
    assert!(*ends.first().unwrap() >= Duration::from_secs(54));
    // A tenth, what opening them took, and a round of the keeper.
    assert!(*ends.last().unwrap() <= Duration::from_secs(66 + 1 + 5));
    assert!(ends.len() > 2, "spread over time: {ends:?}");
    assert!(world.opened.load(Ordering::SeqCst) > 50);
}

#[tokio::test(start_paused = true)]
async fn idle_connections_close_on_time_though_nobody_asks() {
    let (pool, world) = pool(Config::default());
    let all = [pool.get(&1).await.unwrap(), pool.get(&1).await.unwrap()];
    drop(all);
    sleep(Duration::from_secs(49)).await;
    assert_eq!(world.open.load(Ordering::SeqCst), 2);
    sleep(Duration::from_secs(7)).await;
    assert_eq!(world.open.load(Ordering::SeqCst), 0);
    assert_eq!(pool.stats().closed(CloseReason::Idle), 2);
}

#[tokio::test(start_paused = true)]
async fn after_how_long_servers_close_is_learnt_from_three_that_did() {
    let (pool, world) = pool(Config::default());
    *world.keep_alive.lock().unwrap() = Some(Duration::from_secs(5));
    drop(pool.get(&1).await.unwrap());
    let mut dead = Vec::new();
    for gap in [2, 6, 2, 7, 2, 6, 2, 6, 2, 6] {
        sleep(Duration::from_secs(gap)).await;
        drop(pool.get(&1).await.unwrap());
        dead.push(pool.stats().closed(CloseReason::Dead));
    }
    assert_eq!(dead, [0, 1, 1, 2, 2, 3, 3, 3, 3, 3], "none after the third");
    assert!(pool.stats().closed(CloseReason::Learnt) > 0);
    // Well within the bound they are used as before.
    assert!(pool.stats().reused >= 5);
}

#[tokio::test(start_paused = true)]
async fn the_order_decides_which_idle_connection_is_next() {
    for (order, first) in [(Order::Lifo, 1), (Order::Fifo, 0)] {
        let (pool, _) = pool(Config {
            order,
            ..Config::default()
        });
        let (one, two) = (pool.get(&1).await.unwrap(), pool.get(&1).await.unwrap());
        drop(one);
        drop(two);
        let next = pool.get(&1).await.unwrap();
        assert_eq!(next.number, first, "{order:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn oldest_first_keeps_all_alive_and_newest_first_lets_the_rest_go() {
    for (order, left) in [(Order::Lifo, 1), (Order::Fifo, 4)] {
        let (pool, world) = pool(Config {
            order,
            ..Config::default()
        });
        let mut all = Vec::new();
        for _ in 0..4 {
            all.push(pool.get(&1).await.unwrap());
        }
        drop(all);
        for _ in 0..30 {
            sleep(Duration::from_secs(4)).await;
            drop(pool.get(&1).await.unwrap());
        }
        assert_eq!(world.open.load(Ordering::SeqCst), left, "{order:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn connections_are_kept_ready_ahead_of_the_calls() {
    let mut config = Config::default();
    config.upkeep.min_idle = 3;
    let (pool, world) = pool(config);
    drop(pool.get(&1).await.unwrap());
    sleep(Duration::from_millis(20)).await;
    assert_eq!(pool.stats().idle, 3);
    let all = [
        pool.get(&1).await.unwrap(),
        pool.get(&1).await.unwrap(),
        pool.get(&1).await.unwrap(),
    ];
    assert_eq!(world.opened.load(Ordering::SeqCst), 3);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(pool.stats().idle, 3, "in place of those on loan");
    drop(all);
}
