//! The closed loop: so many callers, each of which begins the next call when its last one is done.
//!
//! Each caller is one task for the whole run, so a call costs no task and no trip through the driver. There is no plan
//! to be late for: `lateness` is zero. What counts as slip here is the time that a caller stood waiting for the
//! recorder between two calls.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::Load;
use super::flight::joined;
use crate::budget::Budget;
use crate::caller::Caller;
use crate::record::Record;
use crate::report::Report;
use crate::tally::{Landed, Tally};

/// How many results are taken at a time.
const BATCH: usize = 256;

/// A run without a drain's end in sight may still not overflow the clock.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

pub(super) async fn run<C: Caller, R: Record>(
    load: &Load,
    callers: NonZeroU32,
    caller: Arc<C>,
    recorder: &mut R,
) -> Report {
    let start = Instant::now();
    let gate = Arc::new(Gate::new(load, start));
    let (sender, results) = mpsc::channel(BATCH);
    let mut tasks = JoinSet::new();
    for _ in 0..callers.get() {
        tasks.spawn(work(Arc::clone(&caller), Arc::clone(&gate), sender.clone()));
    }
    // The channel ends when the last caller has left.
    drop(sender);
    let mut tally = Tally::new(start);
    collect(load, &gate, results, &mut tasks, |landed| {
        recorder.record(tally.land(landed));
    })
    .await;
    if !tasks.is_empty() {
        tasks.shutdown().await;
        tally.abandon(Instant::now());
    }
    tally.started = gate.started.load(Ordering::Relaxed);
    tally.refused = gate.refused.load(Ordering::Relaxed);
    tally.report(None)
}

/// Records results until every caller has left or the drain is over.
async fn collect(
    load: &Load,
    gate: &Gate,
    mut results: mpsc::Receiver<Landed>,
    tasks: &mut JoinSet<()>,
    mut record: impl FnMut(Landed),
) {
    let drain = load.drain.min(FAR);
    let mut end = gate.deadline.and_then(|at| at.checked_add(drain));
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        tokio::select! {
            biased;
            taken = results.recv_many(&mut batch, BATCH) => {
                if taken == 0 {
                    break;
                }
                batch.drain(..).for_each(&mut record);
            }
            Some(left) = tasks.join_next() => {
                joined(left);
            }
            () = gate.spent.notified() => {
                let over = Instant::now() + drain;
                end = Some(end.map_or(over, |end| end.min(over)));
            }
            () = sleep_until(end.unwrap_or_else(Instant::now)), if end.is_some() => return,
        }
    }
    // All have left; one of them perhaps by a panic.
    while let Some(left) = tasks.join_next().await {
        joined(left);
    }
}

/// One caller: call after call, until the gate closes.
async fn work<C: Caller>(caller: Arc<C>, gate: Arc<Gate>, results: mpsc::Sender<Landed>) {
    let mut slip = Duration::ZERO;
    while let Some(index) = gate.pass().await {
        let begun = Instant::now();
        let mut exchange = caller.call(index).await;
        exchange.lateness = Duration::ZERO;
        let ended = Instant::now();
        let landed = Landed {
            exchange,
            begun,
            ended,
            slip,
            late: Landed::cause(slip, slip, None),
        };
        if results.send(landed).await.is_err() {
            return;
        }
        slip = ended.elapsed();
    }
}

/// Lets callers begin calls until the stop rule strikes.
struct Gate {
    budget: Option<Arc<Budget>>,
    count: u64,
    deadline: Option<Instant>,
    next: AtomicU64,
    started: AtomicU64,
    refused: AtomicU64,
    /// No further call will begin, though time is not up.
    spent: Notify,
}

impl Gate {
    fn new(load: &Load, start: Instant) -> Self {
        Self {
            budget: load.budget.clone(),
            count: load.stop.count().unwrap_or(u64::MAX),
            deadline: load.stop.time().and_then(|time| start.checked_add(time)),
            next: AtomicU64::new(0),
            started: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            spent: Notify::new(),
        }
    }

    /// The index of the next call; `None` when no further call begins.
    async fn pass(&self) -> Option<u64> {
        if self
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
        {
            return None;
        }
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        if index >= self.count {
            return None;
        }
        if let Some(budget) = &self.budget {
            let taken = match self.deadline {
                Some(deadline) => timeout_at(deadline, budget.take()).await.ok()?,
                None => budget.take().await,
            };
            if taken.is_err() {
                self.refused.fetch_add(1, Ordering::Relaxed);
                self.spent.notify_one();
                return None;
            }
        }
        if self.started.fetch_add(1, Ordering::Relaxed) + 1 == self.count {
            self.spent.notify_one();
        }
        Some(index)
    }
}
