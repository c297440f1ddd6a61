//! One direction of a path as a machine: packets and times in, packets and times out.
//!
//! The line moves on at ideal times, whenever somebody looks. Every call first does what should have happened until its
//! `now`, in order of time, and every draw belongs to a packet at a stage. So it makes no difference whether deliveries
//! are fetched on time or late: the same packets come with the same times. The one exception is [`MAX_FLYING_PACKETS`] and
//! [`MAX_FLYING_BYTES`]: whoever fetches too late fills the memory behind the line.
//!
//! Buffers go round. Those of dropped packets are kept for [`Way::buffer`], and [`Way::recycle`] takes back those of packets
//! that were delivered, so nothing is allocated once a run is under way. What it leaves alone: clocks, sockets, threads.
//!
//! [`MAX_FLYING_PACKETS`]: super::MAX_FLYING_PACKETS
//! [`MAX_FLYING_BYTES`]: super::MAX_FLYING_BYTES

use std::time::Duration;

use super::chance::{Chance, Streams};
use super::codel::Codel;
use super::delay::{Course, Delay};
use super::flight::Flight;
use super::line::Line;
use super::loss::Losing;
use super::queue::Queue;
use super::series::{Backlog, Series};
use super::tally::Counters;
use super::{Aqm, Delivery, Outages, Packet, PathSpec, WaySpec, WayTally};

/// Empty buffers that a way keeps: a burst's worth; more are given back to the allocator.
const SPARE_BUFFERS: usize = 1024;

/// One direction of a path.
#[derive(Debug)]
pub struct Way {
    outages: Option<Outages>,
    losing: Losing,
    queue: Queue,
    codel: Option<Codel>,
    line: Line,
    delay: Delay,
    duplicating: Option<Chance>,
    flight: Flight,
    now: Duration,
    counters: Counters,
    series: Series,
    spare: Vec<Vec<u8>>,
}

impl Way {
    /// An empty way at time zero. Same specification, seed and arrivals: same deliveries.
    ///
    /// What [`PathSpec::check`] refuses makes no sense here but does no harm: a line that never moves keeps its packets.
    #[must_use]
    pub fn new(spec: &WaySpec, seed: u64) -> Self {
        let mut streams = Streams::new(seed);
        let losing = Losing::new(spec.loss, streams.next());
        let delay = Delay::new(spec, &mut streams);
        let copying = streams.next();
        Self {
            outages: spec.outages,
            losing,
            queue: Queue::new(spec.queue.limit),
            codel: match spec.queue.aqm {
                Aqm::None => None,
                Aqm::Codel { target, interval } => {
                    Some(Codel::new(target, interval, spec.queue.ecn))
                }
            },
            line: Line::new(&spec.rate),
            delay,
            duplicating: spec.duplicate.map(|share| Chance::new(share, copying)),
            flight: Flight::default(),
            now: Duration::ZERO,
            counters: Counters::default(),
            series: Series::new(),
            spare: Vec::new(),
        }
    }

    /// The way up and the way down, with streams of their own.
    #[must_use]
    pub fn pair(path: &PathSpec) -> (Self, Self) {
        let (up, down) = (path.seed, !path.seed);
        (Self::new(&path.up, up), Self::new(&path.down, down))
    }

    /// A packet comes at `now`, counted from the start of the path.
    ///
    /// A time before that of an earlier call counts as that one.
    pub fn arrive(&mut self, now: Duration, packet: Packet) {
        let now = self.advance(now);
        self.counters.arrived.add(&packet);
        if self.outages.is_some_and(|outages| outages.hold_at(now)) {
            self.counters.dropped_outage += 1;
            self.recycle(packet.bytes);
        } else if self.losing.takes() {
            self.counters.lost += 1;
            self.recycle(packet.bytes);
        } else if self.line.free_at() > now && !self.queue.has_room(packet.length()) {
            self.counters.dropped_queue += 1;
            self.recycle(packet.bytes);
        } else {
            self.queue.push(now, packet);
            self.series.record(now, backlog(&self.queue));
            self.run_line(now);
        }
    }

