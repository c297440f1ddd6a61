//! What disqualifies a measurement, whatever its figures say.
//!
//! A comparison is only as good as the load behind it: too few samples, a generator that could not keep up, copies of one
//! thing that differ, a baseline that moved away, or requests that failed instead of being slow. Each guard has its bound
//! here with the reason; data is never deleted to pass one.

use netopt_core::metric::Metric;
use netopt_core::verdict::InvalidReason;
use rand::Rng;

use crate::block::{BlockResult, Host};
use crate::judge::Evidence;
use crate::stats::drift::Drift;
use crate::stats::flip::Flips;
use crate::stats::quantile::Quantile;
use crate::stats::sample_ratio;

/// Share of blocks on a saturated host from which on the host was the bottleneck; a stray one does no harm.
pub const SATURATED_BLOCKS: f64 = 0.1;
/// Mean share of late requests above which the load was not the one intended.
pub const LATE_REQUESTS: f64 = 0.10;
/// p-value of equal load below which the arms were not treated alike; the usual alarm level of this check.
pub const UNEQUAL_LOAD: f64 = 0.001;
/// Difference in error share that may pass unnoticed: with it, the slowest half percent is missing from one arm.
pub const ERROR_GAP: f64 = 0.005;
/// p-value of the difference in error share, over rounds, below which it is no accident.
pub const ERRORS_NO_ACCIDENT: f64 = 0.01;
/// Difference in error share that disqualifies even if one bad round made it.
pub const ERROR_GAP_ANYWAY: f64 = 0.05;

/// Completed requests below which a block says nothing about `metric` at level 1 - `alpha`: below it the interval of the
/// quantile has no upper end. Means and rates need as many as a median.
#[must_use]
pub fn fewest_samples(metric: Metric, alpha: f64) -> u64 {
    match metric {
        Metric::P99 => Quantile::P99.minimum_samples(alpha),
        Metric::P50 | Metric::MeanLatency | Metric::Throughput => {
            Quantile::P50.minimum_samples(alpha)
        }
    }
}

/// The blocks of an arm and of the baseline, round by round, and how the two copies of the baseline compare.
#[derive(Debug, Clone, Copy)]
pub struct Exhibit<'a> {
    /// Blocks of the arm, in order of rounds.
    pub arm: &'a [&'a BlockResult],
    /// Blocks of the baseline in the same rounds.
    pub baseline: &'a [&'a BlockResult],
    /// The arm against the baseline.
    pub evidence: &'a Evidence,
    /// The baseline's copy against the baseline.
    pub twin: &'a Evidence,
    /// 1 - the level of the guards' tests.
    pub alpha: f64,
}

/// The first reason, in order of how much it spoils, why no claim can be made; `None` if there is none. `flips` sign flips
/// are drawn for the error rates beyond 16 rounds.
#[must_use]
pub fn disqualify(exhibit: &Exhibit<'_>, flips: u32, rng: &mut impl Rng) -> Option<InvalidReason> {
    let few = shortage(
        exhibit.evidence.metric,
        exhibit.alpha,
        &[exhibit.arm, exhibit.baseline],
    );
    if few.is_some() {
        few
    } else if host_saturated(exhibit) {
        Some(InvalidReason::HostSaturated)
    } else if copies_differ(exhibit) {
        Some(InvalidReason::AaFailed)
    } else if drifted(exhibit) {
        Some(InvalidReason::Drift)
    } else if errors_differ(exhibit, flips, rng) {
        Some(InvalidReason::ErrorsDiffer)
    } else {
        None
    }
}

/// Whether a typical block of any of `sides` has too few requests for `metric` at level 1 - `alpha`.
#[must_use]
pub fn shortage(metric: Metric, alpha: f64, sides: &[&[&BlockResult]]) -> Option<InvalidReason> {
    let count = |block: &&BlockResult| match metric {
        Metric::Throughput => block.completed,
        Metric::P50 | Metric::P99 | Metric::MeanLatency => block.latencies.count(),
    };
    let have = sides
        .iter()
        .map(|blocks| {
            let mut counts: Vec<u64> = blocks.iter().map(count).collect();
            counts.sort_unstable();
            counts.get(counts.len() / 2).copied().unwrap_or(0)
        })
        .min()?;
    let need = fewest_samples(metric, alpha);
    (have < need).then_some(InvalidReason::TooFewSamples { metric, have, need })
}

fn host_saturated(exhibit: &Exhibit<'_>) -> bool {
    let blocks = || exhibit.arm.iter().chain(exhibit.baseline);
    let count = blocks().count().max(1) as f64;
    let saturated = blocks()
        .filter(|block| block.health.host == Host::Saturated)
        .count() as f64;
    let late: f64 = blocks().map(|block| block.health.late.get()).sum();
    saturated / count > SATURATED_BLOCKS || late / count > LATE_REQUESTS || unequal_load(exhibit)
}

/// A generator that sends more to one arm than to another did not follow the design. Arms that run as fast as they can
/// are meant to differ.
fn unequal_load(exhibit: &Exhibit<'_>) -> bool {
    let issued = |blocks: &[&BlockResult]| blocks.iter().map(|block| block.issued).sum();
    let counts = [issued(exhibit.arm), issued(exhibit.baseline)];
    exhibit.evidence.metric != Metric::Throughput
        && sample_ratio::p_value(&counts).is_some_and(|p| p < UNEQUAL_LOAD)
}

