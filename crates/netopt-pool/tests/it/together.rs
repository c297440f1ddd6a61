//! The bound on the connections of all keys.

use std::num::NonZeroU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

use netopt_pool::{CloseReason, Config};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::scene::pool;

fn together(places: u32) -> Config {
    Config {
        total: NonZeroU32::new(places),
        wait: Duration::from_millis(100),
        ..Config::default()
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_of_another_key_makes_room() {
    let (pool, world) = pool(together(2));
    drop(pool.get(&1).await.unwrap());
    drop(pool.get(&2).await.unwrap());
    drop(pool.get(&3).await.unwrap());
    assert_eq!(world.most.load(Ordering::SeqCst), 2);
    assert_eq!(pool.stats().closed(CloseReason::Room), 1);
    assert_eq!(pool.stats().idle, 2);
}

#[tokio::test(start_paused = true)]
async fn a_key_in_line_gets_the_place_of_what_another_gives_back() {
    let (pool, world) = pool(together(1));
    let held = pool.get(&1).await.unwrap();
    assert!(pool.get(&2).await.unwrap_err().is_timeout());
    let other = pool.clone();
    let other = tokio::spawn(async move { other.get(&2).await.map(|guard| guard.port) });
    sleep(Duration::from_millis(10)).await;
    assert_eq!(pool.stats().waiting, 1);
    drop(held);
    assert_eq!(other.await.unwrap().unwrap(), 2);
    assert_eq!(world.most.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn many_keys_share_few_connections_and_nobody_is_forgotten() {
    let (pool, world) = pool(Config {
        wait: Duration::from_secs(60),
        ..together(3)
    });
    let mut tasks = JoinSet::new();
    for number in 0..40_u16 {
        let pool = pool.clone();
        tasks.spawn(async move {
            for turn in 0..10 {
                let guard = pool.get(&((number + turn) % 7)).await.unwrap();
                sleep(Duration::from_millis(3)).await;
                drop(guard);
            }
        });
    }
    tasks.join_all().await;
    assert!(world.most.load(Ordering::SeqCst) <= 3);
    let stats = pool.stats();
    assert_eq!(
        (stats.connected, stats.waiting, stats.connecting),
        (0, 0, 0)
    );
    assert!(stats.idle <= 3);
}
