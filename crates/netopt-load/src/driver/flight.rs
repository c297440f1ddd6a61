//! The calls in flight of an open loop, and who hears of them when they end.
//!
//! It owns the tasks: they are aborted when it is dropped. It waits for whatever the plan waits for, and records
//! results meanwhile. When a call begins is not its concern.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout, timeout_at};

use crate::record::Record;
use crate::tally::{Landed, Tally};

/// The calls in flight.
pub(super) struct Flight<'a, R> {
    recorder: &'a mut R,
    tasks: JoinSet<Landed>,
    pub(super) tally: Tally,
}

impl<'a, R: Record> Flight<'a, R> {
    pub(super) fn new(recorder: &'a mut R, start: Instant) -> Self {
        Self {
            recorder,
            tasks: JoinSet::new(),
            tally: Tally::new(start),
        }
    }

    /// The number of calls in flight.
    pub(super) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Adds a call.
    pub(super) fn spawn(&mut self, call: impl Future<Output = Landed> + Send + 'static) {
        self.tasks.spawn(call);
    }

    /// Waits for something else, and records what lands meanwhile.
    pub(super) async fn meanwhile<F: Future>(&mut self, wait: F) -> F::Output {
        let mut wait = pin!(wait);
        loop {
            tokio::select! {
                biased;
                done = &mut wait => return done,
                Some(landed) = self.tasks.join_next() => self.land(landed),
            }
        }
    }

    /// Waits until one call has landed, at most until the deadline.
    pub(super) async fn land_one(&mut self, deadline: Option<Instant>) -> Result<(), Elapsed> {
        let landed = match deadline {
            Some(deadline) => timeout_at(deadline, self.tasks.join_next()).await?,
            None => self.tasks.join_next().await,
        };
        if let Some(landed) = landed {
            self.land(landed);
        }
        Ok(())
    }

    /// Waits for all calls, at most for `bound`, and abandons the rest.
    pub(super) async fn drain(&mut self, bound: Duration) {
        let all = async {
            while let Some(landed) = self.tasks.join_next().await {
                self.land(landed);
            }
        };
        if timeout(bound, all).await.is_err() {
            self.tasks.shutdown().await;
            self.tally.abandon(Instant::now());
        }
    }

    fn land(&mut self, landed: Result<Landed, JoinError>) {
        if let Some(landed) = joined(landed) {
            let exchange = self.tally.land(landed);
            self.recorder.record(exchange);
        }
    }
}

/// What a task gave; `None` if it was aborted.
///
/// # Panics
/// With the task's panic: a caller that panics is an error of ours, and the rest of the run would be a guess.
pub(super) fn joined<T>(task: Result<T, JoinError>) -> Option<T> {
    match task {
        Ok(value) => Some(value),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => None,
        },
    }
}
