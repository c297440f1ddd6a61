//! The theory behind netopt's numbers: each formula with its unit, its source and the domain in which it holds.
//!
//! Models predict; they never measure, and what they say is an estimate. Quantities come in as units and go out as
//! units, so a formula that yields √s does not compile. `docs/theory.md` explains each with a worked example; where a
//! formula is used outside the domain it was derived for, its [`validity::Validity`] says so.

pub mod congestion;
pub mod flow_time;
pub mod latency;
pub mod loss;
pub mod message_size;
pub mod pool;
pub mod queueing;
pub mod responsiveness;
pub mod slow_start;
pub mod throughput;
pub mod validity;
pub mod window;
