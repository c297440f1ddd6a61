//! What is noted of one exchange: its writes, its reads and what the kernel told of them. A machine without I/O.
//!
//! Memory is bounded: of writes and of stamps the last ones are kept, of reads the first ones and the last. Where what is
//! asked for has been dropped, the answer is that it is unknown.

mod pick;
pub(super) mod question;
mod told;

use std::collections::VecDeque;
use std::time::Duration;

use netopt_core::stamps::{Arrival, ArrivalOf, Stamps};
use tokio::time::Instant;

use super::clock::{Bridge, Pair, Wall};
use super::control::Control;
use pick::Picked;
use question::Question;
use told::Told;

/// Writes and stamps of so many are kept, the last ones: a request's end is among them.
const MOST_WRITES: usize = 32;
/// Reads kept, the first ones: a TLS record is here in less.
const MOST_READS: usize = 64;

/// What is noted of the exchange under way, if there is one and no more.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    company: Company,
    opening: Option<Opening>,
    /// Bytes written since stamps were switched on.
    written: u64,
    writes: VecDeque<Write>,
    writes_dropped: bool,
    /// How long writers have waited for room.
    blocked: Duration,
    reads: Vec<Read>,
    last_read: Option<Read>,
    told: VecDeque<Told>,
    min_rtt: Option<Duration>,
    resent: Option<u32>,
}

/// Who is under way.
#[derive(Debug, Default, Clone, Copy)]
struct Company {
    calls: usize,
    /// Two were under way at once, and one of them still is.
    is_crowded: bool,
}

/// How things stood when the exchange began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    /// Both clocks.
    pub(crate) clocks: Pair,
    /// Segments with data that had come.
    pub(crate) segments: Option<u32>,
    /// Segments that had been sent again.
    pub(crate) resent: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Write {
    start: Instant,
    end: Instant,
    /// The offset of its last byte.
    last: u64,
    /// How long it and those before it in the exchange waited for room.
    blocked: Duration,
}

/// One read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read {
    /// When the program had the bytes.
    pub(crate) at: Instant,
    /// When the last of them came.
    pub(crate) arrived: Option<Wall>,
    /// Segments with data that had come by then.
    pub(crate) segments: Option<u32>,
    /// Whether it ended where a TLS record ends; `None` for what is no TLS.
    pub(crate) at_border: Option<bool>,
}

impl Journal {
    /// One more call is under way. The first one begins an exchange, which `opening` is asked for.
    pub(crate) fn enter(&mut self, opening: impl FnOnce() -> Opening) {
        self.company.calls += 1;
        if self.company.calls > 1 {
            self.company.is_crowded = true;
            return;
        }
        *self = Self {
            company: self.company,
            opening: Some(opening()),
            written: self.written,
            ..Self::default()
        };
    }

    /// A call is over, or given up.
    pub(crate) fn leave(&mut self) {
        self.company.calls = self.company.calls.saturating_sub(1);
        if self.company.calls == 0 {
            self.company.is_crowded = false;
            self.opening = None;
        }
    }

    /// A writer had to wait for room.
    pub(crate) fn blocked(&mut self, time: Duration) {
        self.blocked += time;
    }

    /// The kernel took `count` bytes between `start` and `end`.
    pub(crate) fn wrote(&mut self, start: Instant, end: Instant, count: usize) {
        if count == 0 {
            return;
        }
        self.written += count as u64;
        let last = self.written - 1;
        let write = Write {
            start,
            end,
            last,
            blocked: self.blocked,
        };
        self.writes_dropped |= keep_last(&mut self.writes, write);
    }

    /// Whether what `TCP_INFO` says about segments is of use for the next read.
    pub(crate) fn counts_segments(&self) -> bool {
        /// The answer begins with one of the first reads, or its times are told as bounds.
        const FIRST: usize = 4;
        self.opening.is_some() && self.reads.len() < FIRST
    }

    /// The program read something.
    pub(crate) fn read(&mut self, read: Read) {
        if self.reads.len() < MOST_READS {
            self.reads.push(read);
        }
        self.last_read = Some(read);
    }

