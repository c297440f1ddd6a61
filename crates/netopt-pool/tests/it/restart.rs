//! A server restarts: every idle connection is dead at once.

use std::sync::atomic::Ordering;

use netopt_pool::{CloseReason, Config, Origin};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::scene::{OPENING, bounded, pool};

#[tokio::test(start_paused = true)]
async fn one_round_of_connects_is_enough_and_no_caller_fails() {
    for config in [Config::default(), bounded(50)] {
        let (pool, world) = pool(config);
        let mut all = Vec::new();
        for _ in 0..50 {
            all.push(pool.get(&1).await.unwrap());
        }
        drop(all);
        world.restarted_at.store(50, Ordering::SeqCst);
        let begun = Instant::now();
        let mut callers = JoinSet::new();
        for _ in 0..50 {
            let pool = pool.clone();
            callers.spawn(async move {
                let guard = pool.get(&1).await.unwrap();
                assert!(guard.number >= 50, "{} is of before", guard.number);
                (guard.origin(), guard)
            });
        }
        let lent = callers.join_all().await;
        assert_eq!(begun.elapsed(), OPENING);
        assert!(lent.iter().all(|(origin, _)| *origin == Origin::Opened));
        assert_eq!(world.opened.load(Ordering::SeqCst), 100);
        assert_eq!(pool.stats().closed(CloseReason::Dead), 50);
        drop(lent);
        assert_eq!(pool.stats().idle, 50);
    }
}
