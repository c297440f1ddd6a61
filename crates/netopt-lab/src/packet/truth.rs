//! What a packet link really did, and whether a run over it can be believed.
//!
//! A lab is late when its machine is busy, and then what was measured is the lab. So every run has its truth beside it: the
//! counters of both ways, the distribution of lateness, and the processor time of the forwarder. [`Truth::void`] says
//! when a run must not count. What it leaves alone: what was measured over the link.

use std::fmt;
use std::time::Duration;

use netopt_core::histogram::LatencyHistogram;
use netopt_core::unit::{Ratio, show_duration};

use crate::lateness;
use crate::path::WayTally;

/// A forwarder that computes for more than this share of the time has no room for bursts.
pub const BUSIEST: f64 = 0.9;

/// What the forwarder tells as it goes.
pub(super) struct Log {
    pub(super) ways: [WayTally; 2],
    pub(super) lateness: LatencyHistogram,
    pub(super) refused: u64,
    pub(super) broken: bool,
    pub(super) elapsed: Duration,
    pub(super) busy: Duration,
}

impl Log {
    pub(super) fn new(ways: [WayTally; 2]) -> Self {
        Self {
            ways,
            lateness: LatencyHistogram::new(),
            refused: 0,
            broken: false,
            elapsed: Duration::ZERO,
            busy: Duration::ZERO,
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The distributions would fill pages.
        f.debug_struct("Log")
            .field("refused", &self.refused)
            .field("elapsed", &self.elapsed)
            .field("busy", &self.busy)
            .finish_non_exhaustive()
    }
}

/// What a packet link did until now.
#[derive(Debug, Clone)]
pub struct Truth {
    /// From the near end to the far end.
    pub up: WayTally,
    /// From the far end to the near end.
    pub down: WayTally,
    /// How long after its ideal time each packet was handed to the receiver's kernel.
    pub lateness: LatencyHistogram,
    /// Packets that the receiver's kernel did not take: losses that nobody planted.
    pub refused: u64,
    /// The link ended by itself, because a device failed.
    pub broken: bool,
    /// How long the link has run.
    pub elapsed: Duration,
    /// The share of that time for which the forwarder had work, in its thread; `None` when it has just begun.
    pub busy: Option<Ratio>,
}

/// Why a run over a link says nothing about the link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Void {
    /// Packets came too late: the 99th percentile, and what is allowed.
    Late(Duration, Duration),
    /// The forwarder had no time left: its share of a processor.
    Busy(Ratio),
    /// Packets got lost in the lab itself: so many.
    Lost(u64),
    /// The link ended by itself.
    Broken,
}

impl Truth {
    /// Why a run over this link must not count, if so; `rtt` is the round-trip time that the path promised.
    #[must_use]
    pub fn void(&self, rtt: Duration) -> Option<Void> {
        if self.broken {
            return Some(Void::Broken);
        }
        let lost = self.refused + self.up.overflowed + self.down.overflowed;
        if lost > 0 {
            return Some(Void::Lost(lost));
        }
        let allowed = lateness::allowed(rtt);
        if let Some(late) = self.lateness.quantile(0.99).filter(|late| *late > allowed) {
            return Some(Void::Late(late, allowed));
        }
        let busy = self.busy.filter(|busy| busy.get() > BUSIEST);
        busy.map(Void::Busy)
    }
}

impl fmt::Display for Void {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Late(late, allowed) => write!(
                f,
                "one packet in a hundred came {} late or more, {} are allowed",
                show_duration(*late),
                show_duration(*allowed)
            ),
            Self::Busy(share) => write!(f, "the forwarder needed {share} of a processor"),
            Self::Broken => f.write_str("the link ended by itself, because a device failed"),
            Self::Lost(packets) => write!(f, "packets lost in the lab itself: {packets}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::{PathSpec, Way};

    const RTT: Duration = Duration::from_millis(40);

    /// A run of a second with a thousand packets, each late by so much.
    fn truth(late: Duration) -> Truth {
        let (up, down) = Way::pair(&PathSpec::default());
        let mut lateness = LatencyHistogram::new();
        for _ in 0..1000 {
            lateness.record(late);
        }
        Truth {
            up: up.tally(Duration::ZERO),
            down: down.tally(Duration::ZERO),
            lateness,
            refused: 0,
            broken: false,
            elapsed: Duration::from_secs(1),
            busy: Ratio::new(0.1),
        }
    }

    #[test]
    fn a_run_is_void_above_a_tenth_of_the_round_trip() {
        assert_eq!(truth(Duration::from_micros(3900)).void(RTT), None);
        let void = truth(Duration::from_micros(4100)).void(RTT);
        assert!(matches!(void, Some(Void::Late(..))), "{void:?}");
        // A path without length is judged as one of 2 ms.
        assert_eq!(truth(Duration::from_micros(190)).void(Duration::ZERO), None);
        assert!(
            truth(Duration::from_micros(210))
                .void(Duration::ZERO)
                .is_some()
        );
    }

    #[test]
    fn one_packet_in_two_hundred_may_be_late() {
        let mut truth = truth(Duration::ZERO);
        for _ in 0..5 {
            truth.lateness.record(Duration::from_millis(30));
        }
        assert_eq!(truth.void(RTT), None);
    }

    #[test]
    fn a_full_processor_a_lost_packet_and_a_broken_link_are_void() {
        let good = truth(Duration::ZERO);
        let busy = Ratio::new(0.95);
        let void = Truth {
            busy,
            ..good.clone()
        };
        assert_eq!(void.void(RTT), busy.map(Void::Busy));
        let void = Truth {
            refused: 3,
            ..good.clone()
        };
        assert_eq!(void.void(RTT), Some(Void::Lost(3)));
        let void = Truth {
            broken: true,
            ..good
        };
        assert_eq!(void.void(RTT), Some(Void::Broken));
    }
}
