//! The round trip up to where TCP ends: what acknowledgements take, whatever lies behind.
//!
//! It stands by itself because a stall is measured with it, and [`crate::round_trip`], which adds what a relay hides, takes
//! the stalls off first.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::phase::Phase;

use crate::facts::{Facts, Times, answered, phase};

/// A round trip and where the figure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundTrip {
    /// There and back on an empty path.
    pub time: Duration,
    /// What gave the figure.
    pub source: Source,
    /// The number of samples behind it.
    pub n: u64,
}

/// What gave a round trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The kernel's smallest round trip, p50 over the calls.
    Kernel,
    /// The shortest TCP handshake, where the kernel tells nothing.
    Connect,
    /// The extra wait of the first request on a connection.
    FirstRequest,
    /// The shortest TLS handshake.
    Tls,
}

impl Source {
    /// The name in evidence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kernel => "round trip (kernel min_rtt p50)",
            Self::Connect => "round trip (shortest connect)",
            Self::FirstRequest => "round trip (kernel + first request over later ones)",
            Self::Tls => "round trip (kernel + rest of the shortest tls handshake)",
        }
    }
}

/// The round trip up to where TCP ends: what acknowledgements take, whatever lies behind.
///
/// A connection that was opened under load has never seen the path empty. So the single calls alone have a say, too, and the
/// smaller of both medians counts.
#[must_use]
pub fn visible(facts: &Facts) -> Option<RoundTrip> {
    let least = |exchange: &Exchange| exchange.path.as_ref()?.min_rtt;
    let all: Times = every_call(facts).filter_map(least).collect();
    let single: Times = single_calls(facts).filter_map(least).collect();
    let found = |times: &Times| {
        Some(RoundTrip {
            time: times.p50()?,
            source: Source::Kernel,
            n: times.n(),
        })
    };
    let single = found(&single).filter(|_| single.is_enough());
    found(&all)
        .into_iter()
        .chain(single)
        .min_by_key(|trip| trip.time)
        .or_else(|| {
            let connects = phase(every_call(facts), Phase::Connect);
            Some(RoundTrip {
                time: connects.least()?,
                source: Source::Connect,
                n: connects.n(),
            })
        })
}

/// The calls of the survey that tell about the path, made one by one.
fn single_calls(facts: &Facts) -> impl Iterator<Item = &Exchange> {
    answered(&facts.survey.fresh).chain(answered(&facts.survey.warm))
}

/// Every call that tells about the path: of the baseline and of the survey.
pub(crate) fn every_call(facts: &Facts) -> impl Iterator<Item = &Exchange> {
    facts.answered().chain(single_calls(facts))
}
