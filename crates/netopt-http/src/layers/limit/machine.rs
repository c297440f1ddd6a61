//! What all ways to find a limit have in common: samples go in, a limit comes out.

use std::num::NonZeroU32;
use std::time::Duration;

use super::aimd::Aimd;
use super::gradient2::Gradient2;

/// How many calls may be in flight to one destination.
#[derive(Debug, Clone, PartialEq)]
pub enum InFlight {
    /// So many.
    Fixed(NonZeroU32),
    /// As many as do not make calls slower than they were in the long run.
    Gradient2(Gradient2),
    /// More while all goes well, fewer after a failure.
    Aimd(Aimd),
}

/// One call, as a limit sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// From when it got its place until the head of its answer was there.
    pub latency: Duration,
    /// Calls in flight when it got its place, itself included.
    pub in_flight: u32,
    /// How it went.
    pub went: Went,
}

/// How a call went, as far as a limit is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Went {
    /// It was answered.
    Well,
    /// It was turned away, broke off or took too long: a sign of overload.
    Dropped,
}

impl InFlight {
    /// The limit now.
    #[must_use]
    pub fn limit(&self) -> u32 {
        match self {
            Self::Fixed(limit) => limit.get(),
            Self::Gradient2(found) => found.limit(),
            Self::Aimd(found) => found.limit(),
        }
    }

    /// The name in messages.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Fixed(_) => "fixed",
            Self::Gradient2(_) => "gradient2",
            Self::Aimd(_) => "aimd",
        }
    }

    /// A call is over.
    pub(super) fn learn(&mut self, sample: &Sample) {
        match self {
            Self::Fixed(_) => {}
            Self::Gradient2(found) => found.learn(sample),
            Self::Aimd(found) => found.learn(sample),
        }
    }
}
