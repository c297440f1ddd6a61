//! The time of day, as dates in headers want it.

use std::time::SystemTime;

use tokio::time::Instant;

/// The wall clock at the start and the steady clock since. A step of the wall clock makes no answer older or younger.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    day: SystemTime,
    start: Instant,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "`Date` and `Expires` are times of day; durations are measured by the other clock"
    )]
    pub(super) fn start() -> Self {
        Self {
            day: SystemTime::now(),
            start: Instant::now(),
        }
    }

    pub(super) fn now(&self) -> SystemTime {
        self.day + self.start.elapsed()
    }
}
