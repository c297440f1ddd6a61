//! The metric over several blocks taken together, some of them more than once.
//!
//! Quantiles of small blocks are biased, so the point estimate comes from the merged values. The bootstrap asks the same
//! question thousands of times with other weights; sorting once and counting ahead makes each answer a short search.

use netopt_core::metric::Metric;

use super::quantile::Quantile;
use crate::block::BlockResult;

/// Runs of sorted values for which counts are kept ahead: memory is this times the number of blocks.
const RUNS: usize = 256;
/// Shortest run worth counting ahead.
const SHORTEST_RUN: usize = 64;

/// The blocks of one arm, ready to be weighted.
#[derive(Debug, Clone)]
pub struct Merged {
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Ranked(Ranked),
    /// Numerator and denominator of each block: total latency over requests, or requests over time.
    Fraction(Vec<(f64, f64)>),
}

#[derive(Debug, Clone)]
struct Ranked {
    quantile: Quantile,
    /// All values ascending, each with the block it came from.
    sorted: Vec<(f64, usize)>,
    /// Values of each block.
    sizes: Vec<u64>,
    run: usize,
    /// For each run and block: values of the block before the run.
    before: Vec<Vec<u64>>,
}

impl Merged {
    /// Merges `blocks` for `metric`.
    #[must_use]
    pub fn of(metric: Metric, blocks: &[&BlockResult]) -> Self {
        let fraction = |pair: fn(&BlockResult) -> (f64, f64)| {
            Kind::Fraction(blocks.iter().map(|block| pair(block)).collect())
        };
        let kind = match metric {
            Metric::P50 => Kind::Ranked(Ranked::of(Quantile::P50, blocks)),
            Metric::P99 => Kind::Ranked(Ranked::of(Quantile::P99, blocks)),
            Metric::MeanLatency => fraction(|block| {
                let latencies = &block.latencies;
                (latencies.sum_seconds(), latencies.count() as f64)
            }),
            Metric::Throughput => {
                fraction(|block| (block.completed as f64, block.elapsed.as_secs_f64()))
            }
        };
        Self { kind }
    }

    /// The metric with the i-th block taken `weights[i]` times; `None` when that leaves nothing. Blocks without a weight
    /// are left out.
    #[must_use]
    pub fn value(&self, weights: &[u32]) -> Option<f64> {
        match &self.kind {
            Kind::Ranked(ranked) => ranked.value(weights),
            Kind::Fraction(pairs) => {
                let (mut over, mut under) = (0.0, 0.0);
                for ((numerator, denominator), weight) in pairs.iter().zip(weights) {
                    over += numerator * f64::from(*weight);
                    under += denominator * f64::from(*weight);
                }
                let value = over / under;
                (value.is_finite() && value > 0.0).then_some(value)
            }
        }
    }
}

impl Ranked {
    fn of(quantile: Quantile, blocks: &[&BlockResult]) -> Self {
        let mut sorted: Vec<(f64, usize)> = blocks
            .iter()
            .enumerate()
            .flat_map(|(index, block)| {
                let values = block.latencies.sorted_seconds();
                values.iter().map(move |value| (*value, index))
            })
            .collect();
        sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
        let run = (sorted.len() / RUNS).max(SHORTEST_RUN);
        let mut counts = vec![0_u64; blocks.len()];
        let mut before = Vec::new();
        for values in sorted.chunks(run) {
            before.push(counts.clone());
            for (_, block) in values {
                counts[*block] += 1;
            }
        }
        Self {
            quantile,
            sorted,
            sizes: counts,
            run,
            before,
        }
    }

    fn value(&self, weights: &[u32]) -> Option<f64> {
        let rank = self.quantile.rank(weigh(&self.sizes, weights));
        if rank == 0 {
            return None;
        }
        let later = self
            .before
            .partition_point(|counts| weigh(counts, weights) < rank);
        let first = later.checked_sub(1)?;
        let mut seen = weigh(&self.before[first], weights);
        self.sorted[first * self.run..]
            .iter()
            .find_map(|(value, block)| {
                seen += weights.get(*block).map_or(0, |weight| u64::from(*weight));
                (seen >= rank).then_some(*value)
            })
    }
}

/// Σ counts·weights.
fn weigh(counts: &[u64], weights: &[u32]) -> u64 {
    counts
        .iter()
        .zip(weights)
        .map(|(count, weight)| count * u64::from(*weight))
        .sum()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn block(micros: &[u64]) -> BlockResult {
        BlockResult::of_latencies(micros.iter().copied().map(Duration::from_micros).collect())
    }

    #[test]
    fn means_weigh_requests_and_rates_weigh_time() {
        let (small, large) = (block(&[1000]), block(&[2000, 2000, 2000]));
        let blocks = [&small, &large];
        let mean = Merged::of(Metric::MeanLatency, &blocks).value(&[1, 1]);
        assert!((mean.unwrap() - 0.00175).abs() < 1e-12);
        let rate = Merged::of(Metric::Throughput, &blocks).value(&[2, 1]);
        assert!((rate.unwrap() - 5.0 / 0.008).abs() < 1e-6);
        assert_eq!(Merged::of(Metric::P50, &blocks).value(&[0, 0]), None);
        assert_eq!(
            Merged::of(Metric::MeanLatency, &blocks).value(&[0, 0]),
            None
        );
    }

    proptest! {
        /// Counting ahead gives the same quantile as writing the values out and sorting them.
        #[test]
        fn weighting_is_repeating(
            blocks in prop::collection::vec((prop::collection::vec(1_u64..500, 0..90), 0_u32..4), 1..8),
            metric in prop::sample::select(vec![Metric::P50, Metric::P99]),
        ) {
            let results: Vec<BlockResult> = blocks.iter().map(|(micros, _)| block(micros)).collect();
            let refs: Vec<&BlockResult> = results.iter().collect();
            let weights: Vec<u32> = blocks.iter().map(|(_, weight)| *weight).collect();
            let repeated: Latencies = blocks
                .iter()
                .flat_map(|(micros, weight)| micros.repeat(*weight as usize))
                .map(Duration::from_micros)
                .collect();
            let expected = BlockResult::of_latencies(repeated).value(metric);
            prop_assert_eq!(Merged::of(metric, &refs).value(&weights), expected);
        }
    }

    use crate::block::Latencies;
}
