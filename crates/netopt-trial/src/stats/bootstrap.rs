//! The paired block bootstrap: an interval for the merged log ratio.
//!
//! Rounds are drawn with replacement, both arms of a round together, so whatever the round did to both cancels. Requests are
//! never resampled: they are not independent. The interval is right at a number of rounds fixed in advance; under early
//! stopping the session widens it by the confidence sequence.

use rand::{Rng, RngExt};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::merged::Merged;
use super::quantile::whole;

/// How an interval is computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resampling {
    /// Draws; 2,000 to 10,000 is usual.
    pub resamples: u32,
    /// 1 - the level of the interval, in (0, 1).
    pub alpha: f64,
}

impl Resampling {
    /// Low and high end of the interval for ln(arm / baseline) over `rounds` paired blocks; `None` below two rounds or
    /// when nothing can be resampled.
    #[must_use]
    pub fn interval(
        &self,
        arm: &Merged,
        baseline: &Merged,
        rounds: usize,
        rng: &mut impl Rng,
    ) -> Option<[f64; 2]> {
        let tail = expanded_tail(self.alpha, rounds)?;
        let mut weights = vec![0_u32; rounds];
        let mut drawn: Vec<f64> = (0..self.resamples)
            .filter_map(|_| {
                weights.fill(0);
                for _ in 0..rounds {
                    weights[rng.random_range(0..rounds)] += 1;
                }
                ln_ratio(arm, baseline, &weights)
            })
            .collect();
        drawn.sort_unstable_by(f64::total_cmp);
        let cut = usize::try_from(whole(tail * drawn.len() as f64)).ok()?;
        let index = cut.max(1) - 1;
        let low = *drawn.get(index)?;
        let high = *drawn.get(drawn.len() - 1 - index)?;
        Some([low.min(high), high.max(low)])
    }
}

/// ln(arm / baseline) with the rounds weighted; `None` when either side has nothing.
#[must_use]
pub fn ln_ratio(arm: &Merged, baseline: &Merged, weights: &[u32]) -> Option<f64> {
    let ratio = (arm.value(weights)? / baseline.value(weights)?).ln();
    ratio.is_finite().then_some(ratio)
}

/// The share cut off at each end. Percentiles of few rounds are too narrow: the bootstrap divides by n instead of n - 1 and
/// has normal tails. Φ(-√(n/(n-1))·t₁₋α/₂,ₙ₋₁) puts both right ("expanded percentiles"; Hesterberg 2015, §5.3).
fn expanded_tail(alpha: f64, rounds: usize) -> Option<f64> {
    if rounds < 2 {
        return None;
    }
    let count = rounds as f64;
    let student = StudentsT::new(0.0, 1.0, count - 1.0).ok()?;
    let t = student.inverse_cdf(1.0 - alpha / 2.0);
    let z = -(count / (count - 1.0)).sqrt() * t;
    Some(Normal::standard().cdf(z))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use netopt_core::metric::Metric;

    use super::*;
    use crate::block::BlockResult;
    use crate::seed::stream;

    fn blocks(scale: f64, rounds: u32, requests: u32) -> Vec<BlockResult> {
        (0..rounds)
            .map(|round| {
                let weather = 1.0 + 0.1 * f64::from(round % 5);
                (0..requests)
                    .map(|i| 1e-3 + 1e-5 * f64::from((i * 37 + round * 11) % 101))
                    .map(|seconds| Duration::from_secs_f64(seconds * weather * scale))
                    .collect()
            })
            .map(BlockResult::of_latencies)
            .collect()
    }

    fn interval(scale: f64, metric: Metric, rounds: u32) -> [f64; 2] {
        let (arm, baseline) = (blocks(scale, rounds, 20), blocks(1.0, rounds, 20));
        let merge = |blocks: &[BlockResult]| {
            let refs: Vec<&BlockResult> = blocks.iter().collect();
            Merged::of(metric, &refs)
        };
        let resampling = Resampling {
            resamples: 10_000,
            alpha: 0.05,
        };
        let mut rng = stream(3, "test", 0);
        resampling
            .interval(&merge(&arm), &merge(&baseline), rounds as usize, &mut rng)
            .unwrap()
    }

    #[test]
    fn what_a_round_does_to_both_arms_cancels() {
        for metric in Metric::ALL {
            let planted = if metric.lower_is_better() { 0.8 } else { 1.25 };
            let [low, high] = interval(0.8, metric, 30);
            let truth = f64::ln(planted);
            assert!(low <= truth + 1e-6 && truth <= high + 1e-6, "{low} {high}");
            assert!(high - low < 1e-6, "{metric}: {low} {high}");
        }
    }

    #[test]
    fn tails_open_for_few_rounds() {
        // n = 8: t = 2.364624 on 7 degrees of freedom, z = 2.527890.
        assert!((expanded_tail(0.05, 8).unwrap() - 0.005_737).abs() < 2e-6);
        assert!((expanded_tail(0.05, 100_000).unwrap() - 0.025).abs() < 1e-4);
        assert_eq!(expanded_tail(0.05, 1), None);
    }

    #[test]
    fn same_stream_same_interval() {
        let bits = |ends: [f64; 2]| ends.map(f64::to_bits);
        assert_eq!(
            bits(interval(0.9, Metric::P50, 12)),
            bits(interval(0.9, Metric::P50, 12))
        );
    }
}
