//! Packets between the line and the far end, until they are due.
//!
//! Those that keep their order are in a queue, the others in a heap, and the earlier of the two fronts is next; among equal
//! times the one that left first. The store is bounded, for a long path with a fast line holds a lot: what does not fit
//! is refused. That is the lab's own failure and never the path's, so whoever fills it has a void run. What it leaves
//! alone: when a packet is due.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use netopt_core::unit::Bytes;

use super::delay::{Arrival, Course};
use super::{Delivery, Packet};

/// Packets of one way that may be between the line and the far end: 650 ms of 100,000 packets a second.
pub const MAX_FLYING_PACKETS: usize = 65_536;

/// IP bytes of one way that may be between the line and the far end: half a second of 1 Gbit/s.
pub const MAX_FLYING_BYTES: Bytes = Bytes::new(64 * 1024 * 1024);

/// In nanoseconds, 584 years: what never lands.
const NEVER: u64 = u64::MAX;

#[derive(Debug, Default)]
pub(super) struct Flight {
    ordered: VecDeque<Landing>,
    beside: BinaryHeap<Reverse<Landing>>,
    bytes: Bytes,
    departed: u64,
}

/// A packet and when it lands.
#[derive(Debug)]
struct Landing {
    /// The time in nanoseconds above, the number of the departure below: one comparison orders by both.
    key: u128,
    packet: Packet,
}

impl Landing {
    fn new(due: Duration, number: u64, packet: Packet) -> Self {
        let nanos = u64::try_from(due.as_nanos()).unwrap_or(NEVER);
        let key = u128::from(nanos) << 64 | u128::from(number);
        Self { key, packet }
    }

    fn due(&self) -> Duration {
        match u64::try_from(self.key >> 64) {
            Ok(NEVER) | Err(_) => Duration::MAX,
            Ok(nanos) => Duration::from_nanos(nanos),
        }
    }
}

impl PartialEq for Landing {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Landing {}

impl PartialOrd for Landing {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Landing {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl Flight {
    /// Takes a packet in; gives it back when the store is full.
    pub(super) fn push(&mut self, arrival: Arrival, packet: Packet) -> Result<(), Packet> {
        let bytes = self.bytes + packet.length();
        if self.packets() >= MAX_FLYING_PACKETS || bytes > MAX_FLYING_BYTES {
            return Err(packet);
        }
        self.bytes = bytes;
        self.departed += 1;
        let landing = Landing::new(arrival.due, self.departed, packet);
        match arrival.course {
            Course::Behind => self.ordered.push_back(landing),
            Course::Beside | Course::HeldBack => self.beside.push(Reverse(landing)),
        }
        Ok(())
    }

    /// The next packet, if it is due at `now`.
    pub(super) fn pop(&mut self, now: Duration) -> Option<Delivery> {
        if self.next()? > now {
            return None;
        }
        let landing = if self.beside_first() {
            self.beside.pop()?.0
        } else {
            self.ordered.pop_front()?
        };
        self.bytes = self.bytes.saturating_sub(landing.packet.length());
        Some(Delivery {
            due: landing.due(),
            packet: landing.packet,
        })
    }

    /// When the next packet is due; `None` if there is none.
    pub(super) fn next(&self) -> Option<Duration> {
        let ordered = self.ordered.front().map(Landing::due);
        let beside = self.beside.peek().map(|landing| landing.0.due());
        match (ordered, beside) {
            (Some(ordered), Some(beside)) => Some(ordered.min(beside)),
            (one, other) => one.or(other),
        }
    }

    pub(super) fn packets(&self) -> usize {
        self.ordered.len() + self.beside.len()
    }

    fn beside_first(&self) -> bool {
        match (self.ordered.front(), self.beside.peek()) {
            (Some(ordered), Some(beside)) => beside.0 < *ordered,
            (ordered, _) => ordered.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packet(bytes: usize) -> Packet {
        Packet::new(vec![0; bytes])
    }

    fn at(due: u64, course: Course) -> Arrival {
        Arrival {
            due: Duration::from_micros(due),
            course,
        }
    }

    #[test]
    fn neither_bound_is_exceeded() {
        for length in [1, 64 * 1024] {
            let mut flight = Flight::default();
            let mut taken = 0;
            while flight.push(at(1, Course::Behind), packet(length)).is_ok() {
                taken += 1;
            }
            let by_bytes = usize::try_from(MAX_FLYING_BYTES.get()).unwrap() / length;
            assert_eq!(taken, by_bytes.min(MAX_FLYING_PACKETS));
            assert!(flight.pop(Duration::from_micros(1)).is_some());
            assert!(flight.push(at(1, Course::Beside), packet(length)).is_ok());
        }
    }

    proptest! {
        #[test]
        fn packets_come_in_order_of_time_then_of_departure(
            dues in prop::collection::vec((1u64..50, any::<bool>()), 1..80),
        ) {
            let mut flight = Flight::default();
            let (mut latest, mut expected) = (0, Vec::new());
            for (number, (due, ordered)) in dues.into_iter().enumerate() {
                let arrival = if ordered {
                    latest = due.max(latest);
                    at(latest, Course::Behind)
                } else {
                    at(due, Course::Beside)
                };
                expected.push((arrival.due, number));
                flight.push(arrival, packet(number)).unwrap();
            }
            expected.sort_unstable();
            let mut came = Vec::new();
            while let Some(next) = flight.next() {
                prop_assert!(flight.pop(next.saturating_sub(Duration::from_nanos(1))).is_none());
                let delivery = flight.pop(next).unwrap();
                prop_assert_eq!(delivery.due, next);
                came.push((delivery.due, delivery.packet.bytes.len()));
            }
            prop_assert_eq!(came, expected);
            prop_assert_eq!(flight.bytes, Bytes::ZERO);
        }
    }
}
