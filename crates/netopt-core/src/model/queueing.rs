//! Waiting lines: Little, M/M/1, Erlang B and C, Allen-Cunneen, square-root staffing, Kleinrock's power.
//!
//! A pool of connections, a server and the buffer of a bottleneck are all queues: calls come, hold a place for a while,
//! and wait when there is none. The formulas say how long, given only means and the assumption that arrivals are
//! Poisson. Real traffic is burstier and real hold times have heavier tails, so a formula is where a search starts;
//! [`pool::replay`](super::pool::replay) of a measured trace is where it ends.
//!
//! An unstable queue has no mean wait: the constructors answer `None` instead of a number. Left alone: networks of
//! queues, priorities, and clients that give up.

use std::time::Duration;

use crate::unit::Ratio;

mod erlang;
mod little;
mod mm1;
mod power;
mod staffing;
mod variation;

pub(super) use erlang::Recursion;
pub use erlang::{ErlangC, blocking};
pub use little::Erlangs;
pub use mm1::Mm1;
pub use power::{Pipe, drop_tail_bound, mm1_power};
pub use staffing::{beta_for, halfin_whitt, refined_servers_for, servers_for};
pub use variation::{Variation, allen_cunneen};

/// The time of a formula: never below zero, and what no [`Duration`] can hold is the longest one.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
}

/// The probability of a formula, freed of the last digit's rounding.
fn probability(value: f64) -> Ratio {
    Ratio::new(value.clamp(0.0, 1.0)).expect("formulas of finite inputs yield numbers")
}