    /// The earliest time at which [`deliver`](Self::deliver) may have something; `None` until the next arrival.
    ///
    /// Never too late, and too early only while something waits for the line: asking again after `deliver` gets on.
    #[must_use]
    pub fn next(&self) -> Option<Duration> {
        let queued = self.queue.first_since().map(|since| {
            let departs = self.line.free_at().max(since);
            self.delay.earliest(departs)
        });
        let flying = self.flight.next();
        let next = match (queued, flying) {
            (Some(queued), Some(flying)) => queued.min(flying),
            (one, other) => one.or(other)?,
        };
        (next < Duration::MAX).then_some(next)
    }

    /// The next packet that is due at `now`, with the time at which it was; `None` when nothing is.
    pub fn deliver(&mut self, now: Duration) -> Option<Delivery> {
        let now = self.advance(now);
        let delivery = self.flight.pop(now)?;
        self.counters.delivered.add(&delivery.packet);
        Some(delivery)
    }

    /// A buffer of a packet that is gone, with whatever is in it; a new and empty one if there is none.
    pub fn buffer(&mut self) -> Vec<u8> {
        self.spare.pop().unwrap_or_default()
    }

    /// Takes a buffer that is needed no more, for a later [`buffer`](Self::buffer).
    pub fn recycle(&mut self, buffer: Vec<u8>) {
        if self.spare.len() < SPARE_BUFFERS {
            self.spare.push(buffer);
        }
    }

    /// What the way has done until `now`.
    ///
    /// Counters are those of the last call of `arrive` or `deliver`; what should have happened since counts as not yet done.
    #[must_use]
    pub fn tally(&self, now: Duration) -> WayTally {
        let now = now.max(self.now);
        let counters = &self.counters;
        WayTally {
            elapsed: now,
            arrived: counters.arrived,
            delivered: counters.delivered,
            lost: counters.lost,
            dropped_queue: counters.dropped_queue,
            dropped_aqm: counters.dropped_aqm,
            dropped_outage: counters.dropped_outage,
            overflowed: counters.overflowed,
            marked: self.codel.as_ref().map_or(0, Codel::marked),
            duplicated: counters.duplicated,
            reordered: counters.reordered,
            in_transit: (self.queue.packets() + self.flight.packets()) as u64,
            utilisation: self.line.utilisation(now),
            spells: self.line.spells(),
            queue: self.series.until(now),
        }
    }

    /// Catches up with `now`, or with the latest time so far, and says which.
    fn advance(&mut self, now: Duration) -> Duration {
        self.now = self.now.max(now);
        self.run_line(self.now);
        self.now
    }

    /// Puts packets on the line as it becomes free, until `until`.
    fn run_line(&mut self, until: Duration) {
        while let Some(since) = self.queue.first_since() {
            let at = self.line.free_at().max(since);
            if at > until {
                return;
            }
            let taken = match &mut self.codel {
                None => self.queue.pop(),
                Some(codel) => codel.dequeue(at, &mut self.queue, |dropped| {
                    self.counters.dropped_aqm += 1;
                    if self.spare.len() < SPARE_BUFFERS {
                        self.spare.push(dropped.bytes);
                    }
                }),
            };
            self.series.record(at, backlog(&self.queue));
            if let Some(waiting) = taken {
                let departs = self.line.admit(waiting.since, waiting.packet.length());
                self.send(departs, waiting.packet);
            }
        }
    }

    /// A packet that leaves the line at `departs` is on its way, perhaps twice.
    fn send(&mut self, departs: Duration, packet: Packet) {
        let arrival = self.delay.arrival(departs);
        if arrival.course == Course::HeldBack {
            self.counters.reordered += 1;
        }
        let copy = self
            .duplicating
            .as_mut()
            .is_some_and(Chance::happens)
            .then(|| {
                let mut bytes = self.spare.pop().unwrap_or_default();
                bytes.clear();
                bytes.extend_from_slice(&packet.bytes);
                self.counters.duplicated += 1;
                Packet::new(bytes)
            });
        for packet in [Some(packet), copy].into_iter().flatten() {
            if let Err(refused) = self.flight.push(arrival, packet) {
                self.counters.overflowed += 1;
                self.recycle(refused.bytes);
            }
        }
    }
}

fn backlog(queue: &Queue) -> Backlog {
    Backlog {
        bytes: queue.bytes(),
        packets: queue.packets() as u64,
    }
}

#[cfg(test)]
mod tests;
