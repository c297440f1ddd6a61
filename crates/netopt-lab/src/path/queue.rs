//! What waits in front of the line: first in, first out, and no more than a bound.
//!
//! What it leaves alone: when a packet goes (the line says), and which ones are taken out on the way (CoDel says).

use std::collections::VecDeque;
use std::time::Duration;

use netopt_core::unit::Bytes;

use super::{Limit, Packet};

/// A packet that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) since: Duration,
    pub(super) packet: Packet,
}

#[derive(Debug)]
pub(super) struct Queue {
    limit: Limit,
    waiting: VecDeque<Waiting>,
    bytes: Bytes,
}

impl Queue {
    pub(super) const fn new(limit: Limit) -> Self {
        Self {
            limit,
            waiting: VecDeque::new(),
            bytes: Bytes::ZERO,
        }
    }

    /// Whether a packet of `length` may wait here too.
    pub(super) fn has_room(&self, length: Bytes) -> bool {
        match self.limit {
            Limit::Bytes(most) => self.bytes + length <= most,
            Limit::Packets(most) => self.waiting.len() < most,
        }
    }

    pub(super) fn push(&mut self, now: Duration, packet: Packet) {
        self.bytes += packet.length();
        self.waiting.push_back(Waiting { since: now, packet });
    }

    pub(super) fn pop(&mut self) -> Option<Waiting> {
        let first = self.waiting.pop_front()?;
        self.bytes = self.bytes.saturating_sub(first.packet.length());
        Some(first)
    }

    /// Since when the first packet waits; `None` if nothing waits.
    pub(super) fn first_since(&self) -> Option<Duration> {
        self.waiting.front().map(|first| first.since)
    }

    pub(super) const fn bytes(&self) -> Bytes {
        self.bytes
    }

    pub(super) fn packets(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limit() -> impl Strategy<Value = Limit> {
        prop_oneof![
            (1usize..20).prop_map(Limit::Packets),
            (1u64..20_000).prop_map(|bytes| Limit::Bytes(Bytes::new(bytes))),
        ]
    }

    proptest! {
           #[test]
           fn the_bound_holds_and_the_order_is_that_of_arrival(
               limit in limit(), steps in prop::collection::vec(prop::option::weighted(0.7, 0usize..3000), 1..100),
           ) {
               let mut queue = Queue::new(limit);
               let (mut accepted, mut popped) = (Vec::new(), Vec::new());
               for (number, step) in steps.into_iter().enumerate() {
                   let now = Duration::from_secs(number as u64);
                   match step.map(|length| Packet::new(vec![0; length])) {
                       Some(packet) if queue.has_room(packet.length()) => {
                           queue.push(now, packet);
                           accepted.push(now);
                       }
                       Some(_) => {}
                       None => popped.extend(queue.pop().map(|first| first.since)),
                   }
                   let held: Bytes = queue.waiting.iter().map(|waiting| waiting.packet.length()).sum();
                   prop_assert_eq!(queue.bytes(), held);
                   let bounded = match limit {
                       Limit::Bytes(most) => queue.bytes() <= most,
                       Limit::Packets(most) => queue.packets() <= most,
                   };
    prop_assert!(bounded);
                   prop_assert_eq!(queue.first_since(), accepted.get(popped.len()).copied());
               }
               prop_assert_eq!(&popped[..], &accepted[..popped.len()]);
           }
       }
}
