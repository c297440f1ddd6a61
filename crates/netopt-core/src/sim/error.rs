//! Why there is no outcome.

use std::time::Duration;

use crate::unit::show_duration;

/// A scenario that cannot be simulated, or that was given up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Kind);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Kind {
    #[error("the scenario cannot be simulated: {}", .0.join("; "))]
    Invalid(Vec<String>),
    #[error(
        "more than {limit} packets after {} of simulated time: raise the packet limit or lower the time limit",
        show_duration(*.at)
    )]
    TooManyPackets { limit: u64, at: Duration },
}

impl Error {
    pub(super) const fn invalid(violations: Vec<String>) -> Self {
        Self(Kind::Invalid(violations))
    }

    pub(super) const fn too_many_packets(limit: u64, at: Duration) -> Self {
        Self(Kind::TooManyPackets { limit, at })
    }

    /// Each value of the scenario that is out of bounds, with the bound; none if it was given up at the packet limit.
    #[must_use]
    pub fn violations(&self) -> &[String] {
        match &self.0 {
            Kind::Invalid(violations) => violations,
            Kind::TooManyPackets { .. } => &[],
        }
    }

    /// Whether the run was given up because it took more packets than the scenario allows.
    #[must_use]
    pub const fn is_packet_limit(&self) -> bool {
        matches!(self.0, Kind::TooManyPackets { .. })
    }
}