/// Evidence and size agree that two copies of the baseline differ.
fn copies_differ(exhibit: &Exhibit<'_>) -> bool {
    exhibit.twin.signs.ln_e() >= -exhibit.alpha.ln() && exhibit.twin.effect().excludes_zero()
}

fn drifted(exhibit: &Exhibit<'_>) -> bool {
    let values: Vec<f64> = exhibit
        .baseline
        .iter()
        .filter_map(|block| block.value(exhibit.evidence.metric))
        .collect();
    Drift::of(&values).is_some_and(|drift| drift.disqualifies())
}

/// Errors take requests out of the figures, mostly slow ones. An arm that fails more is disqualified whatever it shows; one
/// that fails less, only when it looks worse, because the failures may be what flatters the baseline.
fn errors_differ(exhibit: &Exhibit<'_>, flips: u32, rng: &mut impl Rng) -> bool {
    let share = |block: &BlockResult| block.errors as f64 / block.issued.max(1) as f64;
    let more: Vec<f64> = exhibit
        .arm
        .iter()
        .zip(exhibit.baseline)
        .map(|(arm, baseline)| share(arm) - share(baseline))
        .collect();
    let gap = more.iter().sum::<f64>() / more.len().max(1) as f64;
    let lower_is_better = exhibit.evidence.metric.lower_is_better();
    let looks_worse = (exhibit.evidence.change > 0.0) == lower_is_better;
    if gap.abs() <= ERROR_GAP || (gap < 0.0 && !looks_worse) {
        return false;
    }
    gap.abs() > ERROR_GAP_ANYWAY
        || Flips::of(&more, flips, rng).is_some_and(|flips| flips.p_value() <= ERRORS_NO_ACCIDENT)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::block::Health;
    use crate::seed::stream;
    use crate::stats::detectable::Noise;
    use crate::stats::sign::SignProcess;

    fn block(errors: u64) -> BlockResult {
        let latencies = (1..=100 - errors).map(Duration::from_millis).collect();
        BlockResult {
            errors,
            issued: 100,
            ..BlockResult::of_latencies(latencies)
        }
    }

    /// What the guards say of an arm that changed by `change`, with these errors in each round, against a faultless baseline.
    fn reason(change: f64, errors: &[u64]) -> Option<InvalidReason> {
        let arm: Vec<BlockResult> = errors.iter().copied().map(block).collect();
        judged(change, &arm, &vec![block(0); arm.len()])
    }

    fn judged(change: f64, arm: &[BlockResult], baseline: &[BlockResult]) -> Option<InvalidReason> {
        let evidence = |change: f64, signs| Evidence {
            metric: Metric::P50,
            baseline: 0.050,
            change,
            interval: [change - 0.01, change + 0.01],
            noise: Noise::known(0.01),
            signs,
            rounds: 10,
        };
        let exhibit = Exhibit {
            arm: &arm.iter().collect::<Vec<_>>(),
            baseline: &baseline.iter().collect::<Vec<_>>(),
            evidence: &evidence(change, SignProcess::of(10, 0)),
            twin: &evidence(0.0, SignProcess::of(5, 5)),
            alpha: 0.05,
        };
        disqualify(&exhibit, 500, &mut stream(1, "test", 0))
    }

    #[test]
    fn a_stray_error_is_no_difference() {
        assert_eq!(reason(-0.2, &[0; 10]), None);
        assert_eq!(reason(-0.2, &[0, 1, 0, 0, 2, 0, 1, 0, 0, 1]), None);
        // 0.7 % of all requests, but from three rounds of ten: may be an accident.
        assert_eq!(reason(-0.2, &[3, 0, 0, 2, 0, 0, 0, 2, 0, 0]), None);
    }

    #[test]
    fn steady_or_massive_failure_is_a_difference() {
        let differ = Some(InvalidReason::ErrorsDiffer);
        assert_eq!(reason(-0.2, &[1; 10]), differ);
        assert_eq!(reason(0.2, &[1; 10]), differ);
        assert_eq!(reason(-0.2, &[60, 0, 0, 0, 0, 0, 0, 0, 0, 0]), differ);
    }

    #[test]
    fn failing_less_spoils_only_a_loss() {
        let (clean, failing) = (vec![block(0); 10], vec![block(2); 10]);
        assert_eq!(judged(-0.2, &clean, &failing), None);
        let differ = Some(InvalidReason::ErrorsDiffer);
        assert_eq!(judged(0.2, &clean, &failing), differ);
    }

    #[test]
    fn a_tenth_of_the_blocks_on_a_saturated_host_is_forgiven() {
        let mut arm = vec![block(0); 10];
        for saturated in 1..=3 {
            arm[saturated].health = Health {
                host: Host::Saturated,
                ..Health::good()
            };
            // Of twenty blocks, those of the baseline included.
            let expected = (saturated > 2).then_some(InvalidReason::HostSaturated);
            assert_eq!(judged(-0.2, &arm, &vec![block(0); 10]), expected);
        }
    }

    #[test]
    fn a_block_needs_the_samples_of_its_metric() {
        assert_eq!(fewest_samples(Metric::P50, 0.05), 6);
        assert_eq!(fewest_samples(Metric::P99, 0.05), 368);
        let few = vec![block(95); 10];
        let missing = InvalidReason::TooFewSamples {
            metric: Metric::P50,
            have: 5,
            need: 6,
        };
        assert_eq!(judged(-0.2, &few, &few), Some(missing));
        assert_eq!(judged(-0.2, &few, &vec![block(0); 10]), Some(missing));
    }
}
