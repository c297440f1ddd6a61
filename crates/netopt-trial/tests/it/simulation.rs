//! What the verdicts are worth, on arms whose truth is known.
//!
//! Trials of nothing must not find anything more often than promised; planted effects must be found; intervals must hold the
//! truth. All of it with early stopping, as the session runs in practice.

use netopt_core::metric::Metric;
use netopt_core::verdict::{Decision, InvalidReason, Verdict};
use netopt_trial::design::{BlockSize, Design, DesignBuilder, Effort};
use netopt_trial::session::Session;

use crate::simulated::{Simulated, Weather, exceeds, run};

/// Fewer draws than in practice: intervals are a little rougher, and the test is quick.
const EFFORT: Effort = Effort {
    resamples: 300,
    flips: 500,
};

fn design(seed: u64, candidates: u16) -> DesignBuilder {
    (0..candidates).fold(
        Design::builder(seed, Metric::P50, "today").effort(EFFORT),
        |builder, number| builder.candidate(format!("candidate {number}")),
    )
}

fn simulate(builder: DesignBuilder, planted: &[f64]) -> Simulated {
    let session = Session::new(builder.build().unwrap());
    run(session, Weather::REALISTIC, planted)
}

fn any(verdicts: &[Verdict], decision: Decision) -> bool {
    verdicts.iter().any(|verdict| verdict.decision == decision)
}

const SMALL: BlockSize = BlockSize {
    requests: 20,
    burn_in: 0,
};

/// 500 trials of nothing: how many claim anything, in either direction, and how many are called invalid.
fn trials_of_nothing(candidates: u16) -> [usize; 3] {
    let planted = vec![1.0; usize::from(candidates)];
    let mut counts = [0; 3];
    for seed in 0..500 {
        let trial = simulate(design(seed, candidates).block(SMALL), &planted);
        counts[0] += usize::from(any(&trial.verdicts, Decision::Faster));
        counts[1] += usize::from(any(&trial.verdicts, Decision::Slower));
        let reason = InvalidReason::AaFailed;
        counts[2] += usize::from(any(&trial.verdicts, Decision::Invalid { reason }));
    }
    eprintln!("{candidates} candidates, 500 trials of nothing: {counts:?}");
    counts
}

#[test]
fn nothing_is_found_in_nothing_with_one_candidate() {
    let [faster, slower, invalid] = trials_of_nothing(1);
    assert!(!exceeds(faster, 500, 0.05), "{faster} of 500 faster");
    assert!(
        !exceeds(faster + slower, 500, 0.05),
        "{slower} of 500 slower"
    );
    assert!(!exceeds(invalid, 500, 0.05), "{invalid} of 500 invalid");
}

#[test]
fn nothing_is_found_in_nothing_with_several_candidates() {
    let [faster, slower, invalid] = trials_of_nothing(4);
    assert!(!exceeds(faster, 500, 0.05), "{faster} of 500 faster");
    assert!(
        !exceeds(faster + slower, 500, 0.10),
        "{slower} of 500 slower"
    );
    assert!(!exceeds(invalid, 500, 0.05), "{invalid} of 500 invalid");
}

/// Of 100 trials with the default design: how many find the planted effect, and the mean number of rounds they took.
fn power(metric: Metric, planted: f64) -> (usize, f64) {
    let (mut found, mut rounds) = (0, 0.0);
    for seed in 1000..1100 {
        let builder = Design::builder(seed, metric, "today")
            .effort(EFFORT)
            .candidate("candidate");
        let trial = simulate(builder, &[planted]);
        found += usize::from(any(&trial.verdicts, Decision::Faster));
        rounds += f64::from(trial.session.rounds()) / 100.0;
    }
    eprintln!("{metric} x {planted}: found {found} of 100 in {rounds:.1} rounds");
    (found, rounds)
}

#[test]
fn thirty_percent_less_is_found_early() {
    let (found, rounds) = power(Metric::P50, 0.70);
    assert!(found >= 90, "{found} of 100");
    assert!(rounds < 15.0, "{rounds} rounds");
}

#[test]
fn ten_percent_less_is_found() {
    let (found, _) = power(Metric::P50, 0.90);
    assert!(found >= 80, "{found} of 100");
}

#[test]
fn ten_percent_more_throughput_is_found() {
    let (found, _) = power(Metric::Throughput, 0.90);
    assert!(found >= 80, "{found} of 100");
}

#[test]
fn intervals_hold_the_truth() {
    for planted in [1.0_f64, 0.9, 0.7] {
        let trials = 200;
        let held = (0..trials)
            .filter(|seed| {
                let trial = simulate(design(2000 + seed, 1).block(SMALL), &[planted]);
                let effect = trial.verdicts[0].effect.unwrap();
                effect.low <= planted - 1.0 && planted - 1.0 <= effect.high
            })
            .count();
        eprintln!("x {planted}: {held} of {trials} intervals hold it");
        assert!(held >= 182, "{planted}: {held} of {trials}");
    }
}

#[test]
fn the_right_candidate_is_found_among_others() {
    let (mut found, mut wrong) = (0, 0);
    for seed in 3000..3040 {
        let trial = simulate(design(seed, 4), &[1.0, 0.75, 1.3, 1.0]);
        let faster = |index: usize| trial.verdicts[index].decision == Decision::Faster;
        found += usize::from(faster(1));
        wrong += usize::from(faster(0) || faster(2) || faster(3));
    }
    eprintln!("one of four: found {found} of 40, wrong {wrong}");
    assert!(found >= 36, "{found} of 40");
    assert!(!exceeds(wrong, 40, 0.05), "{wrong} of 40");
}
