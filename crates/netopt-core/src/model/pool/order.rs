//! Which idle connection is taken next, and what that does to the others.
//!
//! Last in, first out keeps the traffic on few connections: the ones further down are used so rarely that the server has
//! closed them by then. First in, first out spreads it, and keeps all of them alive.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::model::queueing::{Erlangs, blocking};
use crate::unit::PerSecond;

/// The order in which idle connections are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// The one used last: what most pools do, hyper's among them.
    #[default]
    Lifo,
    /// The one that has been idle longest.
    Fifo,
}

impl Order {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lifo => "lifo",
            Self::Fifo => "fifo",
        }
    }
}

/// λ(B(k-1, a) - B(k, a)): the calls a second on the `k`-th connection when each call takes the first free one of a fixed
/// row: what the k-1 before it lose, less what it loses too. Exact for Poisson arrivals and any hold times, because the
/// first k of the row are a loss system of their own (Erlang's B formula).
///
/// LIFO comes close to it over times in which the row hardly changes: the bottom of the stack seldom does.
#[must_use]
pub fn lifo_rate(k: NonZeroU32, arrivals: PerSecond, load: Erlangs) -> PerSecond {
    let lost = |servers| blocking(servers, load).get();
    part(arrivals, lost(k.get() - 1) - lost(k.get()))
}

/// A share of a rate.
fn part(rate: PerSecond, share: f64) -> PerSecond {
    PerSecond::new(rate.get() * share.clamp(0.0, 1.0)).expect("a share of a rate is a rate")
}

/// The connections opened a second in LIFO order without a bound on their number, when an idle one lives for `limit`:
/// λ Σ p(k-1)·e^(-λB(k-1, a)·T), with p the Poisson probability of k-1 busy connections. `None` for a load above
/// [`MOST_LOAD`].
///
/// The connection that comes back when k become k-1 busy ones is taken again when k-1 become k. That gap has the mean
/// 1/(λB(k-1, a)), the time between two calls that a row of k-1 loses; here it is taken as exponential. Against
/// replay with holds of 0.1 s and a limit of 5 s that is off by 4 % at most for loads up to 0.5, and 6 to 9 % too low for
/// loads from 1 to 2. Derived here, for Poisson arrivals and exponential hold times.
#[must_use]
pub fn lifo_handshakes(arrivals: PerSecond, load: Erlangs, limit: Duration) -> Option<PerSecond> {
    if load.get() > MOST_LOAD {
        return None;
    }
    let limit = limit.as_secs_f64();
    let mut busy = (-load.get()).exp();
    let mut sum = 0.0;
    for k in 1u32.. {
        let lost = arrivals.get() * blocking(k - 1, load).get();
        sum += busy * (-lost * limit).exp();
        busy *= load.get() / f64::from(k);
        if f64::from(k) > load.get() && busy < VANISHED {
            break;
        }
    }
    Some(part(arrivals, sum))
}

/// Above this load the probability that nothing is busy is too small for a double.
pub const MOST_LOAD: f64 = 700.0;

/// A probability that no longer counts.
const VANISHED: f64 = 1e-18;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rates(arrivals: f64, load: f64, most: u32) -> Vec<f64> {
        let (arrivals, load) = (
            PerSecond::new(arrivals).unwrap(),
            Erlangs::new(load).unwrap(),
        );
        (1..=most)
            .map(|k| lifo_rate(NonZeroU32::new(k).unwrap(), arrivals, load).get())
            .collect()
    }

    #[test]
    fn fifty_calls_a_second_of_a_tenth_leave_little_for_the_twelfth() {
        let rates = rates(50.0, 5.0, 13);
        for (k, want, digit) in [
            (1, 8.3, 0.05),
            (10, 0.95, 0.005),
            (12, 0.24, 0.005),
            (13, 0.11, 0.005),
        ] {
            let got = rates[k - 1];
            assert!((got - want).abs() < digit, "#{k}: {got}");
        }
    }

    #[test]
    fn idle_limits_decide_between_a_handshake_each_and_none() {
        let opened = |load, seconds| {
            let (arrivals, load) = (PerSecond::new(5.0).unwrap(), Erlangs::new(load).unwrap());
            lifo_handshakes(arrivals, load, Duration::from_secs(seconds)).map(PerSecond::get)
        };
        assert!((opened(0.5, 0).unwrap() - 5.0).abs() < 1e-12);
        assert!((opened(699.0, 0).unwrap() - 5.0).abs() < 1e-9);
        assert!(opened(0.5, 10_000).unwrap() < 1e-3);
        // 0.116 were counted in a replay.
        assert!((opened(0.5, 5).unwrap() - 0.110).abs() < 0.001);
        assert_eq!(opened(701.0, 5), None);
    }

    proptest! {
        #[test]
        fn all_connections_together_carry_all_calls(load in 0.0..100f64) {
            let rates = rates(10.0, load, 400);
            prop_assert!((rates.iter().sum::<f64>() - 10.0).abs() < 1e-9);
            prop_assert!(rates.windows(2).all(|pair| pair[1] <= pair[0] + 1e-12));
        }
    }
}
