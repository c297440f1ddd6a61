//! What is called: the only thing that the driver knows of the system under test.
//!
//! A caller makes one call and tells what happened as an [`Exchange`]. It chooses the target, opens connections and
//! has its own timeouts. When calls are made is the driver's business alone.

use std::future::Future;

use netopt_core::exchange::Exchange;

/// Makes calls. Shared by all calls in flight; closures `Fn(u64) -> Future` are callers.
pub trait Caller: Send + Sync + 'static {
    /// Makes the call number `index`, counted from 0, and tells how it went.
    ///
    /// It fills in everything but `begun` and `lateness`, which the driver overwrites: only the driver knows run and plan. It should
    /// have a timeout of its own: a call that does not end is awaited for [`crate::driver::Load::drain`] only.
    ///
    /// # Cancel safety
    /// The driver drops the future when a run is cancelled or when its drain is over, at any point where it waits.
    ///
    /// # Panics
    /// A panic ends the run: [`crate::driver::run`] passes it on.
    fn call(&self, index: u64) -> impl Future<Output = Exchange> + Send;
}

impl<F, Answer> Caller for F
where
    F: Fn(u64) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Exchange> + Send,
{
    fn call(&self, index: u64) -> impl Future<Output = Exchange> + Send {
        self(index)
    }
}
