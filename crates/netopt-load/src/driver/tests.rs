//! The driver under a paused clock: origins here are closures that sleep, so every time is exact.

use std::future::Future;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::outcome::Outcome;
use netopt_core::phase::{Phase, Timeline};
use netopt_core::unit::PerSecond;
use tokio::time::{Instant, sleep};

use super::{Load, run};
use crate::arrival::Arrival;
use crate::record::Samples;
use crate::report::Report;
use crate::stop::Stop;

mod closed;
mod ending;
mod open;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn at_most(calls: u32) -> NonZeroU32 {
    NonZeroU32::new(calls).unwrap()
}

fn constant(rate: f64) -> Arrival {
    let rate = PerSecond::new(rate).unwrap();
    Arrival::Constant { rate }
}

fn closed(callers: u32) -> Arrival {
    let concurrency = at_most(callers);
    Arrival::Closed { concurrency }
}

/// An answered call that took so long, all of it waiting.
fn answered(service: Duration) -> Exchange {
    let mut timeline = Timeline::new();
    timeline.mark(Phase::Wait, Duration::ZERO, service);
    Exchange::bare(timeline, Outcome::Answered(200))
}

/// A call that sleeps so long.
async fn take(service: Duration) -> Exchange {
    sleep(service).await;
    answered(service)
}

/// Runs the load and gives every exchange.
async fn exchanges<Answer>(
    load: &Load,
    caller: impl Fn(u64) -> Answer + Send + Sync + 'static,
) -> (Report, Vec<Exchange>)
where
    Answer: Future<Output = Exchange> + Send + 'static,
{
    let mut samples = Samples::new(usize::MAX);
    let report = run(load, Arc::new(caller), &mut samples).await;
    (report, samples.into_exchanges())
}

/// How many calls run now, and the most that ever did.
#[derive(Default)]
struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// One running call.
struct Running(Arc<Gauge>);

impl Gauge {
    fn enter(self: &Arc<Self>) -> Running {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        Running(Arc::clone(self))
    }

    fn now(&self) -> usize {
        self.now.load(Ordering::SeqCst)
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// An origin that answers in 1 ms but stands still for the first 200 ms of every second.
fn pausing()
-> impl Fn(u64) -> std::pin::Pin<Box<dyn Future<Output = Exchange> + Send>> + Send + Sync {
    let epoch = Instant::now();
    move |_| {
        let into = u64::try_from(epoch.elapsed().as_millis() % 1000).unwrap();
        Box::pin(take(ms(200_u64.saturating_sub(into) + 1)))
    }
}
