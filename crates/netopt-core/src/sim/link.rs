//! The bottleneck: loss, a queue that drops its tail, a rate.
//!
//! It is first in, first out and never idle while packets wait, so when a packet leaves is known as soon as it comes, and
//! no event is needed for it. Delay is the flow's business: it may differ from flow to flow.

use std::collections::VecDeque;

use super::outcome::BottleneckOutcome;
use super::random::SplitMix64;
use super::scenario::{Bottleneck, Loss};
use super::time::Time;
use crate::histogram::LatencyHistogram;
use crate::unit::Ratio;

/// The state of the bottleneck.
#[derive(Debug)]
pub(super) struct Link {
    seconds_a_byte: f64,
    buffer: u64,
    loss: Loss,
    random: SplitMix64,
    /// Until when an episode of loss lasts.
    episode: Time,
    /// When each packet leaves that is queued or on the line, and its size.
    waiting: VecDeque<(Time, u64)>,
    /// The bytes of these.
    backlog: u64,
    /// When the last of them leaves.
    free: Time,
    busy: Time,
    waits: LatencyHistogram,
    packets: u64,
    overflows: u64,
    losses: u64,
}

impl Link {
    pub(super) fn new(bottleneck: &Bottleneck, random: SplitMix64) -> Self {
        Self {
            seconds_a_byte: 8.0 / bottleneck.rate.bps(),
            buffer: bottleneck.buffer.get(),
            loss: bottleneck.loss,
            random,
            episode: Time::ZERO,
            waiting: VecDeque::new(),
            backlog: 0,
            free: Time::ZERO,
            busy: Time::ZERO,
            waits: LatencyHistogram::new(),
            packets: 0,
            overflows: 0,
            losses: 0,
        }
    }

    /// How many packets came.
    pub(super) const fn packets(&self) -> u64 {
        self.packets
    }

    /// A packet of `size` bytes comes: when its last bit leaves, or `None` if it is lost. Calls go forward in time.
    pub(super) fn offer(&mut self, now: Time, size: u64) -> Option<Time> {
        self.packets += 1;
        if self.loses(now) {
            self.losses += 1;
            return None;
        }
        while let Some(&(leaves, gone)) = self.waiting.front()
            && leaves <= now
        {
            self.backlog -= gone;
            self.waiting.pop_front();
        }
        if self.backlog + size > self.buffer {
            self.overflows += 1;
            return None;
        }
        let begins = self.free.max(now);
        let takes = self.serialisation(size);
        self.waits.record(begins.since(now).duration());
        self.busy = self.busy.plus(takes);
        self.free = begins.plus(takes);
        self.backlog += size;
        self.waiting.push_back((self.free, size));
        Some(self.free)
    }

    /// Rounded up, so that the line never carries more than its rate.
    #[expect(clippy::cast_precision_loss, reason = "packets are below 2^53 bytes")]
    fn serialisation(&self, size: u64) -> Time {
        Time::at_least(size as f64 * self.seconds_a_byte)
    }

    fn loses(&mut self, now: Time) -> bool {
        match self.loss {
            Loss::Never => false,
            Loss::Random(share) => self.random.chance(share),
            Loss::Every(count) => self.packets.is_multiple_of(count),
            Loss::Episodes { start, length } => {
                let begins = now >= self.episode && self.random.chance(start);
                if begins {
                    self.episode = now.plus(Time::of(length));
                }
                begins || now < self.episode
            }
        }
    }

