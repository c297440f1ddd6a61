//! The receiving end of a flow: puts segments in order and acknowledges them.

use std::collections::VecDeque;

use super::packet::{Acknowledgement, Packet};
use crate::model::loss::Acks;

/// What a receiver has and owes.
#[derive(Debug)]
pub(super) struct Receiver {
    acks: Acks,
    /// The first segment that is missing.
    missing: u64,
    /// Whether it has the segment that many places after `missing`; the first is always false.
    beyond: VecDeque<bool>,
    /// Segments that it has, each counted once.
    segments: u64,
    /// A packet in order that is not acknowledged yet.
    held: Option<u64>,
}

/// What a receiver does about a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    /// It acknowledges at once.
    Now(Acknowledgement),
    /// It waits for another packet, or for its timer.
    Later,
}

impl Receiver {
    pub(super) const fn new(acks: Acks) -> Self {
        Self {
            acks,
            missing: 0,
            beyond: VecDeque::new(),
            segments: 0,
            held: None,
        }
    }

    /// How many segments it has.
    pub(super) const fn segments(&self) -> u64 {
        self.segments
    }

    /// A packet comes.
    pub(super) fn arrive(&mut self, packet: Packet) -> Reply {
        let in_order = packet.segment == self.missing && self.beyond.is_empty();
        self.take(packet.segment);
        let waits = match self.acks {
            Acks::EverySegment => false,
            Acks::EverySecond => in_order && self.held.is_none(),
        };
        if waits {
            self.held = Some(packet.number);
            return Reply::Later;
        }
        Reply::Now(Acknowledgement {
            latest: packet.number,
            earlier: self.held.take(),
            missing: self.missing,
        })
    }

    /// It has waited long enough: the acknowledgement that it held back, if there still is one.
    pub(super) fn waited(&mut self) -> Option<Acknowledgement> {
        Some(Acknowledgement {
            latest: self.held.take()?,
            earlier: None,
            missing: self.missing,
        })
    }

    fn take(&mut self, segment: u64) {
        let Some(place) = segment.checked_sub(self.missing) else {
            return;
        };
        if place == 0 {
            self.segments += 1;
            self.missing += 1;
            self.beyond.pop_front();
            while self.beyond.front() == Some(&true) {
                self.beyond.pop_front();
                self.missing += 1;
            }
            return;
        }
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        if self.beyond.len() <= place {
            self.beyond.resize(place + 1, false);
        }
        if !self.beyond[place] {
            self.beyond[place] = true;
            self.segments += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrive(
        receiver: &mut Receiver,
        number: u64,
        segment: u64,
    ) -> Option<(u64, Option<u64>, u64)> {
        match receiver.arrive(Packet { number, segment }) {
            Reply::Now(ack) => Some((ack.latest, ack.earlier, ack.missing)),
            Reply::Later => None,
        }
    }

    #[test]
    fn a_hole_holds_the_missing_segment_until_it_is_filled() {
        let mut receiver = Receiver::new(Acks::EverySegment);
        assert_eq!(arrive(&mut receiver, 0, 0), Some((0, None, 1)));
        assert_eq!(arrive(&mut receiver, 2, 2), Some((2, None, 1)));
        assert_eq!(arrive(&mut receiver, 4, 4), Some((4, None, 1)));
        assert_eq!(arrive(&mut receiver, 5, 1), Some((5, None, 3)));
        assert_eq!(arrive(&mut receiver, 6, 3), Some((6, None, 5)));
        assert_eq!(arrive(&mut receiver, 7, 3), Some((7, None, 5)), "twice");
        assert_eq!(receiver.segments(), 5);
    }

    #[test]
    fn every_second_packet_is_acknowledged_and_disorder_at_once() {
        let mut receiver = Receiver::new(Acks::EverySecond);
        assert_eq!(arrive(&mut receiver, 0, 0), None);
        assert_eq!(arrive(&mut receiver, 1, 1), Some((1, Some(0), 2)));
        assert_eq!(arrive(&mut receiver, 2, 2), None);
        assert_eq!(arrive(&mut receiver, 4, 4), Some((4, Some(2), 3)));
        assert_eq!(
            arrive(&mut receiver, 5, 3),
            Some((5, None, 5)),
            "fills a hole"
        );
        assert_eq!(arrive(&mut receiver, 6, 5), None);
        let waited = receiver.waited().unwrap();
        assert_eq!((waited.latest, waited.missing), (6, 6));
        assert_eq!(receiver.waited(), None);
    }
}
