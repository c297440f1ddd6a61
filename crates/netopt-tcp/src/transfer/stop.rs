//! How a transfer is told to end early.
//!
//! Threads that wait in the kernel look at it every [`LOOK`], so nobody has to wake them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a thread waits in the kernel before it looks whether it shall stop.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// Ends a transfer from another thread. Clones are the same switch.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Not told yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells everybody to end; within a fifth of a second they do.
    pub fn tell(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it was told.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
