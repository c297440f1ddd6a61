//! The work of a server: a wait for a free worker, then the time that was drawn.
//!
//! Everything random is drawn on arrival, in the order of arrivals, so a client that asks one thing after the other sees
//! the same sequence for the same seed. What it leaves alone: what the work is for.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::alarm::Alarm;
use crate::dist::Dist;

/// The workers of a server.
#[derive(Debug)]
pub(crate) struct Work {
    time: Dist,
    alarm: Alarm,
    workers: Option<Semaphore>,
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
            // Not the stream of the body, so that times do not change with the body's size.
            random: Mutex::new(Xoshiro256PlusPlus::seed_from_u64(!seed)),
        })
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
        if !time.is_zero() {
            self.alarm.until(Instant::now() + time).await;
        }
    }
}
