//! Each test is a defect that the seed's pool had, and what keeps it away.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use netopt_core::change::Switch;
use netopt_pool::{CloseReason, Config, ConnectionState, LOOKS, Origin};
use tokio::time::{Instant, sleep};

use crate::scene::{bounded, pool};

#[tokio::test(start_paused = true)]
async fn seed_asking_for_one_port_never_yields_a_connection_to_another() {
    let (pool, _) = pool(Config::default());
    drop(pool.get(&8080).await.unwrap());
    assert_eq!(pool.get(&8090).await.unwrap().port, 8090);
}

#[tokio::test(start_paused = true)]
async fn seed_counts_never_go_below_zero_and_each_state_is_visible() {
    let (pool, world) = pool(Config::default());
    for _ in 0..5 {
        drop(pool.get(&1).await.unwrap());
    }
    let one = pool.get(&1).await.unwrap();
    let stats = pool.stats();
    assert_eq!(
        (stats.opened, stats.reused, stats.connected, stats.idle),
        (1, 5, 1, 0)
    );
    drop(one);
    assert_eq!(pool.stats().count(ConnectionState::Idle), 1);
    world.refuses.store(true, Ordering::Relaxed);
    pool.get(&2).await.unwrap_err();
    assert_eq!(pool.stats().count(ConnectionState::Error), 1);
    assert_eq!(pool.stats().count(ConnectionState::Connecting), 0);
    pool.close_idle();
    assert_eq!(
        (
            pool.stats().idle,
            pool.stats().count(ConnectionState::Disconnected)
        ),
        (0, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn seed_max_is_max_even_while_connections_are_being_opened() {
    let (pool, world) = pool(bounded(4));
    let mut tasks = tokio::task::JoinSet::new();
    let most = Arc::new(AtomicU32::new(0));
    let now = Arc::new(AtomicU32::new(0));
    for _ in 0..15 {
        let (pool, most, now) = (pool.clone(), Arc::clone(&most), Arc::clone(&now));
        tasks.spawn(async move {
            let guard = pool.get(&1).await.unwrap();
            most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            sleep(Duration::from_millis(5)).await;
            now.fetch_sub(1, Ordering::Relaxed);
            drop(guard);
        });
    }
    tasks.join_all().await;
    assert_eq!(most.load(Ordering::Relaxed), 4);
    assert_eq!(world.opened.load(Ordering::Relaxed), 4);
}

#[tokio::test(start_paused = true)]
async fn seed_a_peer_that_closed_is_noticed_before_use() {
    let (pool, world) = pool(Config::default());
    drop(pool.get(&1).await.unwrap());
    world.peers_closed.store(true, Ordering::Relaxed);
    let fresh = pool.get(&1).await.unwrap();
    assert_eq!((fresh.origin(), fresh.number), (Origin::Opened, 1));
}

#[tokio::test(start_paused = true)]
async fn seed_a_bad_connection_does_not_leak_its_place() {
    let (pool, world) = pool(bounded(1));
    world.refuses.store(true, Ordering::Relaxed);
    for _ in 0..3 {
        assert!(!pool.get(&1).await.unwrap_err().is_timeout());
    }
    world.refuses.store(false, Ordering::Relaxed);
    let mut guard = pool.get(&1).await.unwrap();
    guard.close();
    drop(guard);
    assert_eq!(pool.get(&1).await.unwrap().origin(), Origin::Opened);
    let taken = pool.get(&1).await.unwrap().take();
    assert_eq!(taken.port, 1);
    assert!(
        pool.get(&1).await.is_ok(),
        "a taken connection gave its place back"
    );
}

#[tokio::test(start_paused = true)]
async fn every_opened_connection_is_in_one_state_or_taken() {
    let (pool, _) = pool(Config::default());
    let (idle, mut closed, _held) = (
        pool.get(&1).await.unwrap(),
        pool.get(&1).await.unwrap(),
        pool.get(&1).await.unwrap(),
    );
    drop(idle);
    closed.close();
    drop(closed);
    let taken = [
        pool.get(&1).await.unwrap().take(),
        pool.get(&2).await.unwrap().take(),
    ];
    drop(pool.get(&3).await.unwrap());
    let stats = pool.stats();
    assert_eq!(
        (
            stats.idle,
            stats.connected,
            stats.disconnected,
            stats.taken,
            stats.opened
        ),
        (1, 1, 1, 2, 5)
    );
    assert_eq!(taken.map(|connection| connection.port), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn seed_a_full_pool_waits_as_long_as_it_was_told() {
    let (pool, _) = pool(bounded(1));
    let held = pool.get(&1).await.unwrap();
    let begun = Instant::now();
    let error = pool.get(&1).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(
        error.to_string(),
        "none of 1 pooled connections came free within 100 ms"
    );
    assert_eq!(begun.elapsed(), Duration::from_millis(100));
    assert_eq!(pool.stats().waiting, 0);
    drop(held);
    assert!(pool.get(&1).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn waiting_is_fair_and_a_caller_who_gives_up_leaves_the_queue() {
    let (pool, _) = pool(bounded(1));
    let held = pool.get(&1).await.unwrap();
    let impatient = pool.clone();
    let gone = tokio::spawn(async move { impatient.get(&1).await.map(drop).is_ok() });
    tokio::task::yield_now().await;
    let second = pool.clone();
    let patient = tokio::spawn(async move { second.get(&1).await.map(drop).is_ok() });
    tokio::task::yield_now().await;
    assert_eq!(pool.stats().waiting, 2);
    gone.abort();
    drop(held);
    assert!(patient.await.unwrap());
    assert_eq!((pool.stats().waiting, pool.stats().connected), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn too_long_idle_is_closed_and_reuse_can_be_off() {
    let (aging, _) = pool(Config::default());
    drop(aging.get(&1).await.unwrap());
    sleep(Duration::from_secs(51)).await;
    assert_eq!(aging.get(&1).await.unwrap().origin(), Origin::Opened);

    let (single, world) = pool(Config {
        reuse: Switch::Off,
        ..Config::default()
    });
    for _ in 0..3 {
        drop(single.get(&1).await.unwrap());
    }
    assert_eq!(world.opened.load(Ordering::Relaxed), 3);
    assert_eq!(single.stats().disconnected, 3);
}

#[tokio::test(start_paused = true)]
async fn keys_that_nobody_asks_for_again_are_forgotten_as_others_come() {
    let (pool, _) = pool(Config::default());
    for port in 0..100 {
        drop(pool.get(&port).await.unwrap());
    }
    assert_eq!((pool.stats().idle, pool.stats().keys), (100, 100));
    sleep(Duration::from_secs(57)).await;
    let stats = pool.stats();
    assert_eq!((stats.idle, stats.closed(CloseReason::Idle)), (0, 100));
    let mut keys = 100;
    for port in 100..125 {
        drop(pool.get(&port).await.unwrap());
        let now = pool.stats().keys;
        assert_eq!(now, keys + 1 - LOOKS as u64, "each new key sees to some");
        keys = now;
    }
    assert_eq!(
        (keys, pool.stats().idle, pool.stats().opened),
        (25, 25, 125)
    );
    assert_eq!(pool.get(&100).await.unwrap().origin(), Origin::Reused);
    assert_eq!(pool.get(&99).await.unwrap().origin(), Origin::Opened);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_not_too_old_survives_the_new_keys() {
    let (pool, _) = pool(Config::default());
    for port in 0..500 {
        drop(pool.get(&port).await.unwrap());
    }
    assert_eq!((pool.stats().idle, pool.stats().disconnected), (500, 0));
}

#[tokio::test(start_paused = true)]
async fn more_keys_than_the_pool_keeps_cost_idle_connections_but_none_in_use() {
    const MOST: u64 = 4096;
    let (pool, _) = pool(Config {
        idle: Duration::from_secs(3600),
        ..bounded(1)
    });
    let held = pool.get(&0).await.unwrap();
    for port in 1..5_000 {
        drop(pool.get(&port).await.unwrap());
        if port.is_multiple_of(500) {
            assert!(pool.stats().idle < MOST);
        }
    }
    let stats = pool.stats();
    assert_eq!((stats.idle, stats.connected), (MOST - 1, 1));
    assert_eq!(stats.disconnected, 5_000 - MOST);
    let second = pool.get(&0).await.unwrap_err();
    assert!(second.is_timeout(), "its bound is not forgotten either");
    drop(held);
    assert_eq!(pool.get(&0).await.unwrap().origin(), Origin::Reused);
}

#[tokio::test(start_paused = true)]
async fn the_newest_idle_connection_is_taken_first() {
    let (pool, _) = pool(Config::default());
    let (first, second) = (pool.get(&1).await.unwrap(), pool.get(&1).await.unwrap());
    drop(first);
    drop(second);
    assert_eq!(pool.get(&1).await.unwrap().number, 1);
}
