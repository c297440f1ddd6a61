//! The pools: ours, those that people use, and the least that keeps a bound.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use deadpool::managed::{Manager, Metrics, RecycleResult};
use netopt_pool::Config;
use tokio::sync::Semaphore;
use tower_service::Service;

use crate::lend::{Hold, Lend};

/// The one destination of pools that have no keys.
const KEY: u16 = 8080;

/// Makes numbers, and finds each of them good.
#[derive(Debug)]
pub(crate) struct Maker;

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

/// Ours.
pub(crate) type Netopt = netopt_pool::Pool<u16, Maker>;

pub(crate) fn netopt(objects: u32) -> Netopt {
    let config = Config {
        per_key: NonZeroU32::new(objects),
        ..Config::default()
    };
    Netopt::new(config, |_| Maker)
}

impl Lend for Netopt {
    async fn lend(&self, hold: Hold, taken: impl FnOnce() + Send) {
        let object = self.get(&KEY).await;
        let object = object.expect("making a number does not fail");
        taken();
        black_box(*object);
        hold.over().await;
    }
}

/// deadpool as it comes: it waits without a bound.
pub(crate) type Deadpool = deadpool::managed::Pool<Maker>;

pub(crate) fn deadpool(objects: u32) -> Deadpool {
    let built = Deadpool::builder(Maker).max_size(objects as usize).build();
    built.expect("without a bound on time it needs no runtime")
}

impl Lend for Deadpool {
    async fn lend(&self, hold: Hold, taken: impl FnOnce() + Send) {
        let object = self.get().await.expect("making a number does not fail");
        taken();
        black_box(*object);
        hold.over().await;
    }
}

impl bb8::ManageConnection for Maker {
    type Connection = u32;
    type Error = Infallible;

    async fn connect(&self) -> Result<u32, Infallible> {
        Ok(0)
    }

    async fn is_valid(&self, _: &mut u32) -> Result<(), Infallible> {
        Ok(())
    }

    fn has_broken(&self, _: &mut u32) -> bool {
        false
    }
}

/// bb8, which bounds every wait.
pub(crate) type Bb8 = bb8::Pool<Maker>;

pub(crate) fn bb8(objects: u32) -> Bb8 {
    bb8::Pool::builder()
        .max_size(objects)
        .build_unchecked(Maker)
}

impl Lend for Bb8 {
    async fn lend(&self, hold: Hold, taken: impl FnOnce() + Send) {
        let object = self.get().await.expect("making a number does not fail");
        taken();
        black_box(*object);
        hold.over().await;
    }
}

/// Makes numbers for mobc.
#[derive(Debug)]
pub(crate) struct Mobile;

#[mobc::async_trait]
impl mobc::Manager for Mobile {
    type Connection = u32;
    type Error = Infallible;

    async fn connect(&self) -> Result<u32, Infallible> {
        Ok(0)
    }

    async fn check(&self, connection: u32) -> Result<u32, Infallible> {
        Ok(connection)
    }
}

/// mobc, which gives back by a task.
pub(crate) type Mobc = mobc::Pool<Mobile>;

pub(crate) fn mobc(objects: u32) -> Mobc {
    let objects = u64::from(objects);
    mobc::Pool::builder()
        .max_open(objects)
        .max_idle(objects)
        .build(Mobile)
}

impl Lend for Mobc {
    async fn lend(&self, hold: Hold, taken: impl FnOnce() + Send) {
        let object = self.get().await.expect("making a number does not fail");
        taken();
        black_box(*object);
        hold.over().await;
    }
}

/// Makes services that are numbers.
#[derive(Debug, Clone)]
pub(crate) struct Connect;

/// A service that is a number.
#[derive(Debug)]
pub(crate) struct Number(u32);

impl Service<()> for Connect {
    type Response = Number;
    type Error = Infallible;
    type Future = Ready<Result<Number, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, (): ()) -> Self::Future {
        ready(Ok(Number(0)))
    }
}

impl Service<u32> for Number {
    type Response = u32;
    type Error = Infallible;
    type Future = Ready<Result<u32, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, more: u32) -> Self::Future {
        ready(Ok(self.0 + more))
    }
}

/// hyper-util's cache of services, whose type has no name. It bounds nothing, so nobody ever waits.
pub(crate) struct Cache<C>(C);

pub(crate) fn hyper_util() -> Cache<
    impl Service<(), Response: Send, Future: Send, Error: Send + std::fmt::Debug> + Clone + Send + Sync,
> {
    Cache(hyper_util::client::pool::cache::builder().build(Connect))
}

impl<C> Lend for Cache<C>
where
    C: Service<(), Response: Send, Future: Send, Error: Send + std::fmt::Debug>
        + Clone
        + Send
        + Sync
        + 'static,
{
    async fn lend(&self, hold: Hold, taken: impl FnOnce() + Send) {
        let mut cache = self.0.clone();
        let object = cache.call(()).await;
        let object = object.expect("making a number does not fail");
        taken();
        black_box(&object);
        hold.over().await;
        drop(object);
    }
}

/// The floor: a vector behind a lock behind a semaphore, the least that keeps a bound.
pub(crate) struct Floor {
    places: Semaphore,
    shelf: Mutex<Vec<u32>>,
}

pub(crate) fn floor(objects: u32) -> Floor {
    Floor {
        places: Semaphore::new(objects as usize),
        shelf: Mutex::new((0..objects).collect()),
    }
}

impl Floor {
    fn shelf(&self) -> std::sync::MutexGuard<'_, Vec<u32>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lend for Floor {
    async fn lend(&self, hold: Hold, taken: impl FnOnce() + Send) {
        let _place = self.places.acquire().await.expect("nobody closes it");
        let object = self.shelf().pop();
        let object = object.expect("there are as many as places");
        taken();
        black_box(object);
        hold.over().await;
        self.shelf().push(object);
    }
}
