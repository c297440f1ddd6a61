//! Which of several things a call asks for: in turn, or some more often than others.
//!
//! The choice is a function of the call's number and the seed, so all arms of an experiment ask for the same in the same order,
//! and any call can be looked up by itself. What the things are, the caller knows.

use std::num::NonZeroU64;
use std::sync::Arc;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Popularity is kept as a table of eight bytes for each thing; more things than this are a catalogue.
pub const MOST: u64 = 1_000_000;

/// How one of several things is chosen.
#[derive(Debug, Clone)]
pub struct Choice(Kind);

#[derive(Debug, Clone)]
enum Kind {
    InTurn(NonZeroU64),
    Popular { up_to: Arc<[f64]>, seed: u64 },
}

impl Choice {
    /// Of `count` things one after the other, again and again.
    #[must_use]
    pub const fn in_turn(count: NonZeroU64) -> Self {
        Self(Kind::InTurn(count))
    }

    /// Of `count` things at random, the k-th with a frequency in proportion to `1 / k^exponent`: Zipf's law (Zipf 1949;
    /// of requests to web servers, Breslau et al. 1999). An exponent of zero is equally often. `None` for a negative
    /// exponent, one that is no number, or more than [`MOST`] things.
    #[must_use]
    pub fn zipf(count: NonZeroU64, exponent: f64, seed: u64) -> Option<Self> {
        if count.get() > MOST || exponent < 0.0 || !exponent.is_finite() {
            return None;
        }
        let mut sum = 0.0;
        #[expect(clippy::cast_precision_loss, reason = "at most a million")]
        let up_to: Arc<[f64]> = (1..=count.get())
            .map(|rank| {
                sum += (rank as f64).powf(-exponent);
                sum
            })
            .collect();
        Some(Self(Kind::Popular { up_to, seed }))
    }

    /// The number of the thing, counted from 0, that call `index` asks for.
    #[must_use]
    pub fn of(&self, index: u64) -> u64 {
        match &self.0 {
            Kind::InTurn(count) => index % count.get(),
            Kind::Popular { up_to, seed } => {
                // Each call has a generator of its own; neighbouring seeds give unrelated numbers.
                let own = seed.wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
                let drawn: f64 = Xoshiro256PlusPlus::seed_from_u64(own).random();
                let place = drawn * up_to.last().copied().unwrap_or_default();
                let rank = up_to.partition_point(|sum| *sum <= place);
                rank.min(up_to.len() - 1) as u64
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn count(count: u64) -> NonZeroU64 {
        NonZeroU64::new(count).unwrap()
    }

    /// How often the k-th of `things` is chosen in `calls` calls.
    fn chosen(choice: &Choice, things: usize, calls: u64) -> Vec<f64> {
        let mut seen = vec![0.0; things];
        for index in 0..calls {
            seen[usize::try_from(choice.of(index)).unwrap()] += 1.0;
        }
        seen
    }

    #[test]
    fn in_turn_begins_again_at_the_end() {
        let choice = Choice::in_turn(count(3));
        let all: Vec<u64> = (0..7).map(|index| choice.of(index)).collect();
        assert_eq!(all, [0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn frequencies_follow_the_law() {
        let choice = Choice::zipf(count(5), 1.0, 7).unwrap();
        let seen = chosen(&choice, 5, 100_000);
        // Of 137/60 the first has 60/60, the second 30/60 and so on. The standard error of the first is 0.4 %.
        for (rank, seen) in seen.into_iter().enumerate() {
            let rank = f64::from(u32::try_from(rank + 1).unwrap());
            let share = seen / 100_000.0 * (137.0 / 60.0) * rank;
            assert!((share - 1.0).abs() < 0.06, "{rank}: {share}");
        }
    }

    #[test]
    fn what_is_no_law_is_none() {
        for exponent in [-0.1, f64::NAN, f64::INFINITY] {
            assert!(Choice::zipf(count(5), exponent, 1).is_none());
        }
        assert!(Choice::zipf(count(MOST + 1), 1.0, 1).is_none());
    }

    proptest! {
        #[test]
        fn each_choice_is_one_of_them_and_the_same_each_time(things in 1u64..50, exponent in 0.0f64..5.0, seed: u64, index: u64) {
            let choice = Choice::zipf(count(things), exponent, seed).unwrap();
            prop_assert!(choice.of(index) < things);
            prop_assert_eq!(choice.of(index), Choice::zipf(count(things), exponent, seed).unwrap().of(index));
            prop_assert!(Choice::in_turn(count(things)).of(index) < things);
        }
    }
}