    /// The kernel told something from the error queue.
    pub(crate) fn told(&mut self, control: &Control) {
        let (Some((step, key)), Some(at)) = (control.step, control.at) else {
            return;
        };
        self.min_rtt = control.min_rtt.or(self.min_rtt);
        self.resent = control.resent.max(self.resent);
        let known = self.told.iter().rposition(|told| told.key == key);
        let index = known.unwrap_or_else(|| {
            keep_last(&mut self.told, Told::of(key));
            self.told.len() - 1
        });
        self.told[index].note(step, at);
    }

    /// What is known of the exchange under way, which is the one that is asked about; `None` when it was not alone.
    ///
    /// `now` is how things stand now.
    pub(crate) fn stamps(
        &self,
        question: &Question,
        now: Opening,
        min_rtt: Option<Duration>,
    ) -> Option<Stamps> {
        if self.company.is_crowded {
            return None;
        }
        let opening = self.opening?;
        let picked = self.pick(question)?;
        let bridge = Bridge::between(opening.clocks, now.clocks);
        let slack = bridge
            .map(|bridge| bridge.uncertainty())
            .unwrap_or_default();
        let program = |wall: Option<Wall>| bridge?.program(wall?);
        let told = self.told_of(picked.write.last);
        let (start, end) = (picked.write.start, now.clocks.program());

        let scheduled = within(
            program(told.and_then(|told| told.scheduled)),
            start,
            question.answered,
            slack,
        );
        let sent = within(
            program(told.and_then(|told| told.sent)),
            scheduled.unwrap_or(start),
            question.answered,
            slack,
        );
        let acknowledged = within(
            program(told.and_then(|told| told.acknowledged)),
            sent.unwrap_or(start),
            end,
            slack,
        );
        let arrived = within(program(picked.first.arrived), start, picked.first.at, slack);
        let last = self.last_read.unwrap_or(picked.first);
        let last_arrived = within(program(last.arrived), start, last.at, slack);
        let since = |at: Instant| at.saturating_duration_since(question.begun);
        let resent = opening
            .resent
            .zip(now.resent.max(self.resent))
            .is_some_and(|(before, after)| after > before);
        Some(Stamps {
            handed: since(question.handed),
            written: Some(since(start)),
            blocked: picked.write.blocked,
            scheduled: scheduled.map(since),
            sent: sent.map(since),
            acknowledged: acknowledged.map(since),
            arrived: arrived.map(|at| Arrival {
                at: since(at),
                of: picked.arrival(opening.segments),
            }),
            read: Some(since(picked.first.at)),
            whole: Some(since(picked.whole.at)),
            answered: since(question.answered),
            last_arrived: last_arrived.map(since),
            is_resent: told.is_some_and(|told| told.times_sent > 1) || resent,
            min_rtt: self.min_rtt.or(min_rtt),
            trip_before: bridge.and_then(|bridge| self.trip_before(&picked.write, bridge)),
            uncertainty: slack,
        })
    }

    fn told_of(&self, last: u64) -> Option<&Told> {
        // The kernel counts in 32 bits; within one exchange nothing comes around that is still kept.
        let low = u32::try_from(last & u64::from(u32::MAX)).ok()?;
        self.told.iter().rfind(|told| told.key == low)
    }
}

impl Picked {
    /// One segment when no other has come since the read before it.
    fn arrival(&self, at_opening: Option<u32>) -> ArrivalOf {
        let before = match self.before {
            Some(read) => read.segments,
            None => at_opening,
        };
        match (before, self.first.segments) {
            (Some(before), Some(after)) if after.wrapping_sub(before) == 1 => ArrivalOf::OneSegment,
            _ => ArrivalOf::LastOfSeveral,
        }
    }
}

/// Adds to a queue of bounded length; true when something had to go.
fn keep_last<T>(queue: &mut VecDeque<T>, value: T) -> bool {
    let is_full = queue.len() == MOST_WRITES;
    if is_full {
        queue.pop_front();
    }
    queue.push_back(value);
    is_full
}

/// A time between two others; one that is beyond them by no more than the clocks may be off is taken for the nearer one.
fn within(at: Option<Instant>, low: Instant, high: Instant, slack: Duration) -> Option<Instant> {
    let at = at?;
    let is_possible = at + slack >= low && at <= high + slack && low <= high;
    is_possible.then(|| at.clamp(low, high))
}

#[cfg(test)]
mod tests;
