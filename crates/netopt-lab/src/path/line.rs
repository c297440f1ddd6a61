//! The line: when a packet's last bit has left, when the line was busy, and for how long.
//!
//! A fixed rate is a [`Pacer`], a changing one a [`Timetable`]. What it leaves alone: the queue in front of it. A packet is
//! put on the line only when the one before it has left.

use std::time::Duration;

use netopt_core::unit::{Bytes, Ratio};

use super::spells::{Spell, Spells};
use super::timetable::Timetable;
use super::{Pacer, Rate};

#[derive(Debug)]
pub(super) struct Line {
    course: Course,
    /// Time on the line of all packets admitted, the last one up to its end.
    occupied: Duration,
    spells: Spells,
}

#[derive(Debug)]
enum Course {
    Unlimited(Pacer),
    Fixed(Pacer),
    Varying(Timetable),
}

impl Line {
    pub(super) fn new(rate: &Rate) -> Self {
        let course = match rate {
            Rate::Unlimited => Course::Unlimited(Pacer::new(None)),
            Rate::Fixed(rate) => Course::Fixed(Pacer::new(Some(*rate))),
            Rate::Trace(steps) => Course::Varying(Timetable::new(steps)),
        };
        Self {
            course,
            occupied: Duration::ZERO,
            spells: Spells::default(),
        }
    }

    /// From when on the next packet can be put on the line.
    pub(super) const fn free_at(&self) -> Duration {
        match &self.course {
            Course::Unlimited(pacer) | Course::Fixed(pacer) => pacer.free_at(),
            Course::Varying(timetable) => timetable.free_at(),
        }
    }

    /// Puts a packet that came at `arrival` on the line and says when its last bit has left.
    pub(super) fn admit(&mut self, arrival: Duration, length: Bytes) -> Duration {
        let starts = self.free_at().max(arrival);
        let departs = match &mut self.course {
            Course::Unlimited(pacer) | Course::Fixed(pacer) => pacer.admit(arrival, length),
            Course::Varying(timetable) => timetable.admit(arrival, length),
        };
        self.occupied = self.occupied.saturating_add(departs - starts);
        if !self.is_unlimited() {
            self.spells.add(starts, departs, length);
        }
        departs
    }

    /// The share of the time until `now` in which a packet was on the line; `None` without a rate, or without time.
    pub(super) fn utilisation(&self, now: Duration) -> Option<Ratio> {
        if self.is_unlimited() || now.is_zero() {
            return None;
        }
        let ahead = self.free_at().saturating_sub(now);
        let busy = self.occupied.saturating_sub(ahead).min(now);
        Ratio::new(busy.div_duration_f64(now))
    }

    /// When the line was busy lately; empty without a rate, since no packet takes time then.
    pub(super) fn spells(&self) -> Vec<Spell> {
        self.spells.latest()
    }

    const fn is_unlimited(&self) -> bool {
        matches!(self.course, Course::Unlimited(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::RateStep;
    use netopt_core::unit::BitRate;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn utilisation_counts_a_packet_only_as_far_as_it_has_come() {
        let mut line = Line::new(&Rate::Fixed(BitRate::from_bps(8e6).unwrap()));
        assert_eq!(line.utilisation(Duration::ZERO), None);
        assert_eq!(line.utilisation(MS), Ratio::new(0.0));
        line.admit(MS * 10, Bytes::new(10_000));
        assert_eq!(line.utilisation(MS * 15), Ratio::new(5.0 / 15.0));
        assert_eq!(line.utilisation(MS * 40), Ratio::new(0.25));
    }

    #[test]
    fn without_a_rate_there_is_no_utilisation() {
        let mut line = Line::new(&Rate::Unlimited);
        assert_eq!(line.admit(MS, Bytes::new(1500)), MS);
        assert_eq!(line.utilisation(MS * 2), None);
    }

    #[test]
    fn a_line_that_stands_still_with_a_packet_on_it_is_busy() {
        let still = RateStep {
            lasts: MS,
            rate: None,
        };
        let mut line = Line::new(&Rate::Trace(vec![still]));
        assert_eq!(line.admit(MS * 5, Bytes::new(1)), Duration::MAX);
        assert_eq!(line.utilisation(MS * 10), Ratio::new(0.5));
    }
}
