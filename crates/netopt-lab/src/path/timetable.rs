//! A line whose rate changes by a timetable that begins again after its last step.
//!
//! What the line can carry by a time is a sum over steps, and a packet leaves when that sum has grown by its bits: so a
//! packet may straddle steps, and one on a line that stands still waits for the next step. Work is counted in whole
//! numbers of 10⁻¹² bit (rates to a thousandth of a bit a second, times nanoseconds), and as in the [`super::Pacer`] a
//! busy period is kept as its start and the work since. Nothing is lost to rounding. What it leaves alone: queues.

use std::time::Duration;

use netopt_core::unit::Bytes;

use super::RateStep;

/// Work of one byte in 10⁻¹² bit.
const BYTE: u128 = 8_000_000_000_000;
/// Rates are kept in thousandths of a bit a second.
const RATE_SCALE: f64 = 1e3;

/// One direction of a line with a timetable, and what is still on its way out.
#[derive(Debug)]
pub(super) struct Timetable {
    steps: Vec<Step>,
    /// How long one turn takes in nanoseconds, and what the line carries in it.
    turn: u64,
    turn_work: u128,
    busy_from: u128,
    busy_work: u128,
    departed: Duration,
}

#[derive(Debug)]
struct Step {
    /// Since the turn began, in nanoseconds.
    starts: u64,
    rate: u64,
    /// Carried in this turn before the step.
    done: u128,
}

impl Timetable {
    /// An idle line. One whose steps all stand still, or last no time, never carries anything.
    pub(super) fn new(plan: &[RateStep]) -> Self {
        let mut steps = Vec::with_capacity(plan.len());
        let (mut turn, mut turn_work) = (0_u64, 0_u128);
        for step in plan {
            let (lasts, rate) = (nanos(step.lasts), scaled(step));
            if lasts > 0 {
                steps.push(Step {
                    starts: turn,
                    rate,
                    done: turn_work,
                });
            }
            turn = turn.saturating_add(lasts);
            turn_work += u128::from(lasts) * u128::from(rate);
        }
        Self {
            steps,
            turn,
            turn_work,
            busy_from: 0,
            busy_work: 0,
            departed: Duration::ZERO,
        }
    }

    /// Puts `length` on the line at `arrival` and says when its last bit has left, to the nanosecond above.
    ///
    /// On a line that never moves that is [`Duration::MAX`].
    pub(super) fn admit(&mut self, arrival: Duration, length: Bytes) -> Duration {
        if self.turn_work == 0 {
            self.departed = Duration::MAX;
            return self.departed;
        }
        if arrival >= self.departed {
            self.busy_from = self.work_by(nanos(arrival));
            self.busy_work = 0;
        }
        self.busy_work += u128::from(length.get()) * BYTE;
        let leaves = self.time_of(self.busy_from + self.busy_work);
        self.departed = self.departed.max(arrival).max(leaves);
        self.departed
    }

    /// When the last bit that was admitted has left.
    pub(super) const fn free_at(&self) -> Duration {
        self.departed
    }

    /// What a line that is always busy has carried by `at`.
    fn work_by(&self, at: u64) -> u128 {
        let (turns, into) = (at / self.turn, at % self.turn);
        let step = &self.steps[self.steps.partition_point(|step| step.starts <= into) - 1];
        let within = u128::from(into - step.starts) * u128::from(step.rate);
        u128::from(turns) * self.turn_work + step.done + within
    }

    /// The earliest time by which a line that is always busy has carried `work`.
    fn time_of(&self, work: u128) -> Duration {
        let Some(before) = work.checked_sub(1) else {
            return Duration::ZERO;
        };
        // The turn in which the last unit of work is done; it is not the next one if that unit is the turn's last.
        let (turns, rest) = (before / self.turn_work, before % self.turn_work + 1);
        let step = &self.steps[self.steps.partition_point(|step| step.done < rest) - 1];
        let within = (rest - step.done).div_ceil(u128::from(step.rate));
        let nanos = turns * u128::from(self.turn) + u128::from(step.starts) + within;
        u64::try_from(nanos).map_or(Duration::MAX, Duration::from_nanos)
    }
}

