//! Limits on calls to one destination: how many are in flight, and how many begin in a second.
//!
//! A server works on so many calls at once; what comes beyond waits there, where it costs memory and delays everybody, or
//! here, where it costs nothing and can be told how long it will take. Who waits does so in order of asking, and not
//! beyond its [`Deadline`](crate::Deadline). Who cannot be served in time is refused with a failure of our own side,
//! [`FailureKind::Limited`](netopt_core::outcome::FailureKind::Limited).
//!
//! How many calls in flight are right nobody knows beforehand, so it can be found by watching:
//! [`Gradient2`] looks at latency, [`Aimd`] at failures.

mod aimd;
mod concurrency;
mod gate;
mod gradient2;
mod machine;
mod pace;
mod rate;

pub use aimd::Aimd;
pub use concurrency::{Concurrency, ConcurrencyLayer};
pub use gradient2::Gradient2;
pub use machine::{InFlight, Sample, Went};
pub use rate::{Rate, RateLayer};

use std::time::Duration;

/// The longest wait for a place, for a call without a deadline.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Destinations of which a limit knows something.
const MOST_DESTINATIONS: usize = 1024;
