//! Between two looks: what the kernel's chronographs say about the time.
//!
//! `busy_time` contains the two others, and all three go in steps of the kernel's clock (4 ms at 250 Hz), so that an interval
//! may come out longer than it was; parts are cut to the whole. Where a kernel has no chronographs (before Linux 4.10) all
//! time is busy without a name. What it leaves alone: who is to blame for busy time that no chronograph names.

use std::time::Duration;

use netopt_core::unit::Bytes;

use super::sample::Sample;

/// An interval in which the send buffer, or nothing at all, had this share shows a sender that runs dry.
const RUNS_DRY: f64 = 0.1;

/// A buffer that is known counts as full from this share on: half of what the kernel grants is for its own accounting.
const FULL_BUFFER: f64 = 0.5;

/// The time between two looks. The four parts add up to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    pub(crate) before: Sample,
    pub(crate) after: Sample,
    /// Limited by the receiver's window, as the kernel says.
    pub(crate) window: Duration,
    /// Limited by the send buffer, as the kernel says.
    pub(crate) buffer: Duration,
    /// Nothing to send and nothing to be acknowledged.
    pub(crate) idle: Duration,
    /// Busy, and no chronograph says with what.
    pub(crate) rest: Duration,
    /// Something was sent again.
    pub(crate) lost: bool,
    /// For how long, up to its end, each look found the delivery limited by the application.
    pub(crate) marked: Duration,
}

impl Interval {
    fn new(before: Sample, after: Sample) -> Self {
        let length = after.at.saturating_sub(before.at);
        let busy = grown(before.busy, after.busy).unwrap_or(length);
        let busy = busy.min(length);
        let window = grown(before.rwnd_limited, after.rwnd_limited);
        let window = window.unwrap_or_default().min(busy);
        let buffer = grown(before.sndbuf_limited, after.sndbuf_limited);
        let buffer = buffer.unwrap_or_default().min(busy.saturating_sub(window));
        Self {
            before,
            after,
            window,
            buffer,
            idle: length.saturating_sub(busy),
            rest: busy.saturating_sub(window).saturating_sub(buffer),
            lost: after.retransmits > before.retransmits,
            marked: Duration::ZERO,
        }
    }

    pub(crate) fn length(&self) -> Duration {
        self.after.at.saturating_sub(self.before.at)
    }

    /// The sender ran dry in it: for want of room, or of data.
    pub(crate) fn runs_dry(&self) -> bool {
        let dry = self.idle.max(self.buffer);
        dry.as_secs_f64() >= RUNS_DRY * self.length().as_secs_f64()
    }

    /// The application waits for room in the send buffer, which is known to be so large.
    pub(crate) fn waits_for_buffer(&self, known: Option<Bytes>) -> bool {
        let held = |sample: &Sample| Some((sample.in_flight()? + sample.notsent?).bits());
        let full = |sample: &Sample| {
            let most = known?.bits() * FULL_BUFFER;
            Some(held(sample)? >= most)
        };
        let by_clock = self.buffer.as_secs_f64() >= RUNS_DRY * self.length().as_secs_f64();
        by_clock || full(&self.before) == Some(true) && full(&self.after) == Some(true)
    }

    /// Payload that was acknowledged in it.
    pub(crate) fn acked(&self) -> Option<Bytes> {
        Some(self.after.acked?.saturating_sub(self.before.acked?))
    }

    /// Nothing happened in it, and nothing was under way.
    fn is_silent(&self) -> bool {
        let nothing =
            |sample: &Sample| sample.unacked == Some(0) && sample.notsent == Some(Bytes::ZERO);
        let still = self.acked() == Some(Bytes::ZERO) && self.before.sent == self.after.sent;
        still && nothing(&self.before) && nothing(&self.after)
    }
}

/// By how much a chronograph went on. One that went backwards is of another connection, and says nothing.
fn grown(before: Option<Duration>, after: Option<Duration>) -> Option<Duration> {
    after?.checked_sub(before?)
}

/// The intervals between looks, from the first in which something happened to the last.
pub(crate) fn between(samples: &[Sample]) -> Vec<Interval> {
    let mut intervals: Vec<Interval> = Vec::with_capacity(samples.len());
    let mut before: Option<&Sample> = None;
    for sample in samples {
        match before {
            Some(last) if sample.at <= last.at => continue,
            Some(last) => {
                let marked = intervals
                    .last()
                    .map_or(Duration::ZERO, |earlier| earlier.marked);
                let mut interval = Interval::new(*last, *sample);
                if last.app_limited == Some(true) && sample.app_limited == Some(true) {
                    interval.marked = marked + interval.length();
                }
                intervals.push(interval);
            }
            None => {}
        }
        before = Some(sample);
    }
    let first = intervals.iter().position(|interval| !interval.is_silent());
    let last = intervals.iter().rposition(|interval| !interval.is_silent());
    match (first, last) {
        (Some(first), Some(last)) => intervals[first..=last].to_vec(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    proptest! {
        #[test]
        fn the_four_parts_are_the_whole_whatever_the_clocks_say(
            length in 1u32..1000, busy in 0u32..2000, window in 0u32..2000, buffer in 0u32..2000, back in 0u32..10,
        ) {
            let before = Sample {
                busy: Some(MS * back), rwnd_limited: Some(MS * back), sndbuf_limited: Some(MS * back), ..Sample::default()
            };
            let after = Sample {
                at: MS * length, busy: Some(MS * busy), rwnd_limited: Some(MS * window), sndbuf_limited: Some(MS * buffer),
                ..Sample::default()
            };
            let found = Interval::new(before, after);
            prop_assert_eq!(found.window + found.buffer + found.idle + found.rest, found.length());
        }
    }

    #[test]
    fn without_chronographs_all_time_is_busy_without_a_name() {
        let after = Sample {
            at: MS * 100,
            ..Sample::default()
        };
        assert_eq!(Interval::new(Sample::default(), after).rest, MS * 100);
    }

    #[test]
    fn silence_at_either_end_does_not_count_and_a_pause_does() {
        let at = |millis: u32, acked: u64, unacked: u32| Sample {
            at: MS * millis,
            acked: Some(Bytes::new(acked)),
            unacked: Some(unacked),
            notsent: Some(Bytes::ZERO),
            ..Sample::default()
        };
        let samples = [
            at(0, 0, 0),
            at(100, 0, 0),
            at(200, 0, 3),
            at(300, 9, 0),
            at(400, 9, 0),
            at(500, 9, 1),
            at(600, 12, 0),
            at(700, 12, 0),
            at(700, 12, 0),
            at(800, 12, 0),
        ];
        let found = between(&samples);
        let ends = (
            found.first().unwrap().before.at,
            found.last().unwrap().after.at,
        );
        assert_eq!(ends, (MS * 100, MS * 600));
        assert!(between(&samples[..2]).is_empty());
    }
}
