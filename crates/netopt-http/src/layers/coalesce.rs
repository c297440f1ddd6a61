//! Identical safe requests that are in flight at once become one, whose answer all callers get.
//!
//! ```text
//! GET /a ─┐
//! GET /a ─┼─▶ one request ─▶ one answer ─┬─▶ each caller reads at its own place
//! GET /a ─┘                              └─▶ …
//! ```
//!
//! A task drives the request and lives as long as one of its callers: who goes away, the first included, takes nothing
//! from the others. Callers join until the head of the answer is here. Heads and errors are copied; the body is read as
//! fast as the fastest caller reads it, and what the others have not read yet is kept, up to [`Config::window`]. Who falls
//! further behind is cut: its body ends in an error that says so. It could not be given a request of its own, since what
//! it has read so far may be of an answer that has changed since. Such calls are safe to repeat.
//!
//! Identical are `GET`s and `HEAD`s without a body whose URL and headers are equal, `Authorization` and `Cookie`
//! included, but for those that only name the call, such as `traceparent`. A request with `Cache-Control: no-cache` or
//! `no-store` goes alone.
//!
//! What it leaves alone: what was answered already (see [`crate::cache`]), and how long a caller waits. A caller gets the answer
//! to a request that may have been sent up to one call's length before its own.
//!
//! ```
//! use netopt_http::coalesce::{CoalesceLayer, Config};
//! use netopt_http::{Client, Stack};
//!
//! fn merged(client: Client) -> Stack {
//!     Stack::new(client).around(CoalesceLayer::new(Config::default()))
//! }
//! ```

mod flight;
pub(crate) mod key;
mod log;
mod seat;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Request;
use metrics::Counter;
use netopt_core::names;
use netopt_core::unit::Bytes;
use tower::Layer;

use self::flight::{Driver, Flight};
use self::key::Key;
use self::seat::Seat;
use crate::body::Body;
use crate::layers::layered::{Around, Layered};
use crate::layers::telemetry::counter_of;
use crate::ledger::Ledger;
use crate::service::{HttpService, ResponseFuture};

/// What most answers are shorter than, so that most callers are never cut.
pub const DEFAULT_WINDOW: Bytes = Bytes::new(1024 * 1024);
/// Beyond, one slow answer would hold up a whole service.
pub const DEFAULT_CALLERS: usize = 1024;

/// How many share a request, and how far apart they may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// How much of an answer is kept for callers that read slower than the fastest. Default: 1 MiB. One piece is always
    /// kept, however long.
    pub window: Bytes,
    /// Callers of one request at the most; one more makes a request of its own. Default: 1,024.
    pub callers: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            window: DEFAULT_WINDOW,
            callers: DEFAULT_CALLERS,
        }
    }
}

/// Merges identical requests of a service. The services that one layer makes share their flights.
#[derive(Debug, Clone)]
pub struct CoalesceLayer {
    config: Config,
    flights: Arc<Flights>,
    first: Counter,
    joined: Counter,
}

impl CoalesceLayer {
    /// Nothing is in flight yet.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            flights: Arc::default(),
            first: counter_of(&names::COALESCED, "first"),
            joined: counter_of(&names::COALESCED, "shared"),
        }
    }
}

impl<S> Layer<S> for CoalesceLayer {
    type Service = Coalesce<S>;

    fn layer(&self, inner: S) -> Coalesce<S> {
        Layered::new(inner, self.clone())
    }
}

/// A service whose identical requests are merged; see [`crate::coalesce`].
///
/// Cancel safe: the others go on; with the last the request ends.
///
/// # Panics
/// Outside of a tokio runtime.
pub type Coalesce<S> = Layered<S, CoalesceLayer>;

/// Whose head is not here yet. The lock is taken before that of a flight.
#[derive(Default)]
struct Flights(Mutex<HashMap<Key, Arc<Flight>>>);

/// How many there are. What they ask for may hold secrets.
impl fmt::Debug for Flights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flights({})", self.open().len())
    }
}

impl Flights {
    fn open(&self) -> MutexGuard<'_, HashMap<Key, Arc<Flight>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody joins this flight any more.
    fn close(&self, key: &Key, flight: &Arc<Flight>) {
        let mut open = self.open();
        if open
            .get(key)
            .is_some_and(|known| Arc::ptr_eq(known, flight))
        {
            open.remove(key);
        }
    }

    /// A caller leaves; nobody can join between its being the last and the end of the flight.
    fn leave(&self, key: &Key, flight: &Arc<Flight>, id: u64) {
        let mut open = self.open();
        let known = open
            .get(key)
            .is_some_and(|known| Arc::ptr_eq(known, flight));
        if flight.leave(id) && known {
            open.remove(key);
        }
    }
}

impl CoalesceLayer {
    /// A place in the flight of identical requests, begun if there is none; the request is given back when it has to
    /// go alone.
    #[expect(
        clippy::result_large_err,
        reason = "a request that goes alone is handed back as it came, and no box is needed for that"
    )]
    fn board<S: HttpService>(
        &self,
        inner: &mut S,
        request: Request<Body>,
    ) -> Result<Seat, Request<Body>> {
        let Some(key) = Key::of(&request) else {
            return Err(request);
        };
        let mut open = self.flights.open();
        let (flight, id, first) = match open.entry(key.clone()) {
            Entry::Occupied(entry) => {
                let flight = Arc::clone(entry.get());
                match flight.join(self.config.callers) {
                    Some(id) => (flight, id, None),
                    None => return Err(request),
                }
            }
            Entry::Vacant(entry) => {
                let window = usize::try_from(self.config.window.get()).unwrap_or(usize::MAX);
                let flight = Arc::new(Flight::new(window));
                match flight.join(self.config.callers) {
                    Some(id) => (Arc::clone(entry.insert(flight)), id, Some(request)),
                    None => return Err(request),
                }
            }
        };
        drop(open);
        let seat = Seat {
            flight: Arc::clone(&flight),
            id,
            flights: Arc::clone(&self.flights),
            key: key.clone(),
            first: first.is_some(),
            done: false,
        };
        if let Some(request) = first {
            let call = inner.call(request);
            let flights = Arc::clone(&self.flights);
            let driver = Driver(Arc::clone(&flight));
            let task = tokio::spawn(async move {
                let flight = &driver.0;
                let result = call.await;
                flights.close(&key, flight);
                match result {
                    Ok(response) => {
                        flight.answered(Ok(&response));
                        flight.pump(response.into_body()).await;
                    }
                    Err(error) => flight.answered(Err(error)),
                }
            });
            flight.driven_by(task.abort_handle());
        }
        Ok(seat)
    }
}

impl<S> Around<S> for CoalesceLayer
where
    S: HttpService + Clone + Send + 'static,
{
    fn call(&self, inner: &mut S, request: Request<Body>) -> ResponseFuture {
        let ledger = Ledger::of(request.extensions()).cloned();
        match self.board(inner, request) {
            Ok(seat) => {
                let count = if seat.first {
                    &self.first
                } else {
                    &self.joined
                };
                count.increment(1);
                if let Some(ledger) = ledger.filter(|_| !seat.first) {
                    ledger.note(|journey| journey.shared = true);
                }
                Box::pin(seat.answer())
            }
            Err(alone) => Box::pin(inner.call(alone)),
        }
    }
}

#[cfg(test)]
mod tests;
