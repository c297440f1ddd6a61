//! Controlled delay: drops from the front of a queue that stands too long (RFC 8289).
//!
//! The code follows the pseudocode of section 5, name by name where it helps to compare. Where it would drop, a packet
//! whose sender allows it is marked instead, if asked; that part is as in Linux, which counts a mark as a drop that
//! delivers the packet. Time is that of the dequeue, so the law holds in ideal time however late it is carried out. What it
//! leaves alone: the bound of the queue.

use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::unit::Bytes;

use super::queue::{Queue, Waiting};
use super::{Packet, ecn};

/// How many intervals after the last drop the drop rate of then is still a good one to begin with (section 5.5).
const MEMORY: u32 = 16;

#[derive(Debug)]
pub(super) struct Codel {
    target: Duration,
    interval: Duration,
    ecn: Switch,
    /// The largest packet so far: with less than that behind it no packet is dropped.
    largest: Bytes,
    first_above: Option<Duration>,
    dropping: bool,
    drop_next: Duration,
    count: u32,
    last_count: u32,
    marked: u64,
}

/// A packet from the front, and whether the delay has been above the target for an interval.
struct Dequeued {
    front: Option<Waiting>,
    may_drop: bool,
}

impl Codel {
    pub(super) const fn new(target: Duration, interval: Duration, ecn: Switch) -> Self {
        Self {
            target,
            interval,
            ecn,
            largest: Bytes::ZERO,
            first_above: None,
            dropping: false,
            drop_next: Duration::ZERO,
            count: 0,
            last_count: 0,
            marked: 0,
        }
    }

    /// Packets marked so far.
    pub(super) const fn marked(&self) -> u64 {
        self.marked
    }

    /// Takes the next packet to send out of `queue` at `now`; those to be dropped before it are handed to `drop`.
    pub(super) fn dequeue(
        &mut self,
        now: Duration,
        queue: &mut Queue,
        mut drop: impl FnMut(Packet),
    ) -> Option<Waiting> {
        let mut next = self.take(now, queue);
        if self.dropping {
            if !next.may_drop {
                self.dropping = false;
            }
            while self.dropping && now >= self.drop_next {
                self.count = self.count.saturating_add(1);
                if self.marks(&mut next) {
                    self.drop_next = self.control_law(self.drop_next);
                    break;
                }
                next.front.into_iter().for_each(|front| drop(front.packet));
                next = self.take(now, queue);
                if next.may_drop {
                    self.drop_next = self.control_law(self.drop_next);
                } else {
                    self.dropping = false;
                }
            }
        } else if next.may_drop {
            if !self.marks(&mut next) {
                next.front.into_iter().for_each(|front| drop(front.packet));
                next = self.take(now, queue);
            }
            self.begin(now);
        }
        next.front
    }

    /// Begins to drop: at the rate of the last time, if that was not long ago.
    fn begin(&mut self, now: Duration) {
        self.dropping = true;
        let delta = self.count.saturating_sub(self.last_count);
        let recent = now < self.drop_next.saturating_add(self.interval * MEMORY);
        self.count = if delta > 1 && recent { delta } else { 1 };
        self.drop_next = self.control_law(now);
        self.last_count = self.count;
    }

    /// The time of the drop after one at `at` (section 3.3): the drop rate grows with the square root of the count.
    fn control_law(&self, at: Duration) -> Duration {
        at.saturating_add(self.interval.div_f64(f64::from(self.count.max(1)).sqrt()))
    }

    fn take(&mut self, now: Duration, queue: &mut Queue) -> Dequeued {
        let front = queue.pop();
        let mut may_drop = false;
        match &front {
            None => self.first_above = None,
            Some(waiting) => {
                self.largest = self.largest.max(waiting.packet.length());
                let sojourn = now.saturating_sub(waiting.since);
                if sojourn < self.target || queue.bytes() <= self.largest {
                    self.first_above = None;
                } else if let Some(first_above) = self.first_above {
                    may_drop = now >= first_above;
                } else {
                    self.first_above = Some(now.saturating_add(self.interval));
                }
            }
        }
        Dequeued { front, may_drop }
    }

    fn marks(&mut self, next: &mut Dequeued) -> bool {
        let marked = self.ecn.is_on()
            && next
                .front
                .as_mut()
                .is_some_and(|front| ecn::mark(&mut front.packet.bytes));
        self.marked += u64::from(marked);
        marked
    }
}

#[cfg(test)]
mod tests;
