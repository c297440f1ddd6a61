//! Calls with a key each, gathered into calls with many keys: one request where there were a hundred.
//!
//! ```text
//! get(7) ─┐
//! get(9) ─┼─▶ [7, 9, 4] ─▶ one call ─▶ [Ok(a), Ok(b), Err(c)] ─▶ each caller gets its own
//! get(4) ─┘
//! ```
//!
//! A batch goes out when it is full, or [`Config::wait`] after its first key came. The service beneath takes a list of keys and
//! answers with a list of results in the same order, so that one key may fail without the others; if it fails as a whole, all
//! callers of that batch get the same error. Batches may be on their way side by side, up to [`Config::in_flight`];
//! then keys wait in a queue, and with that full, callers wait to get into it.
//!
//! Cancel safe: a caller that goes away before its batch is sent takes its key with it. One task gathers; it ends with the last
//! handle and the last call.
//!
//! It is not about HTTP: keys and values are of any type. What it leaves alone: two equal keys in one batch are both
//! asked for, and nothing is kept for later.
//!
//! ```
//! use std::convert::Infallible;
//! use netopt_http::batch::{Batch, Config};
//! use tower::{ServiceExt as _, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let squares = service_fn(|keys: Vec<u64>| async move {
//!     let all = keys.iter().map(|key| Ok::<_, &str>(key * key));
//!     Ok::<_, Infallible>(all.collect::<Vec<_>>())
//! });
//! let batch = Batch::new(squares, Config::default());
//! assert_eq!(batch.oneshot(7).await.unwrap(), 49);
//! # }
//! ```

mod error;
mod gather;

use std::fmt;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tower::Service;

pub use self::error::Error;
use self::gather::{Item, gather};

/// What most services take as one list.
pub const DEFAULT_SIZE: NonZeroUsize = NonZeroUsize::new(100).expect("not zero");
/// Less than anybody notices, and long enough for the calls of one page to meet.
pub const DEFAULT_WAIT: Duration = Duration::from_millis(2);
/// Enough to hide the time that one takes.
pub const DEFAULT_IN_FLIGHT: NonZeroUsize = NonZeroUsize::new(4).expect("not zero");
/// Some batches' worth of keys.
pub const DEFAULT_QUEUE: NonZeroUsize = NonZeroUsize::new(1_000).expect("not zero");

/// How many keys go together, and how long they wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Keys of one batch at the most. Default: 100.
    pub size: NonZeroUsize,
    /// How long the first key of a batch waits for others. Default: 2 ms; zero takes what is there.
    pub wait: Duration,
    /// Batches on their way at once. Default: 4.
    pub in_flight: NonZeroUsize,
    /// Keys that wait to be gathered; beyond, callers wait. Default: 1,000.
    pub queue: NonZeroUsize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            size: DEFAULT_SIZE,
            wait: DEFAULT_WAIT,
            in_flight: DEFAULT_IN_FLIGHT,
            queue: DEFAULT_QUEUE,
        }
    }
}

/// A service of single keys over one of lists of keys. Cloning shares the batches.
///
/// `E` is the error of one key, `F` that of a whole batch.
pub struct Batch<K, V, E, F> {
    queue: mpsc::Sender<Item<K, V, E, F>>,
}

impl<K, V, E, F> Batch<K, V, E, F>
where
    K: Send + 'static,
    V: Send + 'static,
    E: Send + 'static,
    F: Send + Sync + 'static,
{
    /// Gathers keys for `service`, in a task of its own.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn new<S>(service: S, config: Config) -> Self
    where
        S: Service<Vec<K>, Response = Vec<Result<V, E>>, Error = F> + Send + 'static,
        S::Future: Send + 'static,
    {
        let (queue, items) = mpsc::channel(config.queue.get());
        drop(tokio::spawn(gather(service, items, config)));
        Self { queue }
    }
}

impl<K, V, E, F> Service<K> for Batch<K, V, E, F>
where
    K: Send + 'static,
    V: Send + 'static,
    E: Send + 'static,
    F: Send + Sync + 'static,
{
    type Response = V;
    type Error = Error<E, F>;
    type Future = Pin<Box<dyn Future<Output = Result<V, Error<E, F>>> + Send>>;

    /// Always ready: a call waits for its place in the queue.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    /// Cancel safe: a key whose caller is gone is not asked for, unless its batch is on its way.
    fn call(&mut self, key: K) -> Self::Future {
        let queue = self.queue.clone();
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            if queue.send(Item { key, answer }).await.is_err() {
                return Err(Error::Gone);
            }
            // Whoever gathers must be able to end when only answers are awaited.
            drop(queue);
            answered.await.unwrap_or(Err(Error::Gone))
        })
    }
}

impl<K, V, E, F> Clone for Batch<K, V, E, F> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
        }
    }
}

impl<K, V, E, F> fmt::Debug for Batch<K, V, E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("free", &self.queue.capacity())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
