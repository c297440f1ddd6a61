//! The distribution of Wilcoxon's signed-rank statistic, which says how far the order statistics of the Walsh averages reach.
//!
//! T is the sum of those ranks 1 to n whose coin shows heads. For few rounds the whole distribution is added up; for many the
//! normal approximation is as good and does not take n³ steps.

use statrs::distribution::{ContinuousCDF, Normal};

use super::quantile::{floor, whole};

/// Rounds up to which the distribution is exact.
const EXACT_UP_TO: u64 = 200;

/// The number of values t = 0, 1, … with P(T ≤ t) ≤ `tail` for `rounds` rounds; `tail` in (0, ½). 0 when there is none.
pub(crate) fn outcomes_within(rounds: u64, tail: f64) -> u64 {
    if rounds <= EXACT_UP_TO {
        exactly(rounds, tail)
    } else {
        normally(rounds, tail)
    }
}

fn exactly(rounds: u64, tail: f64) -> u64 {
    let mut chances = vec![1.0_f64];
    for rank in 1..=usize::try_from(rounds).unwrap_or(0) {
        // Each new rank counts with probability one half.
        let shifted = std::iter::repeat_n(0.0, rank).chain(chances.iter().copied());
        let kept = chances.iter().copied().chain(std::iter::repeat(0.0));
        chances = shifted
            .zip(kept)
            .map(|(with, without)| f64::midpoint(with, without))
            .collect();
    }
    let mut sum = 0.0;
    let within = chances.iter().take_while(|chance| {
        sum += **chance;
        sum <= tail
    });
    within.count() as u64
}

/// Mean n(n+1)/4, variance n(n+1)(2n+1)/24, and half a step for the gaps between whole numbers.
fn normally(rounds: u64, tail: f64) -> u64 {
    let n = rounds as f64;
    let mean = n * (n + 1.0) / 4.0;
    let deviation = (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt();
    let last = mean + Normal::standard().inverse_cdf(tail) * deviation - 0.5;
    if last < 0.0 {
        0
    } else {
        whole(floor(last) as f64 + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabled_critical_values() {
        // Two-sided 5 %: the largest T that rejects (Wilcoxon 1945 and every table since), one more for zero.
        let table = [
            (6, 0),
            (7, 2),
            (8, 3),
            (9, 5),
            (10, 8),
            (15, 25),
            (20, 52),
            (25, 89),
        ];
        for (rounds, critical) in table {
            assert_eq!(outcomes_within(rounds, 0.025), critical + 1, "{rounds}");
        }
        assert_eq!(outcomes_within(5, 0.025), 0);
    }

    #[test]
    fn the_approximation_continues_the_exact_values() {
        for rounds in [100, 200] {
            for tail in [0.025, 0.005] {
                let (exact, normal) = (exactly(rounds, tail), normally(rounds, tail));
                // Never further in, so never less sure.
                let short = exact.checked_sub(normal).unwrap();
                assert!(short * 250 <= exact, "{exact} {normal}");
            }
        }
    }
}
