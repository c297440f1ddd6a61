//! Little's law: calls present = arrivals × time, whatever the distributions and whatever the order of service.
//!
//! It says how many connections are busy (time = hold), how many calls stand in line (time = wait), and how many there
//! are altogether (time = both). It is a law about means over a long time, and leaves alone how they vary.

use std::fmt;
use std::time::Duration;

use crate::unit::{PerSecond, Ratio};

use super::{duration, probability};

/// A mean number of calls present at the same time: the offered load when the time is the one that a call holds a
/// connection, and the length of the line when it is the wait. Finite, zero or more; one erlang keeps one server busy.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Erlangs(f64);

impl Erlangs {
    /// `None` unless `load` is finite and not negative.
    #[must_use]
    pub fn new(load: f64) -> Option<Self> {
        (load.is_finite() && load >= 0.0).then_some(Self(load))
    }

    /// N = λT: calls present when `arrivals` come and each stays for `time` on average (Little 1961, Operations Research
    /// 9(3)).
    #[must_use]
    pub fn of(arrivals: PerSecond, time: Duration) -> Self {
        Self((arrivals.get() * time.as_secs_f64()).min(f64::MAX))
    }

    /// λ = N/T: the arrivals that keep this many present for `time` each; `None` for an instant.
    #[must_use]
    pub fn arrivals(self, time: Duration) -> Option<PerSecond> {
        PerSecond::new(self.0 / time.as_secs_f64())
    }

    /// T = N/λ: how long each of the `arrivals` stays; `None` when none arrive.
    #[must_use]
    pub fn time(self, arrivals: PerSecond) -> Option<Duration> {
        (arrivals.get() > 0.0).then(|| duration(self.0 / arrivals.get()))
    }

    /// The share of the time that each of `servers` is busy; `None` when the load is not below their number, because then
    /// the line grows without end.
    #[must_use]
    pub fn utilisation(self, servers: u32) -> Option<Ratio> {
        let servers = f64::from(servers);
        (self.0 < servers).then(|| probability(self.0 / servers))
    }

    /// The mean number of calls.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Erlangs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn twenty_a_second_of_half_a_second_keep_ten_busy() {
        let arrivals = PerSecond::new(20.0).unwrap();
        let load = Erlangs::of(arrivals, Duration::from_millis(500));
        assert!((load.get() - 10.0).abs() < 1e-12);
        assert_eq!(load.utilisation(20), Ratio::new(0.5));
        assert_eq!(load.utilisation(10), None);
    }

    #[test]
    fn what_cannot_be_divided_is_unknown() {
        assert_eq!(Erlangs::new(f64::NAN), None);
        assert_eq!(Erlangs::new(-1.0), None);
        let load = Erlangs::new(3.0).unwrap();
        assert_eq!(load.arrivals(Duration::ZERO), None);
        assert_eq!(load.time(PerSecond::new(0.0).unwrap()), None);
        let endless = Erlangs::of(PerSecond::new(f64::MAX).unwrap(), Duration::MAX);
        assert!(endless.get().is_finite());
    }

    proptest! {
        #[test]
        fn the_three_forms_are_one_law(rate in 1e-3..1e6f64, micros in 1u64..1_000_000_000) {
            let (arrivals, time) = (PerSecond::new(rate).unwrap(), Duration::from_micros(micros));
            let load = Erlangs::of(arrivals, time);
            let back = load.arrivals(time).unwrap().get();
            prop_assert!((back / rate - 1.0).abs() < 1e-12);
            prop_assert!(load.time(arrivals).unwrap().abs_diff(time) <= Duration::from_nanos(1));
        }
    }
}