    /// What it saw until `end`.
    pub(super) fn outcome(&self, end: Time) -> BottleneckOutcome {
        // What is queued at the end is sent without a pause, so it is the tail of the busy time.
        let busy = self.busy.since(self.free.since(end));
        let whole = end.picoseconds().max(1);
        BottleneckOutcome {
            utilisation: Ratio::of(busy.picoseconds(), whole)
                .expect("sending takes no more than all the time"),
            packets: self.packets,
            overflows: self.overflows,
            losses: self.losses,
            queue_p50: self.waits.quantile(0.5),
            queue_max: self.waits.max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::unit::{BitRate, Bytes};

    fn link(buffer: u64, loss: Loss) -> Link {
        let bottleneck = Bottleneck {
            rate: BitRate::from_bps(12e6).unwrap(),
            round_trip: Duration::ZERO,
            buffer: Bytes::new(buffer),
            loss,
        };
        Link::new(&bottleneck, SplitMix64::new(1))
    }

    fn ms(count: u64) -> Time {
        Time::of(Duration::from_millis(count))
    }

    #[test]
    fn a_packet_of_1500_bytes_takes_1_ms_at_12_mbit() {
        let mut link = link(3_000, Loss::Never);
        assert_eq!(link.offer(Time::ZERO, 1500), Some(ms(1)));
        assert_eq!(link.offer(Time::ZERO, 1500), Some(ms(2)));
        assert_eq!(link.offer(Time::ZERO, 1500), None, "two fill the buffer");
        assert_eq!(link.offer(ms(1), 1500), Some(ms(3)), "one has left");
        assert_eq!(link.offer(ms(7), 1500), Some(ms(8)), "idle from 3 to 7");
        let outcome = link.outcome(ms(8));
        assert_eq!(outcome.utilisation, Ratio::new(0.5).unwrap());
        assert_eq!((outcome.packets, outcome.overflows), (5, 1));
        assert_eq!(outcome.queue_max, Some(Duration::from_millis(1)));
    }

    #[test]
    fn what_is_still_queued_at_the_end_was_not_sent() {
        let mut link = link(10_000, Loss::Never);
        for _ in 0..6 {
            link.offer(ms(2), 1500);
        }
        assert_eq!(link.outcome(ms(4)).utilisation, Ratio::new(0.5).unwrap());
    }

    #[test]
    fn an_episode_takes_everything_until_it_is_over() {
        let loss = Loss::Episodes {
            start: Ratio::new(1.0).unwrap(),
            length: Duration::from_millis(5),
        };
        let mut link = link(10_000, loss);
        assert_eq!(link.offer(Time::ZERO, 1500), None);
        link.loss = Loss::Episodes {
            start: Ratio::new(0.0).unwrap(),
            length: Duration::from_millis(5),
        };
        assert_eq!(link.offer(ms(4), 1500), None);
        assert_eq!(link.offer(ms(5), 1500), Some(ms(6)));
        assert_eq!(link.outcome(ms(6)).losses, 2);
    }

    proptest! {
        /// Little's law: the mean number in the system is the rate of arrivals times the mean time in it. The number is
        /// counted here from what comes and leaves, the time is what the link itself recorded.
        #[test]
        fn the_number_in_the_queue_is_the_rate_of_arrivals_times_the_wait(
            gaps in proptest::collection::vec((0_u64..3_000, 64_u64..1_500), 1..200)
        ) {
            let mut link = link(15_000, Loss::Never);
            let (mut now, mut inside, mut served) = (0, Vec::new(), 0);
            for (gap, size) in gaps {
                now += gap;
                let comes = Time::of(Duration::from_micros(now));
                if let Some(leaves) = link.offer(comes, size) {
                    let last = inside.last().map_or(Time::ZERO, |(_, leaves)| *leaves);
                    prop_assert!(leaves >= last.plus(link.serialisation(size)), "one at a time");
                    inside.push((comes, leaves));
                    served += link.serialisation(size).picoseconds();
                }
            }
            let mut moments: Vec<(Time, bool)> = inside.iter().map(|(comes, _)| (*comes, true)).collect();
            moments.extend(inside.iter().map(|(_, leaves)| (*leaves, false)));
            moments.sort_unstable();
            let (mut number, mut area, mut before) = (0_u64, 0, Time::ZERO);
            for (at, comes) in moments {
                area += number * at.since(before).picoseconds();
                number = if comes { number + 1 } else { number - 1 };
                before = at;
            }
            let waits = Time::of(link.waits.sum()).picoseconds();
            // The link keeps waits in nanoseconds, rounded down.
            let rounded = 1_000 * inside.len() as u64;
            prop_assert!(area.abs_diff(waits + served) <= rounded, "{area} {waits} {served}");
        }
    }
}
