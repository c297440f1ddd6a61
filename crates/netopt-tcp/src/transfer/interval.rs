//! A transfer cut into intervals: while it runs by what this end sees, afterwards by the receiver of each way.

use std::sync::Arc;
use std::time::Duration;

use netopt_core::unit::Bytes;

use super::flow::{Flow, processor};
use super::meter::Meter;
use super::spec::Way;
use super::view::{CpuSample, FlowView, Sample, View};
use crate::info::TcpInfo;

/// What happened in one interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// When it began, since the begin of the transfer.
    pub from: Duration,
    /// When it ended.
    pub to: Duration,
    /// Bytes up; `None` where nothing goes that way.
    pub up: Option<Bytes>,
    /// Bytes down.
    pub down: Option<Bytes>,
    /// Segments that the senders sent again; `None` where no kernel tells.
    pub retransmits: Option<u64>,
    /// The longest smoothed round trip of the senders at its end.
    pub rtt: Option<Duration>,
    /// Processor time of the whole process of this end, and so of both ends where they are one; `None` where the system does
    /// not tell.
    pub cpu: Option<Duration>,
}

impl Interval {
    /// Processor time for each gigabyte (10⁹ bytes) that went either way; `None` where that is unknown, or where less than a
    /// hundredth of one went, because then it is the cost of everything else.
    #[must_use]
    pub fn cpu_per_gigabyte(&self) -> Option<Duration> {
        let gigabytes = [self.up, self.down]
            .into_iter()
            .flatten()
            .map(|bytes| bytes.get() as f64 / 1e9)
            .sum::<f64>();
        let cpu = self.cpu.filter(|_| gigabytes >= 0.01)?;
        Duration::try_from_secs_f64(cpu.as_secs_f64() / gigabytes).ok()
    }
}

/// Cuts while it runs.
#[derive(Debug)]
pub(super) struct Live {
    length: Duration,
    last: Interval,
    before: (Bytes, Bytes, u64),
    cpu_before: Option<Duration>,
}

impl Live {
    pub(super) fn new(length: Duration) -> Self {
        Self {
            length,
            last: Interval::default(),
            before: (Bytes::default(), Bytes::default(), 0),
            cpu_before: processor(),
        }
    }

    /// The interval that ended by now, if one did.
    pub(super) fn look(
        &mut self,
        flows: &[Arc<Flow>],
        meter: &Meter,
        now: Duration,
    ) -> Option<Interval> {
        if now < self.last.to + self.length {
            return None;
        }
        let bytes = |way| {
            let flows = flows.iter().filter(|flow| flow.way == way);
            flows.map(|flow| flow.bytes()).sum::<Bytes>() + meter.bytes(way)
        };
        let samples: Vec<_> = flows
            .iter()
            .filter(|flow| flow.way == Way::Up)
            .filter_map(|flow| Some(TcpInfo::of(&*flow.stream).ok()?.sample()))
            .collect();
        let again: Option<u64> = samples
            .iter()
            .map(|sample| sample.retransmits.map(u64::from))
            .sum();
        let again = again.filter(|_| !samples.is_empty());
        let (up, down) = (bytes(Way::Up), bytes(Way::Down));
        let has = |way| flows.iter().any(|flow| flow.way == way) || meter.bytes(way) > Bytes::ZERO;
        let cpu = processor();
        let used = || cpu?.checked_sub(self.cpu_before?);
        let interval = Interval {
            from: self.last.to,
            to: now,
            up: has(Way::Up).then_some(up.saturating_sub(self.before.0)),
            down: has(Way::Down).then_some(down.saturating_sub(self.before.1)),
            retransmits: again.map(|again| again.saturating_sub(self.before.2)),
            rtt: samples.iter().filter_map(|sample| sample.rtt).max(),
            cpu: used(),
        };
        self.cpu_before = cpu;
        self.before = (up, down, again.unwrap_or(0));
        self.last = interval;
        Some(interval)
    }
}

/// Cuts afterwards: bytes by the receivers where they were heard, retransmissions by the senders.
pub(super) fn cut(
    near: &View,
    far: Option<&View>,
    length: Duration,
    end: Duration,
) -> Vec<Interval> {
    let receivers = |way| match (way, far) {
        (Way::Up, Some(far)) => of(far, way),
        _ => of(near, way),
    };
    let senders = |way| match (way, far) {
        (Way::Up, _) => of(near, way),
        (Way::Down, Some(far)) => of(far, way),
        (Way::Down, None) => Vec::new(),
    };
    let (up, down) = (receivers(Way::Up), receivers(Way::Down));
    let senders = [senders(Way::Up), senders(Way::Down)].concat();
    let bytes = |flows: &[&FlowView], from, to| {
        let each = flows.iter().map(|flow| {
            let count = bytes_at(flow, to) - bytes_at(flow, from);
            Bytes::new(count)
        });
        (!flows.is_empty()).then(|| each.sum())
    };
    let cpu = |from, to| {
        let used = |at| used_at(&near.cpu_samples, at);
        used(to)?.checked_sub(used(from)?)
    };
    let mut intervals = Vec::new();
    let mut from = Duration::ZERO;
    while from < end && intervals.len() < MOST {
        let mut to = (from + length).min(end);
        // A rest that is shorter than a tenth belongs to the last one.
        if end - to < length / 10 {
            to = end;
        }
        let latest: Vec<_> = senders.iter().map(|flow| sample_at(flow, to)).collect();
        let again: Option<u64> = senders
            .iter()
            .map(|flow| {
                Some(
                    again(sample_at(flow, to))?
                        .saturating_sub(again(sample_at(flow, from)).unwrap_or(0)),
                )
            })
            .sum();
        intervals.push(Interval {
            from,
            to,
            up: bytes(&up, from, to),
            down: bytes(&down, from, to),
            retransmits: again.filter(|_| !senders.is_empty()),
            rtt: latest
                .into_iter()
                .flatten()
                .filter_map(|sample| sample.info.as_ref()?.rtt())
                .max(),
            cpu: cpu(from, to),
        });
        from = to;
    }
    intervals
}

