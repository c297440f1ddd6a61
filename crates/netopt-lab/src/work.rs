//! The work of a server: a wait for a free worker, then the time that was drawn.
//!
//! A server that thrashes takes longer the more it works on at once: what it has too little of (memory, a cache, a lock) is
//! fought over. Beyond `a` requests at once each of `n` takes (n/a)² times as long, so the server answers a/n as many
//! as it did with `a`.
//!
//! Everything random is drawn on arrival, in the order of arrivals, so a client that asks one thing after the other sees
//! the same sequence for the same seed. What it leaves alone: what the work is for.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::alarm::Alarm;
use crate::dist::{Dist, MAX_TIME};

/// The workers of a server.
#[derive(Debug)]
pub(crate) struct Work {
    time: Dist,
    alarm: Alarm,
    workers: Option<Semaphore>,
    /// More than so many at once are in each other's way.
    thrash_above: Option<usize>,
    /// Worked on now.
    busy: AtomicUsize,
    random: Mutex<Xoshiro256PlusPlus>,
}

/// What was drawn for one piece of work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lot {
    /// How long it takes.
    pub(crate) time: Duration,
    /// Uniform on [0, 1): whether it fails. Drawn even when nothing fails, so that switching faults on moves nothing
    /// else.
    pub(crate) chance: f64,
}

impl Work {
    pub(crate) fn new(time: Dist, workers: Option<usize>, seed: u64) -> io::Result<Self> {
        Ok(Self {
            time,
            alarm: Alarm::start()?,
            workers: workers.map(Semaphore::new),
            thrash_above: None,
            busy: AtomicUsize::new(0),
            // Not the stream of the body, so that times do not change with the body's size.
            random: Mutex::new(Xoshiro256PlusPlus::seed_from_u64(!seed)),
        })
    }

    /// The same, but more than `above` pieces of work at once are in each other's way; at least 1.
    pub(crate) fn thrashing(self, above: Option<usize>) -> Self {
        Self {
            thrash_above: above,
            ..self
        }
    }

    /// Draws for one piece of work.
    pub(crate) fn draw(&self) -> Lot {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        Lot {
            time: self.time.sample(&mut *random),
            chance: random.random(),
        }
    }

    /// Waits for a worker and keeps it for `time`. Cancel safe: the worker is free again.
    pub(crate) async fn spend(&self, time: Duration) {
        let _worker = match &self.workers {
            Some(workers) => {
                let worker = workers.acquire().await;
                Some(worker.expect("the semaphore is never closed"))
            }
            None => None,
        };
        let busy = Busy::begin(&self.busy);
        let time = self.slowed(time, busy.count);
        if !time.is_zero() {
            self.alarm.until(Instant::now() + time).await;
        }
    }

    /// What `time` becomes with so many pieces at once, at most [`MAX_TIME`]. It is settled when the work begins.
    #[expect(clippy::cast_precision_loss, reason = "connections of a lab")]
    fn slowed(&self, time: Duration, busy: usize) -> Duration {
        match self.thrash_above {
            Some(above) if busy > above => {
                let crowding = busy as f64 / above as f64;
                let slowed = time.as_secs_f64() * crowding * crowding;
                Duration::try_from_secs_f64(slowed).map_or(MAX_TIME, |slowed| slowed.min(MAX_TIME))
            }
            Some(_) | None => time,
        }
    }
}

/// One piece of work that is under way.
struct Busy<'a> {
    all: &'a AtomicUsize,
    /// How many there were when it began, this one included.
    count: usize,
}

impl<'a> Busy<'a> {
    fn begin(all: &'a AtomicUsize) -> Self {
        let count = all.fetch_add(1, Ordering::Relaxed) + 1;
        Self { all, count }
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn work(above: Option<usize>) -> Work {
        let work = Work::new(Dist::Fixed(MS), None, 1).unwrap();
        work.thrashing(above)
    }

    #[test]
    fn beyond_the_bound_twice_as_many_take_four_times_as_long() {
        let thrashing = work(Some(4));
        for (busy, factor) in [(1, 1), (4, 1), (8, 4), (12, 9), (40, 100)] {
            assert_eq!(thrashing.slowed(MS, busy), MS * factor, "{busy}");
            assert_eq!(work(None).slowed(MS, busy), MS);
        }
        assert_eq!(thrashing.slowed(MAX_TIME, 1000), MAX_TIME);
    }

    #[tokio::test]
    async fn work_that_is_given_up_is_no_longer_in_the_way() {
        let work = work(Some(1));
        let long = work.spend(MAX_TIME);
        let given_up = tokio::time::timeout(MS, long).await;
        assert!(given_up.is_err());
        assert_eq!(work.busy.load(Ordering::Relaxed), 0);
    }
}
