//! What the verdicts are worth, on arms whose truth is known.
//!
//! Trials of nothing must not find anything more often than promised; planted effects must be found; intervals must hold the
//! truth. All of it with early stopping, as the session runs in practice.

use netopt_core::metric::Metric;
use netopt_core::verdict::{Decision, Verdict};
use netopt_trial::design::arm::ArmId;
use netopt_trial::design::{BlockSize, Design, DesignBuilder, Effort, Racing, Rounds};
use netopt_trial::session::Session;
use netopt_trial::stats::sequence::moments;
use netopt_trial::stats::sign::SignProcess;

use crate::simulated::{Simulated, Weather, exceeds, run, watch, within};

/// Fewer draws than in practice: intervals are a little rougher, and the test is quick.
const EFFORT: Effort = Effort {
    resamples: 200,
    flips: 200,
};

const SMALL: BlockSize = BlockSize {
    requests: 12,
    burn_in: 0,
};

fn design(seed: u64, metric: Metric, candidates: u16) -> DesignBuilder {
    (0..candidates).fold(
        Design::builder(seed, metric, "today").effort(EFFORT),
        |builder, number| builder.candidate(format!("candidate {number}")),
    )
}

fn simulate(builder: DesignBuilder, planted: &[f64]) -> Simulated {
    let session = Session::new(builder.build().unwrap());
    run(session, Weather::REALISTIC, planted)
}

fn any(verdicts: &[Verdict], wanted: fn(&Decision) -> bool) -> usize {
    usize::from(verdicts.iter().any(|verdict| wanted(&verdict.decision)))
}

fn faster(decision: &Decision) -> bool {
    *decision == Decision::Faster
}

/// Rougher still, for trials in which the last digit of an interval decides nothing.
const ROUGHLY: Effort = Effort {
    resamples: 100,
    flips: 100,
};

/// Trials of nothing behind each statement.
const TRIALS: u64 = 2_000;
/// Fewest requests a block that have a p99.
const TAIL: BlockSize = BlockSize {
    requests: 368,
    burn_in: 0,
};

/// Half the rounds of the default design.
const HALF: Rounds = Rounds {
    min: Rounds::MIN,
    max: Rounds::MAX / 2,
    racing: Racing::Drop,
};

/// How many of [`TRIALS`] trials of nothing claim faster, claim slower, are called invalid.
fn trials_of_nothing(metric: Metric, candidates: u16, weather: Weather) -> [usize; 3] {
    let planted = vec![1.0; usize::from(candidates)];
    let mut counts = [0; 3];
    for seed in 0..TRIALS {
        let builder = design(seed, metric, candidates).effort(ROUGHLY);
        // Tails take large blocks; half the rounds keep them quick, and are enough for claims.
        let builder = match metric {
            Metric::P99 => builder.block(TAIL).rounds(HALF),
            _ => builder.block(SMALL),
        };
        let trial = run(Session::new(builder.build().unwrap()), weather, &planted);
        counts[0] += any(&trial.verdicts, faster);
        counts[1] += any(&trial.verdicts, |decision| *decision == Decision::Slower);
        let invalid = |decision: &Decision| matches!(decision, Decision::Invalid { .. });
        counts[2] += any(&trial.verdicts, invalid);
    }
    let [faster, slower, invalid] = counts;
    println!("{metric}, {candidates}: {faster} faster, {slower} slower, {invalid} invalid");
    counts
}

/// Both directions together stay within `promised`, and hardly a trial is thrown away.
fn nothing_is_found(metric: Metric, candidates: u16, weather: Weather, promised: f64) {
    let [faster, slower, invalid] = trials_of_nothing(metric, candidates, weather);
    let claims = faster + slower;
    assert!(within(claims, TRIALS, promised), "{faster} + {slower}");
    assert!(within(invalid, TRIALS, 0.05), "{invalid} invalid");
}

#[test]
fn nothing_is_found_in_medians() {
    for weather in Weather::PLAIN {
        nothing_is_found(Metric::P50, 1, weather, 0.05);
    }
}

#[test]
fn nothing_is_found_in_rates() {
    for weather in Weather::PLAIN {
        nothing_is_found(Metric::Throughput, 1, weather, 0.05);
    }
}

#[test]
fn nothing_is_found_in_quiet_tails() {
    nothing_is_found(Metric::P99, 1, Weather::QUIET, 0.05);
}

#[test]
fn nothing_is_found_in_wandering_tails() {
    nothing_is_found(Metric::P99, 1, Weather::WANDERING, 0.05);
}

#[test]
fn nothing_is_found_in_drifting_tails() {
    nothing_is_found(Metric::P99, 1, Weather::DRIFTING, 0.05);
}

/// Screening promises its false discovery rate, 10 %, for both directions.
#[test]
fn nothing_is_found_among_several_candidates() {
    for weather in Weather::PLAIN {
        nothing_is_found(Metric::P50, 4, weather, 0.10);
    }
}

/// Both directions together stay within α, with neighbouring blocks alike (AR(1)) and a baseline that drifts.
#[test]
fn nothing_is_found_in_nothing_with_one_candidate() {
    let [faster, slower, invalid] = trials_of_nothing(Metric::P50, 1, Weather::REALISTIC);
    assert!(within(faster + slower, TRIALS, 0.05), "{faster} + {slower}");
    assert!(within(invalid, TRIALS, 0.05), "{invalid} invalid");
}

