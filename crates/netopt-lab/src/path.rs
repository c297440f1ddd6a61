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

mod chance;
mod check;
mod codel;
mod delay;
mod ecn;
mod flight;
mod line;
mod loss;
mod outage;
mod pacer;
mod packet;
mod queue;
mod series;
mod spec;
mod spells;
mod tally;
mod text;
mod timetable;
mod trace;
mod violations;
mod way;

pub use flight::{MAX_FLYING_BYTES, MAX_FLYING_PACKETS};
pub use pacer::Pacer;
pub use packet::{Delivery, Packet};
pub use series::{Backlog, MeanBacklog, QueuePoint, QueueSeries};
pub use spec::{
    Aqm, Jitter, LONGEST_DELAY, Limit, Loss, Outages, PathSpec, QueueSpec, Rate, RateStep, Reorder,
    WaySpec,
};
pub use spells::Spell;
pub use tally::{Count, WayTally};
pub use text::TextError;
pub use violations::{Violation, Violations};
pub use way::Way;
