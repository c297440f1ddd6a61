//! How many calls may be in flight, and its word in a plan file.

use std::num::NonZeroU32;

/// The bound on the calls in flight to one destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConcurrencyLimit {
    /// None.
    Off,
    /// So many.
    Fixed(NonZeroU32),
    /// As many as do not make calls slower than they were in the long run.
    Gradient2,
    /// One more after each good window, fewer by a share after a failure or a late answer.
    Aimd,
}

impl ConcurrencyLimit {
    /// The word in a plan file, where the number stands for [`ConcurrencyLimit::Fixed`].
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Fixed(_) => "fixed",
            Self::Gradient2 => "gradient2",
            Self::Aimd => "aimd",
        }
    }
}