#[test]
fn nothing_is_found_in_nothing_when_the_network_wanders_far() {
    let [faster, slower, _] = trials_of_nothing(Metric::P50, 1, Weather::ROUGH);
    assert!(within(faster + slower, TRIALS, 0.05), "{faster} + {slower}");
}

/// Screening promises its false discovery rate for both directions, and confirmation follows.
#[test]
fn nothing_is_found_in_nothing_with_several_candidates() {
    let [faster, slower, invalid] = trials_of_nothing(Metric::P50, 4, Weather::REALISTIC);
    assert!(within(faster, TRIALS, 0.05), "{faster} faster");
    assert!(within(faster + slower, TRIALS, 0.10), "{slower} slower");
    assert!(within(invalid, TRIALS, 0.05), "{invalid} invalid");
}

/// On the same kind of trials, looking at an ordinary interval after every round finds something in nothing far too often, and
/// the e-process alone does not. So the simulation can tell right from wrong.
#[test]
fn naive_looking_is_fooled_and_the_e_process_is_not() {
    let (mut naive, mut signs) = (0, 0);
    for seed in 0..500 {
        let builder = design(seed, Metric::P50, 1).block(SMALL).effort(ROUGHLY);
        let (mut fooled, mut decided) = (false, false);
        let session = Session::new(builder.build().unwrap());
        watch(session, Weather::REALISTIC, &[1.0], |session| {
            let effects = session.effects(ArmId::Candidate(0));
            fooled |= moments(&effects).is_some_and(|(mean, sigma)| {
                effects.len() > 4 && mean.abs() > 1.96 * sigma / (effects.len() as f64).sqrt()
            });
            let mut process = SignProcess::new();
            effects.iter().for_each(|effect| process.observe(*effect));
            decided |= process.e_value() >= 20.0;
        });
        naive += usize::from(fooled);
        signs += usize::from(decided);
    }
    assert!(
        naive > 75,
        "naive looking was fooled only {naive} times of 500"
    );
    assert!(!exceeds(signs, 500, 0.05), "signs decided {signs} of 500");
    assert!(signs > 0, "a bound that is never met tests nothing");
}

/// Of 60 trials with the default design: how many find the planted effect, and the mean number of rounds they took.
fn power(metric: Metric, planted: f64) -> (usize, f64) {
    let (mut found, mut rounds) = (0, 0.0);
    for seed in 1000..1060 {
        let trial = simulate(design(seed, metric, 1), &[planted]);
        found += any(&trial.verdicts, faster);
        rounds += f64::from(trial.session.rounds()) / 60.0;
    }
    (found, rounds)
}

#[test]
fn thirty_percent_less_is_found_early() {
    let (found, rounds) = power(Metric::P50, 0.70);
    assert!(found >= 54, "{found} of 60");
    assert!(rounds < 15.0, "{rounds} rounds");
}

#[test]
fn ten_percent_less_is_found() {
    for metric in [Metric::P50, Metric::MeanLatency, Metric::Throughput] {
        let (found, _) = power(metric, 0.90);
        assert!(found >= 48, "{metric}: {found} of 60");
    }
}

#[test]
fn twenty_percent_less_tail_is_found() {
    let found: usize = (1000..1012)
        .map(|seed| simulate(design(seed, Metric::P99, 1), &[0.8]))
        .map(|trial| any(&trial.verdicts, faster))
        .sum();
    assert!(found >= 10, "{found} of 12");
}

#[test]
fn the_right_candidate_is_found_among_others() {
    let (mut found, mut wrong) = (0, 0);
    for seed in 3000..3030 {
        let builder = design(seed, Metric::P50, 4);
        let trial = simulate(builder, &[1.0, 0.75, 1.3, 1.0]);
        let won = |index: usize| faster(&trial.verdicts[index].decision);
        found += usize::from(won(1));
        wrong += usize::from(won(0) || won(2) || won(3));
    }
    assert!(found >= 27, "{found} of 30");
    assert!(!exceeds(wrong, 30, 0.05), "{wrong} of 30");
}

/// The best of eight equal candidates looks better than it is; run once more alone, it does not.
#[test]
fn confirmation_takes_the_luck_out_of_the_winner() {
    let change = |verdict: &Verdict| verdict.effect.unwrap().change;
    let (mut screened, mut confirmed) = (0.0, 0.0);
    for seed in 4000..4030 {
        let builder = design(seed, Metric::P50, 8).block(SMALL);
        let screening = simulate(builder, &[1.0; 8]);
        let best = screening.verdicts.iter().map(change);
        screened += best.fold(f64::INFINITY, f64::min) / 30.0;
        let again = screening.session.design().confirmation("best").unwrap();
        let again = run(Session::new(again), Weather::REALISTIC, &[1.0]);
        confirmed += change(&again.verdicts[0]) / 30.0;
    }
    assert!(screened < -0.02, "{screened}");
    assert!(
        confirmed.abs() < screened.abs() / 2.0,
        "{confirmed} of {screened}"
    );
}
