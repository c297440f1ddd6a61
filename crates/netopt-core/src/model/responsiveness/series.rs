//! The intervals of a run while they come in.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Confidence, Draft, Foreign, MOVING_AVERAGE_DISTANCE, Responsiveness, Stability};
use crate::unit::{BitRate, Bytes};

/// What one interval measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interval {
    /// What the connections under load carried in it; `None` if nobody counted.
    pub carried: Option<Bytes>,
    /// The probes on connections of their own that ended in it.
    pub foreign: Vec<Foreign>,
    /// The times of the probes on connections under load that ended in it.
    pub loaded: Vec<Duration>,
}

/// A run of one direction: the last four intervals, and what follows from them.
///
/// The protocol ends a run when goodput and then responsiveness have high confidence, or when time is up; that decision,
/// and the probing, are the caller's.
#[derive(Debug, Clone)]
pub struct Series {
    draft: Draft,
    latest: VecDeque<Interval>,
    goodput: Stability,
    responsiveness: Stability,
}

impl Series {
    /// A run that is judged by that version.
    #[must_use]
    pub const fn new(draft: Draft) -> Self {
        Self {
            draft,
            latest: VecDeque::new(),
            goodput: Stability::new(),
            responsiveness: Stability::new(),
        }
    }

    /// Takes the next interval, of the length [`Draft::interval`].
    ///
    /// Responsiveness counts towards its own confidence only from the interval after that in which goodput was stable,
    /// as the protocol has it: before, the queues still fill.
    pub fn push(&mut self, interval: Interval) {
        let saturated = self.goodput_confidence() == Confidence::High
            || self.responsiveness != Stability::new();
        let idle = interval.foreign.is_empty() || interval.loaded.is_empty();
        self.latest.push_back(interval);
        if self.latest.len() > MOVING_AVERAGE_DISTANCE {
            self.latest.pop_front();
        }
        self.goodput.record(self.goodput().map(BitRate::bps));
        if saturated {
            // The window still holds older probes then, but they say nothing about this interval.
            let value = self.responsiveness().filter(|_| !idle);
            self.responsiveness
                .record(value.map(|value| value.combined.get()));
        }
    }

    /// The moving average of goodput: the bytes of the last four intervals over their length; of fewer in the beginning.
    /// `None` before the first, if nothing came, and if one of them was not counted.
    #[must_use]
    pub fn goodput(&self) -> Option<BitRate> {
        let carried: Option<Bytes> = self.latest.iter().map(|interval| interval.carried).sum();
        let intervals = u32::try_from(self.latest.len()).ok()?;
        carried?.over(self.draft.interval().saturating_mul(intervals))
    }

    /// The responsiveness by all probes of the last four intervals; `None` without them.
    #[must_use]
    pub fn responsiveness(&self) -> Option<Responsiveness> {
        let of = |interval: &Interval| (interval.foreign.clone(), interval.loaded.clone());
        let (foreign, loaded): (Vec<_>, Vec<_>) = self.latest.iter().map(of).unzip();
        self.draft
            .responsiveness(&foreign.concat(), &loaded.concat())
    }

    /// How much to believe [`Self::goodput`].
    #[must_use]
    pub fn goodput_confidence(&self) -> Confidence {
        self.goodput.confidence()
    }

    /// How much to believe [`Self::responsiveness`]: low as long as goodput has not been stable.
    #[must_use]
    pub fn responsiveness_confidence(&self) -> Confidence {
        self.responsiveness.confidence()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(carried: u64, millis: u64) -> Interval {
        let time = Duration::from_millis(millis);
        let probe = Foreign {
            tcp: time,
            tls: None,
            http: time,
        };
        Interval {
            carried: Some(Bytes::new(carried)),
            foreign: vec![probe; 3],
            loaded: vec![time; 3],
        }
    }

    fn after(intervals: &[Interval]) -> Series {
        let mut series = Series::new(Draft::Ietf09);
        intervals
            .iter()
            .for_each(|interval| series.push(interval.clone()));
        series
    }

    #[test]
    fn goodput_settles_first_and_responsiveness_after_it() {
        let steady = vec![interval(625_000, 30); 8];
        for (count, goodput, responsiveness) in [
            (3, Confidence::Low, Confidence::Low),
            (4, Confidence::High, Confidence::Low),
            (7, Confidence::High, Confidence::Low),
            (8, Confidence::High, Confidence::High),
        ] {
            let series = after(&steady[..count]);
            assert_eq!(series.goodput_confidence(), goodput, "{count}");
            assert_eq!(
                series.responsiveness_confidence(),
                responsiveness,
                "{count}"
            );
            assert_eq!(series.goodput(), BitRate::from_bps(1e6));
            let rpm = series.responsiveness().unwrap().combined.get();
            assert!((rpm - 2000.0).abs() < 1e-6, "{rpm}");
        }
    }

    #[test]
    fn only_the_last_four_intervals_count() {
        let series = after(&[vec![interval(1, 3000); 6], vec![interval(625_000, 30); 4]].concat());
        let rpm = series.responsiveness().unwrap().combined.get();
        assert!((rpm - 2000.0).abs() < 1e-6, "{rpm}");
        assert_eq!(series.goodput(), BitRate::from_bps(1e6));
    }

    #[test]
    fn an_interval_without_probes_is_missing_and_not_slow() {
        let silent = Interval {
            carried: Some(Bytes::new(625_000)),
            ..Interval::default()
        };
        assert!(after(&[]).responsiveness().is_none());
        assert!(after(&vec![silent.clone(); 9]).responsiveness().is_none());
        let mut intervals = vec![interval(625_000, 30); 11];
        intervals[9] = silent;
        let series = after(&intervals);
        let rpm = series.responsiveness().unwrap().combined.get();
        assert!((rpm - 2000.0).abs() < 1e-6, "{rpm}");
        assert_eq!(series.responsiveness_confidence(), Confidence::Medium);
    }

    #[test]
    fn goodput_that_nobody_counted_is_unknown() {
        let mut uncounted = interval(0, 30);
        uncounted.carried = None;
        let series = after(&[interval(625_000, 30), uncounted]);
        assert_eq!(series.goodput(), None);
        assert_eq!(series.goodput_confidence(), Confidence::Low);
    }

    #[test]
    fn a_queue_that_still_grows_leaves_medium_confidence() {
        let growing: Vec<_> = (1..12).map(|n| interval(625_000, 30 * n)).collect();
        let series = after(&growing);
        assert_eq!(series.goodput_confidence(), Confidence::High);
        assert_eq!(series.responsiveness_confidence(), Confidence::Medium);
    }
}
