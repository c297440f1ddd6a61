//! How many connections a client needs, what bounds their number, and what becomes of them.
//!
//! The seed's theorem 3.2, √(2·rate·time/memory), gives 4.5 connections for an offered load of 10: an unstable queue.
//! What holds is Little's law for the mean, Erlang's C formula for those that have to wait, the server's budget as the
//! bound from above, and a [`replay`] of measured calls where the formulas' assumptions end.

mod budget;
mod order;
pub mod replay;
mod size;
mod streams;

pub use budget::{Allotment, Bound, ServerBudget, deadlock_floor};
pub use order::{MOST_LOAD, Order, lifo_handshakes, lifo_rate};
pub use size::{size_for, size_for_quantile};
pub use streams::{LEAST_CONNECTIONS, TARGET_FILL, connections_for_streams};
