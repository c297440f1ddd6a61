//! What is in flight, what was lost, and how it is found out.
//!
//! A packet counts as lost when one sent at least three packets later has arrived (`DupThresh` of RFC 6675 §2, the packet
//! threshold of RFC 9002 §6.1.1). The path keeps order, so that is never wrong. A timeout may be: what it gave up is kept for
//! the acknowledgements that come late.

use std::collections::{BTreeSet, VecDeque};

use super::super::time::Time;

/// How many packets later one must have arrived.
const THRESHOLD: u64 = 3;

/// A packet that was sent, with the state of the rate sampler at that moment.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Sent {
    pub(in super::super) segment: u64,
    pub(in super::super) at: Time,
    pub(in super::super) stamp: Stamp,
    state: State,
}

/// What the rate sampler needs to know about the moment at which a packet was sent.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Stamp {
    /// Packets delivered by then.
    pub(in super::super) delivered: u64,
    /// When the last of them was acknowledged.
    pub(in super::super) delivered_at: Time,
    /// When the packet was sent whose acknowledgement that was.
    pub(in super::super) first_sent: Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Flying,
    /// The timer ran out on it.
    GivenUp,
    Arrived,
}

impl Sent {
    /// Whether it had been given up when it arrived.
    pub(super) fn is_late(&self) -> bool {
        self.state == State::GivenUp
    }
}

/// The packets of which the fate is open, in the order of sending.
#[derive(Debug, Default)]
pub(super) struct Flight {
    /// The number of the first packet in `sent`.
    base: u64,
    sent: VecDeque<Sent>,
    /// How many of them fly: `pipe` in RFC 6675.
    flying: u64,
    /// One more than the last packet that arrived.
    highest: u64,
    /// Segments to send again.
    lost: BTreeSet<u64>,
}

impl Flight {
    pub(super) const fn flying(&self) -> u64 {
        self.flying
    }

    /// The number of the next packet.
    pub(super) fn next_number(&self) -> u64 {
        self.base + self.sent.len() as u64
    }

    /// A packet leaves; returns its number.
    pub(super) fn send(&mut self, segment: u64, at: Time, stamp: Stamp) -> u64 {
        let number = self.next_number();
        self.sent.push_back(Sent {
            segment,
            at,
            stamp,
            state: State::Flying,
        });
        self.flying += 1;
        number
    }

    /// That packet arrived; returned is what was known of it before. `None` if it counted as arrived or lost already.
    pub(super) fn arrived(&mut self, number: u64) -> Option<Sent> {
        let place = usize::try_from(number.checked_sub(self.base)?).ok()?;
        let sent = self.sent.get_mut(place)?;
        let before = *sent;
        match before.state {
            State::Flying => self.flying -= 1,
            State::GivenUp => {
                self.lost.remove(&before.segment);
            }
            State::Arrived => return None,
        }
        sent.state = State::Arrived;
        self.highest = self.highest.max(number + 1);
        Some(before)
    }

    /// Gives up what must be lost by now. Returns the number of the last such packet, if there is any.
    pub(super) fn find_losses(&mut self) -> Option<u64> {
        let mut last = None;
        while let Some(front) = self.sent.front() {
            let overdue = self.base + THRESHOLD < self.highest;
            if front.state != State::Arrived && !overdue {
                break;
            }
            if front.state == State::Flying {
                self.flying -= 1;
                self.lost.insert(front.segment);
                last = Some(self.base);
            }
            self.sent.pop_front();
            self.base += 1;
        }
        last
    }

    /// Gives up everything: the timer ran out.
    pub(super) fn give_up(&mut self) {
        for sent in &mut self.sent {
            if sent.state == State::Flying {
                sent.state = State::GivenUp;
                self.lost.insert(sent.segment);
            }
        }
        self.flying = 0;
    }

    /// The next segment to send again, passing over those before `missing`, which have arrived after all.
    pub(super) fn next_lost(&mut self, missing: u64) -> Option<u64> {
        while let Some(&segment) = self.lost.first() {
            if segment >= missing {
                return Some(segment);
            }
            self.lost.pop_first();
        }
        None
    }

    /// The segment that [`Flight::next_lost`] gave is sent again.
    pub(super) fn resend(&mut self) {
        self.lost.pop_first();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fly(count: u64) -> Flight {
        let mut flight = Flight::default();
        for segment in 0..count {
            assert_eq!(flight.send(segment, Time::ZERO, Stamp::default()), segment);
        }
        flight
    }

    #[test]
    fn three_later_packets_prove_a_loss() {
        let mut flight = fly(6);
        for number in [1, 2] {
            assert!(flight.arrived(number).is_some());
            assert_eq!(flight.find_losses(), None);
        }
        assert_eq!(flight.flying(), 4);
        assert!(flight.arrived(3).is_some());
        assert_eq!(flight.find_losses(), Some(0));
        assert_eq!(flight.flying(), 2);
        assert_eq!(flight.next_lost(0), Some(0));
        assert!(flight.arrived(0).is_none(), "given up");
        assert!(flight.arrived(3).is_none(), "twice");
    }

    #[test]
    fn after_giving_up_all_is_sent_again_in_order() {
        let mut flight = fly(8);
        for number in [4, 5, 6] {
            flight.arrived(number);
        }
        assert_eq!(flight.find_losses(), Some(3));
        assert_eq!(flight.next_lost(0), Some(0));
        flight.resend();
        assert_eq!(flight.send(0, Time::ZERO, Stamp::default()), 8);
        flight.give_up();
        assert_eq!(flight.flying(), 0);
        let again: Vec<u64> = std::iter::from_fn(|| {
            let segment = flight.next_lost(0)?;
            flight.resend();
            Some(segment)
        })
        .collect();
        assert_eq!(again, [0, 1, 2, 3, 7]);
        assert_eq!(flight.next_number(), 9);
    }

    #[test]
    fn what_arrived_after_all_is_passed_over() {
        let mut flight = fly(4);
        flight.give_up();
        assert_eq!(flight.next_lost(2), Some(2));
    }

    #[test]
    fn what_arrives_late_is_told_apart_and_not_sent_again() {
        let mut flight = fly(6);
        assert!(!flight.arrived(0).unwrap().is_late());
        flight.give_up();
        let again = flight.next_lost(1).unwrap();
        flight.resend();
        flight.send(again, Time::ZERO, Stamp::default());
        // The first copies of 1 and 3 arrive; 2 was lost.
        assert!(flight.arrived(1).unwrap().is_late());
        assert!(flight.arrived(3).unwrap().is_late());
        assert!(flight.arrived(3).is_none(), "twice");
        assert_eq!(flight.flying(), 1, "the second copy of 1");
        assert_eq!(flight.find_losses(), None);
        let rest: Vec<u64> = std::iter::from_fn(|| {
            let segment = flight.next_lost(2)?;
            flight.resend();
            Some(segment)
        })
        .collect();
        assert_eq!(rest, [2, 4, 5]);
    }
}
