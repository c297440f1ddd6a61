//! How many items to send together (3.1d): the order quantity of 1913, which gives the seed its √2.
//!
//! Each batch costs a fixed time, whatever is in it: a header, a system call, a round trip of the sender. Each item of
//! a batch waits until the batch is full. Harris, *How many parts to make at once*, Factory 10(2), 1913.

use std::time::Duration;

use crate::unit::PerSecond;

/// Items that arrive one by one and leave in batches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Batching {
    arrivals: PerSecond,
    per_batch: Duration,
    per_item: Duration,
    waiting: f64,
}

impl Batching {
    /// `per_batch` is the sender's time for each batch whatever its size, `per_item` that for each item in it, and
    /// `waiting` says how many seconds of the sender's time one second of one item's waiting is worth.
    ///
    /// `None` unless `waiting` is finite and above zero.
    #[must_use]
    pub fn new(
        arrivals: PerSecond,
        per_batch: Duration,
        per_item: Duration,
        waiting: f64,
    ) -> Option<Self> {
        (waiting.is_finite() && waiting > 0.0).then_some(Self {
            arrivals,
            per_batch,
            per_item,
            waiting,
        })
    }

    /// What batches of `size` items cost, in seconds of the sender's time a second: `λK/b + h·b/2`.
    ///
    /// What every size costs alike, the items' own time, is not in it. `None` unless the size is finite and above zero.
    #[must_use]
    pub fn cost(&self, size: f64) -> Option<f64> {
        (size.is_finite() && size > 0.0)
            .then(|| self.fixed() / size + self.waiting * size / 2.0)
            .filter(|cost| cost.is_finite())
    }

    /// The size with the least [`Self::cost`]: `√(2·λ·K/h)`; `None` if nothing arrives or a batch costs nothing.
    ///
    /// It knows nothing of [`Self::stable_above`] and may lie below it.
    #[must_use]
    pub fn optimum(&self) -> Option<f64> {
        Some((2.0 * self.fixed() / self.waiting).sqrt())
            .filter(|best| best.is_finite() && *best > 0.0)
    }

    /// The size above which the sender keeps up: `λ·K/(1 − λ·s)`, from `λ·(K/b + s) < 1`. With a header of `H` bits and
    /// items of `s` bits on a line of `B` bit/s it is `λ·H/(B − λ·s)`.
    ///
    /// `None` if the items alone are too many, so that no size helps.
    #[must_use]
    pub fn stable_above(&self) -> Option<f64> {
        let left = 1.0 - self.arrivals.get() * self.per_item.as_secs_f64();
        (left > 0.0).then(|| self.fixed() / left)
    }

    /// The best whole number of items at which the sender keeps up, at least 1; `None` if there is none.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a float cast saturates, and above 2^53 items no whole number is the better one"
    )]
    pub fn best(&self) -> Option<u64> {
        let stable = (self.stable_above()?.floor() as u64).saturating_add(1);
        let below = self.optimum().map_or(0, |best| best.floor() as u64).max(1);
        let above = below.saturating_add(1);
        let cost = |size: u64| self.cost(size as f64).unwrap_or(f64::INFINITY);
        let best = if cost(above) < cost(below) {
            above
        } else {
            below
        };
        Some(best.max(stable))
    }

    /// `λ·K`: the share of the sender that the fixed costs take with batches of one.
    fn fixed(&self) -> f64 {
        self.arrivals.get() * self.per_batch.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::argmin;
    use super::*;
    use proptest::prelude::*;

    fn batching(rate: f64, per_batch: u64, per_item: u64, waiting: f64) -> Batching {
        let micros = Duration::from_micros;
        let arrivals = PerSecond::new(rate).unwrap();
        Batching::new(arrivals, micros(per_batch), micros(per_item), waiting).unwrap()
    }

    #[test]
    fn a_thousand_a_second_at_1_ms_a_batch() {
        // √(2·1000·0.001/0.02) = 10, at a cost of 0.1 + 0.1.
        let batching = batching(1000.0, 1000, 10, 0.02);
        assert!((batching.optimum().unwrap() - 10.0).abs() < 1e-9);
        assert!((batching.cost(10.0).unwrap() - 0.2).abs() < 1e-12);
        assert_eq!(batching.best(), Some(10));
        // λK = 1 of which 0.99 is left: two is the smallest that keeps up.
        assert!((batching.stable_above().unwrap() - 1.0 / 0.99).abs() < 1e-9);
    }

    #[test]
    fn impatience_does_not_outweigh_stability() {
        let batching = batching(1000.0, 5000, 0, 1000.0);
        assert!(batching.optimum().unwrap() < 1.0);
        // λK = 5, and five is full load: a queue that never empties.
        assert_eq!(batching.best(), Some(6));
    }

    #[test]
    fn header_and_rate_give_the_same_bound() {
        // 2,000 items a second of 500 bytes behind headers of 800 bytes, at 12 Mbit/s: 2000·6400/(12e6 − 8e6) = 3.2.
        let line = |bits: f64| Duration::from_secs_f64(bits / 12e6);
        let arrivals = PerSecond::new(2000.0).unwrap();
        let batching = Batching::new(arrivals, line(6400.0), line(4000.0), 1.0).unwrap();
        assert!((batching.stable_above().unwrap() - 3.2).abs() < 1e-4);
        assert_eq!(batching.best(), Some(4));
    }

    #[test]
    fn without_arrivals_cost_or_room_there_is_no_optimum() {
        assert_eq!(batching(0.0, 1000, 10, 1.0).optimum(), None);
        assert_eq!(batching(0.0, 1000, 10, 1.0).best(), Some(1));
        assert_eq!(batching(10.0, 0, 10, 1.0).optimum(), None);
        assert_eq!(batching(1000.0, 1000, 1000, 1.0).stable_above(), None);
        assert_eq!(batching(1000.0, 1000, 1000, 1.0).best(), None);
        assert_eq!(
            Batching::new(
                PerSecond::new(1.0).unwrap(),
                Duration::ZERO,
                Duration::ZERO,
                0.0
            ),
            None
        );
        assert_eq!(batching(1.0, 1, 1, 1.0).cost(0.0), None);
    }

    proptest! {
        #[test]
        fn the_search_agrees_with_the_formula(
            rate in 0.1..1e5f64, micros in 1u64..1_000_000, waiting in 1e-4..1e3f64
        ) {
            let batching = batching(rate, micros, 0, waiting);
            let best = batching.optimum().unwrap();
            let found = argmin(1e-6, 1e9, |size| batching.cost(size).unwrap());
            prop_assert!((found / best - 1.0).abs() < 1e-5, "{found} {best}");
            // Both costs are equal there, so the least is √(2λKh).
            let least = (2.0 * rate * Duration::from_micros(micros).as_secs_f64() * waiting).sqrt();
            prop_assert!((batching.cost(best).unwrap() / least - 1.0).abs() < 1e-9);
        }

        #[test]
        fn the_best_keeps_up_and_no_stable_neighbour_is_cheaper(
            rate in 0.1..1000.0f64, micros in 1u64..100_000, item in 0u64..900, waiting in 1e-3..1e2f64
        ) {
            let batching = batching(rate, micros, item, waiting);
            let best = u32::try_from(batching.best().unwrap()).unwrap();
            prop_assert!(f64::from(best) > batching.stable_above().unwrap());
            let cost = |size: u32| batching.cost(f64::from(size)).unwrap();
            prop_assert!(cost(best) <= cost(best + 1));
            if best > 1 && f64::from(best - 1) > batching.stable_above().unwrap() {
                prop_assert!(cost(best) <= cost(best - 1));
            }
        }
    }
}
