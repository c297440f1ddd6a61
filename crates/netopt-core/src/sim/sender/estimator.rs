//! The retransmission timeout from round trips (RFC 6298).

use super::super::scenario::Timer;
use super::super::time::Time;

/// The longest timeout, which backing off does not exceed (RFC 6298 §2.5 allows 60 s or more).
const MOST: u64 = 60;

/// Smoothed round trip and its variation.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Estimator {
    margin: Time,
    timeout: Time,
    smoothed: Option<Time>,
    variation: Time,
    /// How often the timer ran out in a row.
    expiries: u32,
}

impl Estimator {
    pub(super) fn new(timer: Timer) -> Self {
        Self {
            margin: Time::of(timer.margin),
            timeout: Time::of(timer.initial),
            smoothed: None,
            variation: Time::ZERO,
            expiries: 0,
        }
    }

    /// SRTT; `None` before the first sample.
    pub(super) const fn smoothed(&self) -> Option<Time> {
        self.smoothed
    }

    /// The timeout, twice as long for each time that it ran out in a row (§5.5).
    pub(super) fn timeout(&self) -> Time {
        let most = Time::at_least(MOST as f64);
        self.timeout.times(1 << self.expiries.min(16)).min(most)
    }

    /// Whether it has run out since the last sample.
    pub(super) const fn backs_off(&self) -> bool {
        self.expiries > 0
    }

    /// It ran out.
    pub(super) const fn expire(&mut self) {
        self.expiries = self.expiries.saturating_add(1);
    }

    /// A round trip was measured: `RTTVAR += ¼(|SRTT - R| - RTTVAR)`, `SRTT += ⅛(R - SRTT)`,
    /// `RTO = SRTT + max(margin, 4·RTTVAR)` (§2.2 and 2.3).
    ///
    /// The margin belongs to the variation and not to the sum: round trips that do not vary take RTTVAR to zero, and with a
    /// bound on the sum alone any wait in a queue would then look like a loss once SRTT exceeds that bound.
    pub(super) fn sample(&mut self, round_trip: Time) {
        let smoothed = match self.smoothed {
            None => {
                self.variation = round_trip.half();
                round_trip
            }
            Some(smoothed) => {
                let apart = smoothed.since(round_trip).plus(round_trip.since(smoothed));
                self.variation = mean_of(self.variation, 3, apart);
                mean_of(smoothed, 7, round_trip)
            }
        };
        self.smoothed = Some(smoothed);
        self.timeout = smoothed.plus(self.variation.times(4).max(self.margin));
        self.expiries = 0;
    }
}

/// `weight` parts of the old value and one of the new.
const fn mean_of(old: Time, weight: u64, new: Time) -> Time {
    old.times(weight).plus(new).over(weight + 1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn ms(count: u64) -> Time {
        Time::of(Duration::from_millis(count))
    }

    #[test]
    fn rfc_6298_by_hand() {
        let mut estimator = Estimator::new(Timer::default());
        assert_eq!(estimator.timeout(), ms(1_000));
        estimator.sample(ms(100));
        assert_eq!(estimator.timeout(), ms(300), "100 + 4 · 50");
        estimator.sample(ms(180));
        // RTTVAR = ¾·50 + ¼·80 = 57.5, SRTT = ⅞·100 + ⅛·180 = 110.
        assert_eq!(estimator.smoothed(), Some(ms(110)));
        assert_eq!(estimator.timeout(), ms(340));
    }

    #[test]
    fn round_trips_that_do_not_vary_leave_the_margin() {
        for round_trip in [1, 100, 300, 1_000] {
            let mut estimator = Estimator::new(Timer::default());
            for _ in 0..100 {
                estimator.sample(ms(round_trip));
            }
            assert_eq!(estimator.timeout(), ms(round_trip + 200), "{round_trip}");
        }
    }

    #[test]
    fn it_doubles_until_a_sample_comes() {
        let mut estimator = Estimator::new(Timer::default());
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(estimator.timeout(), ms(seconds * 1_000));
            estimator.expire();
        }
        estimator.sample(ms(100));
        assert_eq!(estimator.timeout(), ms(300));
    }
}
