//! Load on anything that can be called: an arrival process, a stop rule and a recorder, given to one driver.
//!
//! ```text
//! Arrival × Stop × Budget ──▶ driver::run ──calls──▶ Caller
//!                                  │
//!                                  ├──every Exchange, as it ends──▶ Record
//!                                  └──at the end──▶ Report { Health }
//! ```
//!
//! The parts are values, so a new way to arrive, to stop or to record does not touch the driver. Calls of an open loop
//! begin when the plan says, whatever the answers do, and their latency counts from then; what the generator itself
//! could not keep up with is in the [`report::Health`] of every run, never hidden in the latencies.
//!
//! This crate knows no HTTP, no sockets and no files: a [`caller::Caller`] does the call and measures its phases.

pub mod arrival;
pub mod budget;
pub mod caller;
pub mod choice;
pub mod driver;
mod pace;
pub mod record;
pub mod report;
pub mod stop;
mod tally;
