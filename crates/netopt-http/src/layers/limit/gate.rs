//! Places for calls in flight to one destination, as many as the limit says at the moment.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::Gauge;
use netopt_core::names;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::machine::{InFlight, Sample, Went};
use crate::layers::telemetry::gauge;

/// Calls that may wait for a place at once; each is a task with a request.
const MOST_WAITING: u32 = 10_000;

/// Hands out places in order of asking.
#[derive(Debug)]
pub(super) struct Gate {
    places: Arc<Semaphore>,
    waiting: AtomicU32,
    book: Mutex<Book>,
    gauges: Gauges,
}

/// The sums over all gates of a layer, for a recorder of metrics.
#[derive(Debug, Clone)]
pub(super) struct Gauges {
    limit: Gauge,
    in_flight: Gauge,
}

impl Gauges {
    pub(super) fn new() -> Self {
        Self {
            limit: gauge(&names::LIMIT),
            in_flight: gauge(&names::IN_FLIGHT),
        }
    }
}

#[derive(Debug)]
struct Book {
    machine: InFlight,
    /// Places that there are, or will be when the debt is paid.
    size: u32,
    /// Places to be taken out as they come back, because the limit shrank.
    debt: u32,
    in_flight: u32,
}

/// Why there was no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// None came free by the deadline.
    Late,
    /// Too many are waiting already.
    Crowd,
}

/// A place; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    gate: Arc<Gate>,
    permit: Option<OwnedSemaphorePermit>,
    since: Instant,
    in_flight: u32,
}

impl Gate {
    pub(super) fn new(machine: InFlight, gauges: Gauges) -> Self {
        let size = machine.limit();
        gauges.limit.increment(size);
        Self {
            places: Arc::new(Semaphore::new(size as usize)),
            waiting: AtomicU32::new(0),
            book: Mutex::new(Book {
                machine,
                size,
                debt: 0,
                in_flight: 0,
            }),
            gauges,
        }
    }

    /// A place, by the deadline. Cancel safe.
    pub(super) async fn enter(self: &Arc<Self>, by: Instant) -> Result<Place, NoPlace> {
        let permit = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => self.queue(by).await?,
        };
        let in_flight = {
            let mut book = self.book();
            book.in_flight += 1;
            self.gauges.in_flight.increment(1);
            book.in_flight
        };
        Ok(Place {
            gate: Arc::clone(self),
            permit: Some(permit),
            since: Instant::now(),
            in_flight,
        })
    }

    async fn queue(&self, by: Instant) -> Result<OwnedSemaphorePermit, NoPlace> {
        let spot = Spot::take(&self.waiting).ok_or(NoPlace::Crowd)?;
        let permit = timeout_at(by, Arc::clone(&self.places).acquire_owned()).await;
        drop(spot);
        // It is never closed.
        permit.ok().and_then(Result::ok).ok_or(NoPlace::Late)
    }

    /// The limit now, and how it is found.
    pub(super) fn limit(&self) -> (u32, &'static str) {
        let book = self.book();
        (book.size, book.machine.name())
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.gauges.limit.decrement(self.limit().0);
    }
}

impl Book {
    /// Makes as many places as the limit says.
    fn resize(&mut self, places: &Semaphore) {
        let limit = self.machine.limit();
        let more = limit.saturating_sub(self.size);
        let fewer = self.size.saturating_sub(limit);
        self.size = limit;
        let forgiven = more.min(self.debt);
        self.debt -= forgiven;
        places.add_permits((more - forgiven) as usize);
        let taken = places.forget_permits(fewer as usize);
        self.debt += fewer - u32::try_from(taken).unwrap_or(fewer);
    }
}

impl Place {
    /// The head of the answer is here, or none will come.
    pub(super) fn learn(&self, went: Went) {
        let sample = Sample {
            latency: self.since.elapsed(),
            in_flight: self.in_flight,
            went,
        };
        let mut book = self.gate.book();
        book.machine.learn(&sample);
        let before = book.size;
        book.resize(&self.gate.places);
        let gauge = &self.gate.gauges.limit;
        gauge.increment(f64::from(book.size) - f64::from(before));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut book = self.gate.book();
        book.in_flight -= 1;
        self.gate.gauges.in_flight.decrement(1);
        let in_debt = book.debt > 0;
        book.debt -= u32::from(in_debt);
        drop(book);
        if let Some(permit) = self.permit.take()
            && in_debt
        {
            permit.forget();
        }
    }
}

/// A spot in the queue; left when this is dropped, whatever happens to who waits.
struct Spot<'a>(&'a AtomicU32);

impl<'a> Spot<'a> {
    fn take(waiting: &'a AtomicU32) -> Option<Self> {
        let spot = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < MOST_WAITING).then_some(spot)
    }
}

impl Drop for Spot<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
