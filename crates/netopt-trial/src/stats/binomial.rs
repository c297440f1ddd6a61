//! The binomial distribution, summed term by term.
//!
//! The incomplete beta function of statrs stops after 140 steps, which is too early near the middle of many trials: of ten
//! million fair coins it gives P(X ≤ n/2) = 0.37. Here the terms are built outwards from the largest by their ratios and then
//! divided by their sum: no factorials, no cancellation, a few standard deviations' worth of terms. The list also lets
//! outcomes be drawn by a search.

use rand::{Rng, RngExt};

/// Terms smaller than this, relative to the largest, are left out.
const NEGLIGIBLE: f64 = 1e-30;

/// Bin(n, p) over all outcomes that have a probability worth counting.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Binomial {
    /// The outcome of the first entry of `below`.
    first: u64,
    /// P(X ≤ first + i), ascending, the last about 1.
    cumulated: Vec<f64>,
    /// P(X ≥ first + i), descending, the first about 1: kept apart, because 1 - P loses the digits of a small tail.
    remaining: Vec<f64>,
}

impl Binomial {
    /// The sum of `trials` trials that succeed with probability `success`, in (0, 1). It takes of the order of
    /// √trials steps and values.
    pub(crate) fn new(trials: u64, success: f64) -> Self {
        let n = trials as f64;
        let odds = success / (1.0 - success);
        let mode = super::quantile::floor((n + 1.0) * success).min(trials);
        let mut terms = Vec::new();
        let (mut outcome, mut term) = (mode, 1.0);
        while outcome > 0 && term > NEGLIGIBLE {
            // f(k - 1) / f(k) = k / ((n - k + 1)·odds).
            term *= outcome as f64 / ((n - outcome as f64 + 1.0) * odds);
            outcome -= 1;
            terms.push(term);
        }
        let first = outcome;
        terms.reverse();
        terms.push(1.0);
        (outcome, term) = (mode, 1.0);
        while outcome < trials && term > NEGLIGIBLE {
            term *= (n - outcome as f64) * odds / (outcome as f64 + 1.0);
            outcome += 1;
            terms.push(term);
        }
        let total: f64 = terms.iter().sum();
        let running = |sum: &mut f64, term: &f64| {
            *sum += term / total;
            Some(*sum)
        };
        let mut remaining: Vec<f64> = terms.iter().rev().scan(0.0, running).collect();
        remaining.reverse();
        let cumulated = terms.iter().scan(0.0, running).collect();
        Self {
            first,
            cumulated,
            remaining,
        }
    }

    /// P(X ≤ `outcome`).
    pub(crate) fn at_most(&self, outcome: u64) -> f64 {
        match outcome.checked_sub(self.first) {
            None => 0.0,
            Some(index) => entry(&self.cumulated, index).unwrap_or(1.0),
        }
    }

    /// P(X ≥ `outcome`).
    pub(crate) fn at_least(&self, outcome: u64) -> f64 {
        match outcome.checked_sub(self.first) {
            None => 1.0,
            Some(index) => entry(&self.remaining, index).unwrap_or(0.0),
        }
    }

    /// How many outcomes from 0 on have P(X ≤ k) ≤ `tail`, and the first outcome with P(X ≥ k) ≤ `tail`.
    pub(crate) fn tails(&self, tail: f64) -> (u64, u64) {
        let below = self.cumulated.partition_point(|sum| *sum <= tail);
        let above = self.remaining.partition_point(|sum| *sum > tail);
        (self.first + below as u64, self.first + above as u64)
    }

    /// One outcome at random.
    pub(crate) fn draw(&self, rng: &mut impl Rng) -> u64 {
        let share: f64 = rng.random();
        let index = self.cumulated.partition_point(|sum| *sum <= share);
        self.first + index.min(self.cumulated.len() - 1) as u64
    }
}

fn entry(values: &[f64], index: u64) -> Option<f64> {
    values.get(usize::try_from(index).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::stream;

    #[test]
    fn four_fair_coins() {
        let coins = Binomial::new(4, 0.5);
        for (outcome, below) in [(0, 1.0), (1, 5.0), (2, 11.0), (3, 15.0), (4, 16.0)] {
            assert!((coins.at_most(outcome) - below / 16.0).abs() < 1e-15);
            assert!((coins.at_least(4 - outcome) - below / 16.0).abs() < 1e-15);
        }
        assert!((coins.at_most(9) - 1.0).abs() < 1e-15 && coins.at_least(9) < 1e-15);
        // P(X ≤ 0) = 1/16 fits a tail of 0.1, P(X ≤ 1) does not.
        assert_eq!(coins.tails(0.1), (1, 4));
    }

    #[test]
    fn the_tail_of_many_trials_keeps_its_digits() {
        // p^n, the upper tail that decides how many samples a p99.9 takes.
        let exact = 0.999_f64.powi(3_688);
        let tail = Binomial::new(3_688, 0.999).at_least(3_688);
        assert!((tail / exact - 1.0).abs() < 1e-10, "{tail} {exact}");
        let none = Binomial::new(0, 0.3);
        assert!((none.at_most(0) - 1.0).abs() < 1e-15);
    }

    /// Values of `SciPy` 1.17.1.
    #[test]
    fn the_middle_of_many_trials() {
        let cases = [
            (1_000_000, 500_000, 0.500_398_942_180_665_4),
            (10_000_000, 5_000_000, 0.500_126_156_622_946_2),
            (10_000_000, 4_999_500, 0.376_034_827_815_579_6),
        ];
        for (trials, outcome, expected) in cases {
            let below = Binomial::new(trials, 0.5).at_most(outcome);
            assert!((below - expected).abs() < 1e-10, "{below} {expected}");
        }
    }

    #[test]
    fn draws_have_the_mean_and_the_spread() {
        let binomial = Binomial::new(1_001, 0.9);
        let mut rng = stream(5, "test", 0);
        let draws: Vec<f64> = (0..20_000)
            .map(|_| binomial.draw(&mut rng) as f64)
            .collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|k| (k - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!((mean - 900.9).abs() < 4.0 * (90.09_f64 / 20_000.0).sqrt());
        assert!((variance / 90.09 - 1.0).abs() < 0.04, "{variance}");
    }
}
