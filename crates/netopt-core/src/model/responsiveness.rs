//! Round trips per minute under load (RPM): how fast a path answers while it is busy.
//!
//! The path is loaded until goodput no longer grows, and probed meanwhile in two ways: on connections of their own
//! ([`Foreign`]), and on those that carry the load. Source: *Responsiveness under Working Conditions*,
//! draft-ietf-ippm-responsiveness. The formula changed between its versions, and figures of two versions must not be
//! compared: so each result names its [`Draft`].
//!
//! What this module leaves alone: it sends nothing and keeps no time. Samples come in, figures go out; without samples
//! there is no figure, and never one of 0.

mod draft;
mod probe;
mod protocol;
mod series;
mod stability;
mod trimmed_mean;

pub use draft::{Draft, Responsiveness, Rpm};
pub use probe::{Foreign, Tls};
pub use protocol::{
    CAPACITY_FOR_PROBES_PERCENT, CONNECTIONS_AT_START, CONNECTIONS_PER_INTERVAL, MOST_CONNECTIONS,
    MOVING_AVERAGE_DISTANCE, PROBES_PER_SECOND, STANDARD_DEVIATION_TOLERANCE_PERCENT,
    TRIMMED_MEAN_PERCENT,
};
pub use series::{Interval, Series};
pub use stability::{Confidence, Stability};
pub use trimmed_mean::trimmed_mean;
