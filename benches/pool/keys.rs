//! Many keys by Zipf's law: what finding the places of a key costs, beside a map of deadpools behind a lock.
//!
//! 4,000 keys are as many as our pool keeps. Of 10,000 it forgets some and opens their connections anew, which costs nothing
//! here but the work of the pool itself; the map keeps every key for ever.

use std::collections::HashMap;
use std::future::Future;
use std::hint::black_box;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::effort::Effort;
use crate::peers::{self, Deadpool, Netopt};
use crate::series;

/// Destinations.
const KEYS: [u16; 2] = [4_000, 10_000];
/// Tasks that ask for them.
const TASKS: u32 = 64;
/// Objects of each key.
const OBJECTS: u32 = 8;

/// Prints the time of a loan.
pub(crate) fn report(effort: Effort) {
    let (rounds, loans) = effort.of((7, 5_000), (3, 2_000), (1, 10));
    for keys in KEYS {
        let all = series::rounds(
            rounds,
            &[
                ("netopt", &|| nanos(peers::netopt(OBJECTS), keys, loans)),
                ("deadpool in a map", &|| nanos(Map::default(), keys, loans)),
            ],
        );
        let title = format!("keys: {TASKS} tasks, {keys} keys by Zipf's law");
        series::print(&title, "ns a loan", &all, "deadpool in a map");
    }
}

/// Lends objects by key.
trait LendByKey: Send + Sync + 'static {
    fn lend(&self, key: u16) -> impl Future<Output = ()> + Send;
}

impl LendByKey for Netopt {
    async fn lend(&self, key: u16) {
        let object = self.get(&key).await;
        black_box(*object.expect("making a number does not fail"));
    }
}

/// What is done without a keyed pool: it keeps every key for ever.
#[derive(Default)]
struct Map(Mutex<HashMap<u16, Deadpool>>);

impl Map {
    fn pool(&self, key: u16) -> Deadpool {
        let mut pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pool = pools.entry(key).or_insert_with(|| peers::deadpool(OBJECTS));
        pool.clone()
    }
}

impl LendByKey for Map {
    async fn lend(&self, key: u16) {
        let object = self.pool(key).get().await;
        black_box(*object.expect("making a number does not fail"));
    }
}

fn nanos<P: LendByKey>(pool: P, keys: u16, loans: u32) -> f64 {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime without I/O needs threads only");
    runtime.block_on(async {
        let pool = Arc::new(pool);
        let mut crowd = JoinSet::new();
        let begun = Instant::now();
        for task in 0..TASKS {
            let pool = Arc::clone(&pool);
            crowd.spawn(async move {
                for loan in 0..loans {
                    pool.lend(zipf(task * loans + loan, keys)).await;
                }
            });
        }
        crowd.join_all().await;
        begun.elapsed().as_secs_f64() * 1e9 / f64::from(TASKS * loans)
    })
}

/// One of so many keys by Zipf's law with exponent 1, by inversion of a number that looks drawn at random.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a key below the number of keys"
)]
fn zipf(step: u32, keys: u16) -> u16 {
    let mut x = step.wrapping_mul(0x9E37_79B9) ^ 0x85EB_CA6B;
    x = (x ^ (x >> 15)).wrapping_mul(0x2C1B_3C6D);
    x ^= x >> 13;
    let share = f64::from(x) / f64::from(u32::MAX);
    (f64::from(keys).powf(share) as u16).min(keys) - 1
}
