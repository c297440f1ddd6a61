//! M/M/1: one server, Poisson arrivals, exponential service. The simplest line, and the one whose curve everybody has in
//! mind: the time in the system is 1/(μ-λ) and explodes as the server fills.

use std::time::Duration;

use crate::unit::{PerSecond, Ratio};

use super::{Erlangs, duration, probability};

/// A stable M/M/1 queue (Kleinrock 1975, Queueing Systems vol. 1, §3.2).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mm1 {
    arrivals: PerSecond,
    service: PerSecond,
}

impl Mm1 {
    /// `arrivals` (λ) at a server that finishes `service` (μ) calls a second while busy; `None` unless λ < μ, because
    /// otherwise the line grows without end.
    #[must_use]
    pub fn new(arrivals: PerSecond, service: PerSecond) -> Option<Self> {
        (arrivals < service).then_some(Self { arrivals, service })
    }

    /// ρ = λ/μ: the share of the time that the server is busy.
    #[must_use]
    pub fn utilisation(self) -> Ratio {
        probability(self.arrivals.get() / self.service.get())
    }

    /// T = 1/(μ-λ): the mean time from arrival to the end of service.
    #[must_use]
    pub fn time(self) -> Duration {
        duration(self.mean())
    }

    /// T - 1/μ = ρT: the mean wait before service.
    #[must_use]
    pub fn wait(self) -> Duration {
        duration(self.utilisation().get() * self.mean())
    }

    /// N = λT = ρ/(1-ρ): the mean number of calls waiting and in service.
    #[must_use]
    pub fn present(self) -> Erlangs {
        let free = self.service.get() - self.arrivals.get();
        Erlangs::new(self.arrivals.get() / free)
            .unwrap_or_else(|| Erlangs::of(self.service, Duration::MAX))
    }

    /// (1-ρ)ρⁿ: the probability that exactly `n` calls are in the system.
    #[must_use]
    pub fn probability_of(self, n: u32) -> Ratio {
        let busy = self.utilisation().get();
        probability((1.0 - busy) * busy.powf(f64::from(n)))
    }

    /// The time in the system that a share `quantile` of the calls stays within: -T·ln(1-q), because that time is
    /// exponential when service is in order of arrival. `None` at 1, where there is no bound.
    #[must_use]
    pub fn time_quantile(self, quantile: Ratio) -> Option<Duration> {
        (quantile.get() < 1.0).then(|| duration(-(-quantile.get()).ln_1p() * self.mean()))
    }

    /// The mean time in seconds.
    fn mean(self) -> f64 {
        1.0 / (self.service.get() - self.arrivals.get())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn queue(arrivals: f64, service: f64) -> Option<Mm1> {
        Mm1::new(PerSecond::new(arrivals)?, PerSecond::new(service)?)
    }

    #[test]
    fn a_half_busy_server_doubles_the_service_time() {
        let half = queue(50.0, 100.0).unwrap();
        assert_eq!(half.time(), Duration::from_millis(20));
        assert_eq!(half.wait(), Duration::from_millis(10));
        assert_eq!(half.present(), Erlangs::new(1.0).unwrap());
        assert!((half.probability_of(3).get() - 0.0625).abs() < 1e-15);
        // ln 2 and ln 100 times the mean.
        let median = half.time_quantile(Ratio::new(0.5).unwrap()).unwrap();
        assert!((median.as_secs_f64() - 0.013_862_943_6).abs() < 1e-9);
        let p99 = half.time_quantile(Ratio::new(0.99).unwrap()).unwrap();
        assert!((p99.as_secs_f64() - 0.092_103_403_7).abs() < 1e-9);
        assert_eq!(half.time_quantile(Ratio::new(1.0).unwrap()), None);
    }

    #[test]
    fn an_unstable_queue_does_not_exist() {
        assert_eq!(queue(100.0, 100.0), None);
        assert_eq!(queue(101.0, 100.0), None);
        assert_eq!(queue(0.0, 0.0), None);
        assert!(queue(0.0, 1.0).is_some());
    }

    #[test]
    fn the_smallest_margin_yields_numbers() {
        let tight = queue(f64::MIN_POSITIVE, f64::MIN_POSITIVE * 1.5).unwrap();
        assert_eq!(tight.time(), Duration::MAX);
        assert!(tight.present().get().is_finite());
    }

    proptest! {
        #[test]
        fn little_holds_and_probabilities_add_up(busy in 0.0..0.95f64, service in 0.1..1e5f64) {
            let queue = queue(busy * service, service).unwrap();
            let little = Erlangs::of(PerSecond::new(busy * service).unwrap(), queue.time());
            let present = queue.present().get();
            prop_assert!((little.get() - present).abs() <= 1e-9 * service + 1e-9 * present);
            let sum: f64 = (0..800).map(|n| queue.probability_of(n).get()).sum();
            prop_assert!((sum - 1.0).abs() < 1e-9, "{sum}");
            let mean: f64 = (0..800).map(|n| f64::from(n) * queue.probability_of(n).get()).sum();
            prop_assert!((mean - present).abs() < 1e-6, "{mean} {present}");
        }
    }
}
