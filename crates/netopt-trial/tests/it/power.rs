//! What "detectable" is worth: the effect that one trial prints is planted into another, and has to be found.

use netopt_core::metric::Metric;
use netopt_core::verdict::Decision;
use netopt_trial::design::arm::ArmId;
use netopt_trial::design::{BlockSize, Design, Effort, Rounds};
use netopt_trial::session::Session;
use netopt_trial::stats::detectable::{Noise, POWER};
use netopt_trial::stats::sequence::moments;

use crate::simulated::{Simulated, Weather, run};

/// Trials of each kind: more than 200, with which 80 % can be told from 72 %.
const TRIALS: usize = 220;
/// Small blocks, so that the test is quick; with ones of 100 requests it came out the same.
const REQUESTS: u32 = 20;
/// The fewest that have a p99.
const REQUESTS_P99: u32 = 368;

fn rounds(min: u32, max: u32) -> Rounds {
    Rounds {
        min,
        max,
        ..Rounds::default()
    }
}

fn design(seed: u64, metric: Metric, rounds: Rounds) -> Design {
    let effort = Effort {
        resamples: 100,
        flips: 100,
    };
    let block = BlockSize {
        requests: match metric {
            Metric::P99 => REQUESTS_P99,
            _ => REQUESTS,
        },
        burn_in: 0,
    };
    let builder = Design::builder(seed, metric, "today").candidate("b");
    let builder = builder.rounds(rounds).block(block).effort(effort);
    builder.build().unwrap()
}

/// Runs a trial whose candidate is better by `improvement`.
fn trial(design: Design, improvement: f64) -> Simulated {
    let scale = if design.metric().lower_is_better() {
        1.0 - improvement
    } else {
        1.0 / (1.0 + improvement)
    };
    run(Session::new(design), Weather::REALISTIC, &[scale])
}

/// What pilots of nothing print, if they end open.
fn printed(metric: Metric, last: u32) -> Vec<f64> {
    let open = |seed: usize| {
        let design = design(50_000 + seed as u64, metric, rounds(10, last));
        match trial(design, 0.0).verdicts[0].decision {
            Decision::Inconclusive { detectable, .. } => detectable.improvement(),
            _ => None,
        }
    };
    (0..2 * TRIALS).filter_map(open).take(TRIALS).collect()
}

/// What planning gives, when the noise is known from pilots that do not stop early: those that do have little of it.
fn planned(metric: Metric, last: u32) -> f64 {
    let variance: f64 = (0..60)
        .map(|seed| trial(design(70_000 + seed, metric, rounds(last, last)), 0.0))
        .filter_map(|pilot| moments(&pilot.session.effects(ArmId::Candidate(0))))
        .map(|(_, spread)| spread * spread / 60.0)
        .sum();
    let noise = Noise::known(variance.sqrt()).unwrap();
    let detectable = design(1, metric, rounds(10, last)).detectable(noise);
    detectable.improvement().unwrap()
}

/// Each printed figure is planted in a trial of its own; so is the planned one; and half of what was printed.
fn what_is_printed_is_found(metric: Metric, last: u32) {
    let (printed, planned) = (printed(metric, last), planned(metric, last));
    assert_eq!(printed.len(), TRIALS, "most pilots print something");
    let power = |trials: usize, improvement: &dyn Fn(usize) -> f64| {
        let found = (0..trials).filter(|at| {
            let design = design(90_000 + *at as u64, metric, rounds(10, last));
            trial(design, improvement(*at)).verdicts[0].decision == Decision::Faster
        });
        found.count() as f64 / trials as f64
    };
    let each = power(TRIALS, &|at| printed[at]);
    let plan = power(TRIALS, &|_| planned);
    let half = power(100, &|at| printed[at] / 2.0);
    println!("{metric}, {last} rounds: {planned:.3} planned; found {each} {plan}, half {half}");
    assert!(each >= POWER, "{metric}, {last} rounds: printed {each}");
    assert!(plan >= POWER, "{metric}, {last} rounds: planned {plan}");
    assert!(half < 0.5, "{metric}, {last} rounds: half {half}");
}

#[test]
fn a_printed_median_is_found_after_20_rounds() {
    what_is_printed_is_found(Metric::P50, 20);
}

#[test]
fn a_printed_median_is_found_after_30_rounds() {
    what_is_printed_is_found(Metric::P50, 30);
}

#[test]
fn a_printed_rate_is_found_after_20_rounds() {
    what_is_printed_is_found(Metric::Throughput, 20);
}

#[test]
fn a_printed_rate_is_found_after_30_rounds() {
    what_is_printed_is_found(Metric::Throughput, 30);
}

#[test]
fn a_printed_tail_is_found_after_20_rounds() {
    what_is_printed_is_found(Metric::P99, 20);
}