/// Up to 584 years.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is above zero, and a float cast saturates"
)]
fn scaled(step: &RateStep) -> u64 {
    step.rate
        .map_or(0, |rate| (rate.bps() * RATE_SCALE).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use netopt_core::unit::BitRate;
    use proptest::prelude::*;

    const MS: Duration = Duration::from_millis(1);

    fn step(ms: u32, bps: u32) -> RateStep {
        RateStep {
            lasts: MS * ms,
            rate: BitRate::from_bps(f64::from(bps)),
        }
    }

    /// The same by walking every step of every turn, a packet at a time.
    fn by_walking(plan: &[RateStep], packets: &[(Duration, Bytes)]) -> Vec<Duration> {
        let (mut step, mut step_ends) = (0, plan[0].lasts.as_nanos());
        let (mut now, mut left_over) = (0_u128, 0_u128);
        let mut departs = Vec::new();
        for (arrival, length) in packets {
            let mut work = u128::from(length.get()) * BYTE;
            if arrival.as_nanos() >= now {
                (now, left_over) = (arrival.as_nanos(), 0);
            }
            loop {
                while step_ends <= now {
                    step = (step + 1) % plan.len();
                    step_ends += plan[step].lasts.as_nanos();
                }
                // What the nanosecond in which the packet before left had to spare.
                let used = work.min(left_over);
                (work, left_over) = (work - used, left_over - used);
                let rate = u128::from(scaled(&plan[step]));
                let capacity = (step_ends - now) * rate;
                if work <= capacity {
                    let took = if work == 0 { 0 } else { work.div_ceil(rate) };
                    now += took;
                    left_over += took * rate - work;
                    break;
                }
                work -= capacity;
                now = step_ends;
            }
            departs.push(Duration::from_nanos(u64::try_from(now).unwrap()));
        }
        departs
    }

    #[test]
    fn a_packet_straddles_steps_and_waits_while_the_line_stands_still() {
        // 1,000 bytes at 4 Mbit/s take 2 ms: 1 ms before the stop of 5 ms, 1 ms after it.
        let plan = [step(10, 4_000_000), step(5, 0)];
        let mut line = Timetable::new(&plan);
        assert_eq!(line.admit(MS * 9, Bytes::new(1000)), MS * 16);
        assert_eq!(line.admit(MS * 26, Bytes::new(1000)), MS * 32);
    }

    #[test]
    fn a_packet_that_ends_with_a_step_does_not_wait_for_the_next() {
        let plan = [step(10, 4_000_000), step(500, 0)];
        let mut line = Timetable::new(&plan);
        for turn in 0..20 {
            let starts = MS * 510 * turn;
            assert_eq!(line.admit(starts, Bytes::new(5000)), starts + MS * 10);
        }
    }

    #[test]
    fn a_line_that_never_moves_keeps_what_it_gets() {
        for plan in [&[step(10, 0)][..], &[], &[step(0, 1000)]] {
            let mut line = Timetable::new(plan);
            assert_eq!(line.admit(MS, Bytes::new(1)), Duration::MAX);
            assert_eq!(line.free_at(), Duration::MAX);
        }
    }

    proptest! {
        #[test]
        fn departures_are_those_of_walking_step_by_step(
            plan in prop::collection::vec((1u32..30, prop_oneof![Just(0), 1_000u32..5_000_000]), 1..8),
            packets in prop::collection::vec((0u64..40_000, 1u64..3000), 1..40),
        ) {
            prop_assume!(plan.iter().any(|(_, bps)| *bps > 0));
            let plan: Vec<_> = plan.into_iter().map(|(ms, bps)| step(ms, bps)).collect();
            let mut now = Duration::ZERO;
            let packets: Vec<_> = packets.into_iter().map(|(gap, length)| {
                now += Duration::from_micros(gap);
                (now, Bytes::new(length))
            }).collect();
            let mut line = Timetable::new(&plan);
            let departs: Vec<_> = packets.iter().map(|(at, length)| line.admit(*at, *length)).collect();
            for (got, walked) in departs.iter().zip(by_walking(&plan, &packets)) {
                prop_assert_eq!(*got, walked);
            }
        }

        #[test]
        fn one_step_is_a_fixed_rate(ms in 1u32..50, bps in 10_000u32..1_000_000_000, lengths in prop::collection::vec(1u64..3000, 1..50)) {
            let mut line = Timetable::new(&[step(ms, bps)]);
            let mut pacer = super::super::Pacer::new(BitRate::from_bps(f64::from(bps)));
            for length in lengths.into_iter().map(Bytes::new) {
                let (varying, fixed) = (line.admit(Duration::ZERO, length), pacer.admit(Duration::ZERO, length));
                prop_assert!(varying.abs_diff(fixed) <= Duration::from_nanos(1));
            }
        }
    }
}