/// More intervals than an hour has seconds are nobody's wish.
const MOST: usize = 36_000;

fn of(view: &View, way: Way) -> Vec<&FlowView> {
    view.flows.iter().filter(|flow| flow.way == way).collect()
}

/// The last look until then.
fn sample_at(flow: &FlowView, at: Duration) -> Option<&Sample> {
    // Half a look later still counts: looks are never quite on time.
    let at = at + super::flow::SPACING / 2;
    flow.samples.iter().rev().find(|sample| sample.at <= at)
}

fn again(sample: Option<&Sample>) -> Option<u64> {
    sample?.info.as_ref()?.sample().retransmits.map(u64::from)
}

/// The processor time until then, between two looks in proportion; `None` without looks.
fn used_at(looks: &[CpuSample], at: Duration) -> Option<Duration> {
    let last = looks.last()?;
    let after = looks.partition_point(|look| look.at < at);
    let next = looks.get(after).unwrap_or(last);
    let before = after.checked_sub(1).map(|index| looks[index]);
    let (from, low) = before.map_or((Duration::ZERO, Duration::ZERO), |look| {
        (look.at, look.used)
    });
    let share = (at.saturating_sub(from)).div_duration_f64(next.at.saturating_sub(from));
    let share = if share.is_finite() {
        share.min(1.0)
    } else {
        1.0
    };
    Some(low + next.used.saturating_sub(low).mul_f64(share))
}

/// The bytes until then, between two looks in proportion.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count"
)]
fn bytes_at(flow: &FlowView, at: Duration) -> u64 {
    if at >= flow.elapsed {
        return flow.bytes.get();
    }
    let after = flow.samples.partition_point(|sample| sample.at < at);
    let before = after.checked_sub(1).map(|index| &flow.samples[index]);
    let (from, low) = before.map_or((Duration::ZERO, 0), |sample| {
        (sample.at, sample.bytes.get())
    });
    let Some(next) = flow.samples.get(after) else {
        return flow.bytes.get();
    };
    let share = (at - from).as_secs_f64() / (next.at - from).as_secs_f64().max(1e-9);
    low + ((next.bytes.get() - low.min(next.bytes.get())) as f64 * share) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn processor_time_is_told_for_each_gigabyte_and_not_for_next_to_nothing() {
        let mut interval = Interval {
            up: Some(Bytes::new(1_500_000_000)),
            down: Some(Bytes::new(500_000_000)),
            cpu: Some(Duration::from_secs(1)),
            ..Interval::default()
        };
        assert_eq!(
            interval.cpu_per_gigabyte(),
            Some(Duration::from_millis(500))
        );
        interval.cpu = None;
        assert_eq!(interval.cpu_per_gigabyte(), None);
        let small = Interval {
            up: Some(Bytes::new(9_000_000)),
            cpu: Some(Duration::from_millis(3)),
            ..Interval::default()
        };
        assert_eq!(small.cpu_per_gigabyte(), None);
    }

    proptest! {
        #[test]
        fn the_intervals_are_the_whole(counts in prop::collection::vec(0_u64..1_000_000, 1..60), length in 50_u64..2000) {
            let mut bytes = 0;
            let samples = counts.iter().enumerate().map(|(tick, count)| {
                bytes += count;
                Sample { at: Duration::from_millis(100 * (tick as u64 + 1)), bytes: Bytes::new(bytes), info: None }
            });
            let samples: Vec<_> = samples.collect();
            let end = samples.last().unwrap().at;
            let flow = FlowView {
                way: Way::Up, index: 0, bytes: Bytes::new(bytes), elapsed: end, congestion_control: None, samples,
            };
            let cpu_samples = counts.iter().enumerate().map(|(tick, _)| CpuSample {
                at: Duration::from_millis(100 * (tick as u64 + 1)), used: Duration::from_millis(70 * (tick as u64 + 1)),
            });
            let near = View { flows: vec![flow], cpu_samples: cpu_samples.collect(), ..View::default() };
            let intervals = cut(&near, None, Duration::from_millis(length), end);
            let sum: Bytes = intervals.iter().filter_map(|interval| interval.up).sum();
            prop_assert_eq!(sum.get(), bytes);
            let used: Duration = intervals.iter().filter_map(|interval| interval.cpu).sum();
            prop_assert!(used.abs_diff(end.mul_f64(0.7)) < Duration::from_micros(1), "{used:?} of {end:?}");
            for interval in &intervals {
                let expected = (interval.to - interval.from).mul_f64(0.7);
                prop_assert!(interval.cpu.unwrap().abs_diff(expected) < Duration::from_micros(1), "{interval:?}");
            }
            prop_assert!(intervals.windows(2).all(|pair| pair[0].to == pair[1].from));
            prop_assert_eq!(intervals.last().unwrap().to, end);
            prop_assert!(intervals.iter().all(|interval| interval.retransmits.is_none() && interval.down.is_none()));
        }
    }
}
