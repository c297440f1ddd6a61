//! What a way did to its packets: the truth to which measurements are held.
//!
//! Every packet that arrived, and every copy that was made, is counted once more: as delivered, as dropped for one reason,
//! or as on its way. What is not known is `None`, never zero. What it leaves alone: how late packets were carried out,
//! which only the one who did it can know.

use std::time::Duration;

use netopt_core::unit::{Bytes, Ratio};

use super::{Packet, QueueSeries, Spell};

/// Packets and their IP bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// How many.
    pub packets: u64,
    /// IP bytes, headers included.
    pub bytes: Bytes,
}

impl Count {
    pub(super) fn add(&mut self, packet: &Packet) {
        self.packets += 1;
        self.bytes += packet.length();
    }
}

/// What a way has done until a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct WayTally {
    /// From the start of the path to this tally.
    pub elapsed: Duration,
    /// What came in.
    pub arrived: Count,
    /// What went out at the other end, copies included.
    pub delivered: Count,
    /// Packets lost by chance, as the path says.
    pub lost: u64,
    /// Packets that found the queue full.
    pub dropped_queue: u64,
    /// Packets that CoDel dropped.
    pub dropped_aqm: u64,
    /// Packets that came during an outage.
    pub dropped_outage: u64,
    /// Packets that the lab had no memory for: its own failure, and the run is void.
    pub overflowed: u64,
    /// Packets that CoDel marked instead of dropping them.
    pub marked: u64,
    /// Copies made.
    pub duplicated: u64,
    /// Packets held back so that others overtake them.
    pub reordered: u64,
    /// Packets and copies in the queue, on the line and behind it.
    pub in_transit: u64,
    /// The share of the time in which the line was busy; `None` without a rate, or without time.
    pub utilisation: Option<Ratio>,
    /// When the line was busy, the latest 2,048 times; empty without a rate.
    pub spells: Vec<Spell>,
    /// How long the queue was.
    pub queue: QueueSeries,
}

impl WayTally {
    /// All packets that did not come through, for whatever reason.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.lost + self.dropped_queue + self.dropped_aqm + self.dropped_outage + self.overflowed
    }

    /// The rate of what came through, in IP bits; `None` if nothing did, or without time.
    #[must_use]
    pub fn throughput(&self) -> Option<netopt_core::unit::BitRate> {
        self.delivered.bytes.over(self.elapsed)
    }
}

/// The counters of a way that nothing else counts.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) arrived: Count,
    pub(super) delivered: Count,
    pub(super) lost: u64,
    pub(super) dropped_queue: u64,
    pub(super) dropped_aqm: u64,
    pub(super) dropped_outage: u64,
    pub(super) overflowed: u64,
    pub(super) duplicated: u64,
    pub(super) reordered: u64,
}
