//! How late the kernel wakes a thread: what is usual, and what is enough in most cases.
//!
//! A running mean and a running mean deviation, as of round trips in RFC 6298, each wake-up having an eighth and a quarter of a
//! say. Pure. What it leaves alone: how lateness is measured.

use std::time::Duration;

/// A wake-up that is later than this says nothing about the next: somebody else had the core.
const LARGEST: Duration = Duration::from_micros(300);

/// The share of the mean that one wake-up replaces, and that of the deviation: one in so many.
const MEAN: u32 = 8;
const DEVIATION: u32 = 4;

/// What wake-ups of one thread were late.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wakes {
    mean: Duration,
    deviation: Duration,
}

impl Wakes {
    /// A wake-up was so late.
    pub(super) fn learn(&mut self, late: Duration) {
        let late = late.min(LARGEST);
        let off = late.abs_diff(self.mean);
        self.mean = (self.mean * (MEAN - 1) + late) / MEAN;
        self.deviation = (self.deviation * (DEVIATION - 1) + off) / DEVIATION;
    }

    /// The lateness to expect; zero as long as nothing is known.
    pub(super) const fn usual(&self) -> Duration {
        self.mean
    }

    /// How early to ask so that nine wake-ups of ten are not late.
    pub(super) fn lead(&self) -> Duration {
        (self.mean + 2 * self.deviation).min(LARGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(late: impl IntoIterator<Item = u64>) -> Wakes {
        let mut wakes = Wakes::default();
        for late in late {
            wakes.learn(Duration::from_micros(late));
        }
        wakes
    }

    #[test]
    fn steady_lateness_is_learnt_and_one_long_stop_changes_little() {
        let mut wakes = after([60; 100]);
        assert!(wakes.usual().abs_diff(Duration::from_micros(60)) < Duration::from_micros(2));
        assert!(wakes.lead().abs_diff(wakes.usual()) < Duration::from_micros(2));
        wakes.learn(Duration::from_millis(50));
        assert!(wakes.usual() < Duration::from_micros(95));
        assert!(wakes.lead() <= LARGEST);
    }

    #[test]
    fn the_lead_covers_most_of_a_spread() {
        let wakes = after((0..1000).map(|number| 40 + number * 37 % 80));
        let share = (wakes.lead().as_secs_f64() * 1e6 - 40.0) / 80.0;
        assert!((0.85..1.3).contains(&share), "{share}");
    }

    #[test]
    fn who_knows_nothing_expects_nothing() {
        assert_eq!(Wakes::default().lead(), Duration::ZERO);
    }
}
