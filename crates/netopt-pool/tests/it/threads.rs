//! Many threads, many keys and real time: no connection is lent twice, none is lost, and nothing grows without bound.

use std::convert::Infallible;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleResult};
use netopt_core::model::pool::Order;
use netopt_pool::{Config, Pool, Stats};
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;

/// Opens connections that notice when two have them.
struct Maker(Arc<Counts>);

#[derive(Default)]
struct Counts {
    opened: AtomicU32,
    open: AtomicU32,
    most: AtomicU32,
}

struct Single {
    users: AtomicU32,
    counts: Arc<Counts>,
}

impl Drop for Single {
    fn drop(&mut self) {
        self.counts.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Manager for Maker {
    type Type = Single;
    type Error = Infallible;

    async fn create(&self) -> Result<Single, Infallible> {
        let counts = Arc::clone(&self.0);
        counts.opened.fetch_add(1, Ordering::SeqCst);
        let open = counts.open.fetch_add(1, Ordering::SeqCst) + 1;
        counts.most.fetch_max(open, Ordering::SeqCst);
        yield_now().await;
        Ok(Single {
            users: AtomicU32::new(0),
            counts,
        })
    }

    async fn recycle(&self, _: &mut Single, _: &Metrics) -> RecycleResult<Infallible> {
        Ok(())
    }
}

fn pool(config: Config) -> (Pool<u32, Maker>, Arc<Counts>) {
    let counts = Arc::<Counts>::default();
    let theirs = Arc::clone(&counts);
    let make = move |_: &u32| Maker(Arc::clone(&theirs));
    (Pool::new(config, make), counts)
}

/// The statistics once nothing is being opened or on loan any more: a caller who was served earlier does not wait for that.
async fn settled(pool: &Pool<u32, Maker>) -> Stats {
    let settles = async {
        while pool.stats().size() > pool.stats().idle {
            yield_now().await;
        }
    };
    timeout(Duration::from_secs(60), settles)
        .await
        .expect("what is opened or on loan comes back");
    pool.stats()
}

/// Numbers that look drawn at random, and of which small ones are frequent: Zipf's law with exponent 1, by inversion.
fn zipf(step: u32, keys: u32) -> u32 {
    let mut x = step.wrapping_mul(0x9E37_79B9) ^ 0x85EB_CA6B;
    x ^= x >> 15;
    x = x.wrapping_mul(0x2C1B_3C6D);
    x ^= x >> 13;
    let share = f64::from(x) / f64::from(u32::MAX);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a key below the number of keys"
    )]
    let key = f64::from(keys).powf(share) as u32;
    key.min(keys) - 1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_shares_few_connections() {
    for order in [Order::Lifo, Order::Fifo] {
        let (pool, counts) = pool(Config {
            per_key: NonZeroU32::new(8),
            order,
            ..Config::default()
        });
        let mut crowd = JoinSet::new();
        for task in 0..64_u32 {
            let pool = pool.clone();
            crowd.spawn(async move {
                for loan in 0..200 {
                    let mut guard = pool.get(&1).await.unwrap();
                    assert_eq!(guard.users.fetch_add(1, Ordering::SeqCst), 0, "lent twice");
                    if (task + loan) % 3 == 0 {
                        yield_now().await;
                    }
                    assert_eq!(guard.users.fetch_sub(1, Ordering::SeqCst), 1, "lent twice");
                    if (task + loan) % 50 == 0 {
                        guard.close();
                    }
                }
            });
        }
        crowd.join_all().await;
        let stats = settled(&pool).await;
        assert!(stats.idle <= 8, "{stats:?}");
        assert_eq!(
            (stats.connected, stats.connecting, stats.waiting),
            (0, 0, 0)
        );
        assert_eq!(stats.idle + stats.disconnected, stats.opened);
        assert_eq!(
            u64::from(counts.opened.load(Ordering::SeqCst)),
            stats.opened
        );
        let first_loans = 64 * 200 - stats.reused;
        assert!(first_loans <= stats.opened, "{first_loans}: {stats:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_keys_stay_bounded() {
    const KEYS: u32 = 10_000;
    let (pool, _) = pool(Config {
        per_key: NonZeroU32::new(2),
        ..Config::default()
    });
    let mut crowd = JoinSet::new();
    for task in 0..8_u32 {
        let pool = pool.clone();
        crowd.spawn(async move {
            for loan in 0..2_500 {
                let key = zipf(task * 2_500 + loan, KEYS);
                let guard = pool.get(&key).await.unwrap();
                assert_eq!(guard.users.fetch_add(1, Ordering::SeqCst), 0, "lent twice");
                assert_eq!(guard.users.fetch_sub(1, Ordering::SeqCst), 1, "lent twice");
            }
        });
    }
    crowd.join_all().await;
    let stats = settled(&pool).await;
    assert!(stats.keys <= 4096 + 8, "{stats:?}");
    assert!(stats.idle <= 2 * stats.keys, "{stats:?}");
    assert!(
        stats.reused > stats.opened,
        "frequent keys are reused: {stats:?}"
    );
    assert_eq!(stats.idle + stats.disconnected, stats.opened);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_keys_share_few_connections_on_many_threads() {
    let (pool, counts) = pool(Config {
        total: NonZeroU32::new(3),
        wait: Duration::from_secs(60),
        ..Config::default()
    });
    let mut crowd = JoinSet::new();
    for task in 0..32_u32 {
        let pool = pool.clone();
        crowd.spawn(async move {
            for loan in 0..100 {
                let guard = pool.get(&((task + loan) % 7)).await.unwrap();
                yield_now().await;
                drop(guard);
            }
        });
    }
    crowd.join_all().await;
    let stats = settled(&pool).await;
    assert_eq!(
        (stats.connected, stats.waiting, stats.connecting),
        (0, 0, 0)
    );
    assert!(stats.idle <= 3, "{stats:?}");
    // A place comes free just before its connection is dropped, so for a moment each thread may see one more.
    let most = counts.most.load(Ordering::SeqCst);
    assert!(most <= 3 + 4, "{most}");
}
