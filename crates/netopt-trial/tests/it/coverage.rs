//! What an interval of 95 % is worth: how often it holds the truth, on blocks with neighbours alike (AR(1)) and drift.

use netopt_core::metric::Metric;
use netopt_trial::block::BlockResult;
use netopt_trial::design::{BlockSize, Design, Effort};
use netopt_trial::seed::stream;
use netopt_trial::session::Session;
use netopt_trial::stats::bootstrap::Resampling;
use netopt_trial::stats::merged::Merged;
use rand::RngExt;

use crate::simulated::{Network, Weather, exceeds, run};

/// Trials behind each share: its standard error is half a percent.
const TRIALS: u64 = 2_000;
/// Small blocks, so that the test is quick; larger ones came out the same.
const REQUESTS: u32 = 24;
/// The fewest that have a p99.
const REQUESTS_P99: u32 = 368;
const RESAMPLING: Resampling = Resampling {
    resamples: 200,
    alpha: 0.05,
};

/// Two arms in `rounds` rounds of random order; the second takes 90 % of the latency.
fn two_arms(seed: u64, weather: Weather, requests: u32, rounds: u32) -> [Vec<BlockResult>; 2] {
    let mut network = Network::new(seed, weather, requests, 2 * rounds);
    let mut coin = stream(seed, "order", 0);
    let mut arms = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        let first = usize::from(coin.random::<bool>());
        for arm in [first, 1 - first] {
            arms[arm].push(network.block([1.0, 0.9][arm]));
        }
    }
    arms
}

/// The share of [`TRIALS`] trials of fixed length whose bootstrap interval holds the planted 10 %.
fn coverage(metric: Metric, weather: Weather, rounds: u32) -> f64 {
    let ln = 0.9_f64.ln();
    let truth = if metric.lower_is_better() { ln } else { -ln };
    let requests = match metric {
        Metric::P99 => REQUESTS_P99,
        _ => REQUESTS,
    };
    let held = (0..TRIALS).filter(|seed| {
        let [baseline, arm] = two_arms(77_000 + seed, weather, requests, rounds)
            .map(|blocks| Merged::of(metric, &blocks.iter().collect::<Vec<_>>()));
        let mut rng = stream(*seed, "coverage", 0);
        let [low, high] = RESAMPLING
            .interval(&arm, &baseline, rounds as usize, &mut rng)
            .unwrap();
        low <= truth && truth <= high
    });
    let share = held.count() as f64 / TRIALS as f64;
    println!("{metric}, {rounds} rounds: {:.2} %", share * 100.0);
    share
}

fn assert_in_band(metric: Metric, weather: Weather, rounds: u32) {
    let share = coverage(metric, weather, rounds);
    assert!(
        (0.93..=0.97).contains(&share),
        "{metric}, {rounds} rounds: {share}"
    );
}

#[test]
fn medians_are_covered_as_promised() {
    for rounds in [12, 20, 30] {
        assert_in_band(Metric::P50, Weather::REALISTIC, rounds);
    }
}

#[test]
fn means_and_rates_are_covered_as_promised() {
    for rounds in [12, 30] {
        assert_in_band(Metric::MeanLatency, Weather::REALISTIC, rounds);
    }
    assert_in_band(Metric::Throughput, Weather::REALISTIC, 20);
}

#[test]
fn tails_are_covered_as_promised() {
    for weather in [Weather::QUIET, Weather::REALISTIC] {
        assert_in_band(Metric::P99, weather, 15);
    }
}

#[test]
fn rough_weather_is_no_excuse() {
    assert_in_band(Metric::P50, Weather::ROUGH, 20);
    assert_in_band(Metric::MeanLatency, Weather::ROUGH, 20);
}

/// A trial that ends early did so because of its data, which spoils an ordinary interval. The verdict's interval then covers
/// the confidence sequence too: it is wider than it had to be, and never holds the truth in less than 95 % of trials.
#[test]
fn stopping_early_does_not_cost_coverage() {
    for planted in [1.0_f64, 0.9, 0.8] {
        let (trials, mut early, mut missed) = (300, 0, 0);
        for seed in 2_000..2_000 + trials {
            let design = Design::builder(seed, Metric::P50, "today")
                .candidate("b")
                .block(BlockSize {
                    requests: REQUESTS,
                    burn_in: 0,
                })
                .effort(Effort {
                    resamples: 100,
                    flips: 100,
                });
            let session = Session::new(design.build().unwrap());
            let trial = run(session, Weather::REALISTIC, &[planted]);
            let effect = trial.verdicts[0].effect.unwrap();
            early += u32::from(trial.session.rounds() < trial.session.design().rounds().max);
            missed += usize::from(planted - 1.0 < effect.low || effect.high < planted - 1.0);
        }
        println!("{planted}: {early} early, {missed} missed of {trials}");
        assert!(!exceeds(missed, 300, 0.05), "{planted}: {missed} missed");
        // Without a difference hardly any trial ends early, with a large one nearly all do.
        assert!(planted > 0.85 || early > 240, "{planted}: {early} early");
    }
}
