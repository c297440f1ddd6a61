//! A handful of times, and when the difference of two handfuls is more than noise.
//!
//! A survey has ten or twenty calls, so a histogram is no use and a difference of two medians may be chance. The gauge
//! is the notch of a box plot (`McGill`, Tukey and Larsen 1978, "Variations of box plots"): median ± 1.57 · IQR / √n.
//! Medians whose notches do not overlap differ at about the 95 % level. It decides what an audit may build on; it is
//! no verdict, which only a trial gives.

use std::time::Duration;

/// Below this number of samples a median is not compared with another.
pub const LEAST_SAMPLES: u64 = 3;

/// Half the width of a notch in interquartile ranges over √n (`McGill`, Tukey and Larsen 1978).
const NOTCH: f64 = 1.57;

/// Some times, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Times(Vec<Duration>);

impl FromIterator<Duration> for Times {
    fn from_iter<I: IntoIterator<Item = Duration>>(times: I) -> Self {
        let mut sorted: Vec<Duration> = times.into_iter().collect();
        sorted.sort_unstable();
        Self(sorted)
    }
}

impl Times {
    /// How many.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.0.len() as u64
    }

    /// How many are longer than nothing.
    #[must_use]
    pub fn above_zero(&self) -> u64 {
        (self.0.len() - self.0.partition_point(Duration::is_zero)) as u64
    }

    /// True when there are enough to compare their median with another.
    #[must_use]
    pub const fn is_enough(&self) -> bool {
        self.n() >= LEAST_SAMPLES
    }

    /// The median, between the two middle ones for an even number; `None` without samples.
    #[must_use]
    pub fn p50(&self) -> Option<Duration> {
        let last = self.0.len().checked_sub(1)?;
        let (low, high) = (self.0[last / 2], self.0[last.div_ceil(2)]);
        Some(low + (high - low) / 2)
    }

    /// All of them, ascending.
    #[must_use]
    pub fn sorted(&self) -> &[Duration] {
        &self.0
    }

    /// The least time that `share` of them do not exceed, from 0 to 1: the nearest rank. `None` without samples.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates, and the rank is cut to the count"
    )]
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        let last = self.0.len().checked_sub(1)?;
        self.0.get(rank.saturating_sub(1).min(last)).copied()
    }

    /// The least; `None` without samples.
    #[must_use]
    pub fn least(&self) -> Option<Duration> {
        self.0.first().copied()
    }

    /// The most; `None` without samples.
    #[must_use]
    pub fn most(&self) -> Option<Duration> {
        self.0.last().copied()
    }

    /// The mean; `None` without samples.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a mean is a measured quantity")]
    pub fn mean(&self) -> Option<Duration> {
        let sum: f64 = self.0.iter().map(Duration::as_secs_f64).sum();
        Duration::try_from_secs_f64(sum / self.0.len() as f64).ok()
    }

    /// Each of them over `divisor`; none where that is no time.
    #[must_use]
    pub fn over(&self, divisor: f64) -> Self {
        let each = self.0.iter();
        each.filter_map(|time| Duration::try_from_secs_f64(time.as_secs_f64() / divisor).ok())
            .collect()
    }

    /// Half the width of the notch around the median; `None` without samples.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    pub fn notch(&self) -> Option<Duration> {
        let last = self.0.len().checked_sub(1)?;
        let range = self.0[last - last / 4].saturating_sub(self.0[last / 4]);
        Duration::try_from_secs_f64(NOTCH * range.as_secs_f64() / (self.0.len() as f64).sqrt()).ok()
    }

    /// By how much this median lies above that of `other`, if the notches do not overlap and both have enough samples.
    #[must_use]
    pub fn clearly_above(&self, other: &Self) -> Option<Duration> {
        if !self.is_enough() || !other.is_enough() {
            return None;
        }
        let difference = self.p50()?.checked_sub(other.p50()?)?;
        let noise = self.notch()?.saturating_add(other.notch()?);
        (difference > noise).then_some(difference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(millis: &[u64]) -> Times {
        millis.iter().copied().map(Duration::from_millis).collect()
    }

    #[test]
    fn nothing_is_known_of_no_times() {
        let none = Times::default();
        assert_eq!(
            (none.p50(), none.mean(), none.notch(), none.least()),
            (None, None, None, None)
        );
        assert_eq!(none.most(), None);
    }

    #[test]
    fn the_median_lies_between_the_middle_ones() {
        assert_eq!(times(&[9, 1, 3]).p50(), Some(Duration::from_millis(3)));
        assert_eq!(times(&[9, 1, 3, 5]).p50(), Some(Duration::from_millis(4)));
        assert_eq!(times(&[2]).p50(), Some(Duration::from_millis(2)));
    }

    #[test]
    fn a_difference_within_the_noise_is_none() {
        let (noisy, other) = (times(&[1, 20, 30, 40, 70]), times(&[5, 22, 26, 50, 60]));
        assert_eq!(noisy.clearly_above(&other), None);
        assert_eq!(other.clearly_above(&noisy), None);
        let (slow, quick) = (times(&[50, 51, 52, 51]), times(&[20, 21, 20, 22]));
        assert_eq!(
            slow.clearly_above(&quick),
            Some(Duration::from_micros(30_500))
        );
        assert_eq!(quick.clearly_above(&slow), None);
    }

    #[test]
    fn parts_of_times_are_times() {
        assert_eq!(times(&[9, 3, 6]).over(3.0), times(&[1, 2, 3]));
        assert_eq!(times(&[9, 3]).over(0.0), Times::default());
        assert_eq!(times(&[0, 9, 0, 3]).above_zero(), 2);
    }

    #[test]
    fn two_samples_are_not_compared() {
        assert_eq!(times(&[90, 90]).clearly_above(&times(&[1, 1, 1])), None);
    }
}
