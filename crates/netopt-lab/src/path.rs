//! What happens to packets between two ends, as a machine without I/O: loss, a queue, a rate, a delay.
//!
//! A [`PathSpec`] says it for both ways, in the order in which a packet meets the stages:
//!
//! ```text
//! outage ──▶ loss ──▶ queue (bound, CoDel, marks) ──▶ rate ──▶ delay, jitter, reordering ──▶ duplication
//! ```
//!
//! Time is an argument, and so is the seed: same seed and same arrivals, same departures. Departures are ideal times:
//! a packet leaves when the model says, however late whoever carries it out was, so lateness does not add up.
//!
//! What it leaves alone: sockets, threads, clocks. The packet link carries it out.

mod pacer;
mod spec;

pub use pacer::Pacer;
pub use spec::{
    Aqm, Jitter, LONGEST_DELAY, Limit, Loss, Outages, PathSpec, QueueSpec, Rate, RateStep, Reorder,
    WaySpec,
};
