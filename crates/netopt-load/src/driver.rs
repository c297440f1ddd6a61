//! The one driver: it begins calls as an arrival process says until a stop rule strikes, and hands on what they tell.
//!
//! Two loops, because they differ in who says when a call begins: in the closed loop (`closed.rs`) the call before
//! it, in the open loop (`open.rs`) a plan that does not look at the answers. Decisions that hold for both:
//!
//! - **Lateness is recorded, never dropped.** A call that begins after its intended start carries the difference, and
//!   its latency counts from the intended start. Calls that never began are counted in the report.
//! - **The start is read inside the call's own task**, right before the call, so the runtime's scheduling delay counts
//!   as the generator's slip and not as the peer's latency.
//! - **Every task is owned.** Dropping the future of [`run`] aborts all calls: they end at the point where they wait.
//! - **A panic of a caller is an error of ours**: it ends the run and is passed on, instead of a hang or a hole.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use crate::arrival::Arrival;
use crate::budget::Budget;
use crate::caller::Caller;
use crate::record::Record;
use crate::report::Report;
use crate::stop::Stop;

mod closed;
mod flight;
mod open;

/// The default of [`Load::in_flight`]: below the 1,024 open files that a process is commonly allowed.
pub const DEFAULT_IN_FLIGHT: NonZeroU32 = NonZeroU32::new(512).expect("512 is not zero");

/// The default of [`Load::drain`]: longer than the timeouts that callers commonly have.
pub const DEFAULT_DRAIN: Duration = Duration::from_secs(30);

/// What load to make.
#[derive(Debug, Clone)]
pub struct Load {
    /// When calls begin.
    pub arrival: Arrival,
    /// When no further calls begin.
    pub stop: Stop,
    /// The most calls in flight, at least 1: a call that finds no place begins late. Default [`DEFAULT_IN_FLIGHT`].
    pub in_flight: NonZeroU32,
    /// How polite to be: every call takes from it first. Default none.
    pub budget: Option<Arc<Budget>>,
    /// How long calls in flight are awaited after the last one began; then they are abandoned and counted as such.
    /// Callers have timeouts of their own, so this is a backstop. Default [`DEFAULT_DRAIN`].
    pub drain: Duration,
}

impl Load {
    /// This arrival process until this stop rule strikes, all else by default.
    #[must_use]
    pub const fn new(arrival: Arrival, stop: Stop) -> Self {
        Self {
            arrival,
            stop,
            in_flight: DEFAULT_IN_FLIGHT,
            budget: None,
            drain: DEFAULT_DRAIN,
        }
    }
}

/// Makes the load and records every call that ends, in the order in which they end.
///
/// The recorder is called as results arrive, on the task that awaits this future, which is enough for live progress.
/// A used-up budget ends the run, as it does not grow back.
///
/// Precision: calls of an open loop begin within about 0.1 ms of the plan while a core is free for it. That core
/// yields for up to 1.5 ms before each call, so from about 700 calls a second on it is busy all the time. The caller's
/// runtime should be a single-threaded one, or the task spawned: a call begun from outside of a multi-threaded
/// runtime's workers pays for a wake-up. What it really was is in [`crate::report::Health::slip_p99`].
///
/// # Cancel safety
/// Dropping the future aborts all calls and keeps what was recorded so far; there is no report then.
///
/// # Panics
/// With the panic of the caller, if one panics, after all other calls have been aborted. Outside a tokio runtime
/// with time.
pub async fn run<C: Caller, R: Record>(load: &Load, caller: Arc<C>, recorder: &mut R) -> Report {
    match load.arrival {
        Arrival::Closed { concurrency } => {
            let callers = concurrency.min(load.in_flight);
            closed::run(load, callers, caller, recorder).await
        }
        Arrival::Constant { .. } | Arrival::Poisson { .. } => {
            open::run(load, caller, recorder).await
        }
    }
}

#[cfg(test)]
mod tests;
