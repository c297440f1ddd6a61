//! What does it cost to borrow a connection from the pool and give it back, beside deadpool and beside the least code?
//!
//! Alone: one task, nothing to wait for. Crowded: 64 tasks on two threads share eight objects, and each gives way to the
//! others once while it holds one, so that most have to wait. Our pool finds the places of a key and bounds every wait,
//! so deadpool is measured as it comes, without a bound, and with the bound that ours has.
//!
//! Floors: a vector behind a lock, which bounds nothing and cannot wait; and the same behind a semaphore, which is the
//! least that keeps a bound. Objects are numbers and always good, so that only the pool itself is measured.

use std::convert::Infallible;
use std::future::Future;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use deadpool::managed::{Manager, Metrics, RecycleResult};
use netopt_pool::Config;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};

/// Objects in each pool.
const OBJECTS: NonZeroU32 = NonZeroU32::new(8).expect("8 is not zero");
/// Tasks in the crowd.
const TASKS: u64 = 64;
/// How often each task of the crowd borrows in one turn of the bench.
const LOANS_EACH: u64 = 16;
/// How often the one task borrows in one turn of the bench.
const LOANS_ALONE: u64 = 1_000;
/// The one destination.
const KEY: u16 = 8080;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    alone(&mut criterion);
    crowded(&mut criterion);
    criterion.final_summary();
}

fn alone(criterion: &mut Criterion) {
    let runtime = runtime(&mut Builder::new_current_thread());
    let mut group = criterion.benchmark_group("pool_acquire_alone");
    group.throughput(Throughput::Elements(LOANS_ALONE));
    borrow_alone(&mut group, &runtime, "floor_lock", &Shelf::full());
    borrow_alone(&mut group, &runtime, "floor_semaphore", &Bounded::full());
    borrow_alone(&mut group, &runtime, "deadpool", &deadpool(Wait::ForEver));
    borrow_alone(
        &mut group,
        &runtime,
        "deadpool_timeout",
        &deadpool(Wait::AsOurs),
    );
    borrow_alone(&mut group, &runtime, "netopt", &netopt());
    group.finish();
}

fn crowded(criterion: &mut Criterion) {
    let runtime = runtime(Builder::new_multi_thread().worker_threads(2));
    let mut group = criterion.benchmark_group("pool_acquire_crowded");
    group.throughput(Throughput::Elements(TASKS * LOANS_EACH));
    borrow_crowded(&mut group, &runtime, "floor_semaphore", Bounded::full());
    borrow_crowded(&mut group, &runtime, "deadpool", deadpool(Wait::ForEver));
    borrow_crowded(
        &mut group,
        &runtime,
        "deadpool_timeout",
        deadpool(Wait::AsOurs),
    );
    borrow_crowded(&mut group, &runtime, "netopt", netopt());
    group.finish();
}

fn runtime(builder: &mut Builder) -> Runtime {
    let built = builder.enable_time().build();
    built.expect("a runtime without I/O needs threads only")
}

fn borrow_alone(
    group: &mut BenchmarkGroup<'_, WallTime>,
    runtime: &Runtime,
    name: &str,
    pool: &impl Lend,
) {
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                for _ in 0..LOANS_ALONE {
                    pool.lend(Hold::Never).await;
                }
            });
        });
    });
}

fn borrow_crowded(
    group: &mut BenchmarkGroup<'_, WallTime>,
    runtime: &Runtime,
    name: &str,
    pool: impl Lend,
) {
    let pool = Arc::new(pool);
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                let mut crowd = JoinSet::new();
                for _ in 0..TASKS {
                    let pool = Arc::clone(&pool);
                    crowd.spawn(async move {
                        for _ in 0..LOANS_EACH {
                            pool.lend(Hold::ForOneYield).await;
                        }
                    });
                }
                crowd.join_all().await;
            });
        });
    });
}

/// How long an object is held.
#[derive(Debug, Clone, Copy)]
enum Hold {
    /// It goes back at once.
    Never,
    /// Until all other tasks that are ready have had their turn.
    ForOneYield,
}

impl Hold {
    async fn over(self) {
        match self {
            Self::Never => {}
            Self::ForOneYield => yield_now().await,
        }
    }
}

/// Lends objects.
trait Lend: Send + Sync + 'static {
    /// Takes an object, holds it and gives it back.
    fn lend(&self, hold: Hold) -> impl Future<Output = ()> + Send;
}

/// The floor without a bound.
struct Shelf(Mutex<Vec<u32>>);

impl Shelf {
    fn full() -> Self {
        Self(Mutex::new((0..OBJECTS.get()).collect()))
    }

    fn objects(&self) -> std::sync::MutexGuard<'_, Vec<u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lend for Shelf {
    async fn lend(&self, hold: Hold) {
        let object = self.objects().pop();
        let object = object.expect("one task never finds the shelf empty");
        black_box(object);
        hold.over().await;
        self.objects().push(object);
    }
}

/// The floor with a bound.
struct Bounded {
    places: Semaphore,
    shelf: Shelf,
}

impl Bounded {
    fn full() -> Self {
        Self {
            places: Semaphore::new(OBJECTS.get() as usize),
            shelf: Shelf::full(),
        }
    }
}

impl Lend for Bounded {
    async fn lend(&self, hold: Hold) {
        let _place = self.places.acquire().await.expect("nobody closes it");
        self.shelf.lend(hold).await;
    }
}

/// Makes numbers, and finds each of them good.
#[derive(Debug)]
struct Maker;

impl Manager for Maker {
    type Type = u32;
    type Error = Infallible;

    async fn create(&self) -> Result<u32, Infallible> {
        Ok(0)
    }

    async fn recycle(&self, _: &mut u32, _: &Metrics) -> RecycleResult<Infallible> {
        Ok(())
    }
}

type Deadpool = deadpool::managed::Pool<Maker>;

/// How long deadpool waits for an object.
#[derive(Debug, Clone, Copy)]
enum Wait {
    ForEver,
    AsOurs,
}

fn deadpool(wait: Wait) -> Deadpool {
    let bound: Option<Duration> = match wait {
        Wait::ForEver => None,
        Wait::AsOurs => Some(Config::default().wait),
    };
    Deadpool::builder(Maker)
        .max_size(OBJECTS.get() as usize)
        .wait_timeout(bound)
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .expect("a bound needs a runtime, and it has one")
}

impl Lend for Deadpool {
    async fn lend(&self, hold: Hold) {
        let object = self.get().await.expect("making a number does not fail");
        black_box(*object);
        hold.over().await;
    }
}

type Netopt = netopt_pool::Pool<u16, Maker>;

fn netopt() -> Netopt {
    let config = Config {
        per_key: Some(OBJECTS),
        ..Config::default()
    };
    Netopt::new(config, |_| Maker)
}

impl Lend for Netopt {
    async fn lend(&self, hold: Hold) {
        let object = self.get(&KEY).await;
        black_box(*object.expect("making a number does not fail"));
        hold.over().await;
    }
}
