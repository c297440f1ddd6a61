//! The session as a runner drives it: turns, interruptions, dropping, guards.

use std::time::Duration;

use netopt_core::metric::Metric;
use netopt_core::unit::Ratio;
use netopt_core::verdict::{Decision, Detectable, InvalidReason, Threshold, Verdict};
use netopt_trial::block::{Block, BlockResult, Health, Host};
use netopt_trial::design::arm::ArmId;
use netopt_trial::design::{BlockSize, Design, Effort, Racing, Rounds};
use netopt_trial::session::Session;
use netopt_trial::stats::sequence::NormalMixture;

fn session(metric: Metric, candidates: u16) -> Session {
    let rounds = Rounds {
        min: 10,
        max: 20,
        racing: Racing::Drop,
    };
    let size = BlockSize::for_metric(metric);
    let effort = Effort {
        resamples: 500,
        flips: 500,
    };
    let builder = Design::builder(3, metric, "today")
        .rounds(rounds)
        .block(size)
        .effort(effort);
    let design = (0..candidates)
        .fold(builder, |builder, number| {
            builder.candidate(format!("b{number}"))
        })
        .build()
        .unwrap();
    Session::new(design)
}

/// A block whose latencies are `scale` times those of the others, with a little noise that depends on round and arm.
fn result(block: Block, scale: f64) -> BlockResult {
    let salt = u64::from(block.round) * 31 + block.arm.index() as u64 * 17;
    let noise = 1.0 + 0.001 * ((salt * 7919) % 19) as f64;
    let latencies = (0..100_u64)
        .map(|i| 0.010 + 1e-5 * ((i * 37 + salt) % 101) as f64)
        .map(|seconds| Duration::from_secs_f64(seconds * noise * scale))
        .collect();
    BlockResult::of_latencies(latencies)
}

/// Runs to the end; `make` gives the result of a block.
fn drive(mut session: Session, mut make: impl FnMut(Block) -> BlockResult) -> Session {
    while let Some(block) = session.next() {
        session.record(block, make(block)).unwrap();
    }
    assert!(session.finished());
    session
}

fn scale_first(block: Block, scale: f64) -> f64 {
    if block.arm == ArmId::Candidate(0) {
        scale
    } else {
        1.0
    }
}

fn only(session: &Session) -> Verdict {
    let verdicts = session.verdicts();
    assert_eq!(verdicts.len(), 1);
    verdicts[0].clone()
}

fn reason(verdict: &Verdict) -> Option<InvalidReason> {
    match verdict.decision {
        Decision::Invalid { reason } => Some(reason),
        _ => None,
    }
}

#[test]
fn blocks_are_recorded_in_turn() {
    let mut session = session(Metric::P50, 1);
    let due = session.next().unwrap();
    assert_eq!(session.next(), Some(due), "asking does not take it");
    let other = Block { round: 1, ..due };
    let error = session.record(other, result(other, 1.0)).unwrap_err();
    assert!(error.is_out_of_turn(), "{error}");
    let mut wrong = result(due, 1.0);
    wrong.errors = 5;
    let error = session.record(due, wrong).unwrap_err();
    assert!(error.is_inconsistent(), "{error}");
    assert_eq!(session.next(), Some(due), "nothing was recorded");
    assert_eq!(session.blocks_left(), 60);
    session.record(due, result(due, 1.0)).unwrap();
    assert_eq!(session.blocks_left(), 59);
}

#[test]
fn a_clear_winner_ends_the_trial_early() {
    let done = drive(session(Metric::P50, 1), |block| {
        result(block, scale_first(block, 0.7))
    });
    let verdict = only(&done);
    assert_eq!(verdict.decision, Decision::Faster);
    assert_eq!((done.rounds(), verdict.rounds), (10, 10));
    assert!(
        verdict
            .aa_floor
            .is_some_and(|floor| floor > 0.0 && floor < 0.02)
    );
    let effect = verdict.effect.unwrap();
    assert!(effect.low <= -0.3 + 0.01 && effect.high < -0.25, "{effect}");
    assert_eq!(done.blocks_left(), 0);
    let summary = done.summary(ArmId::Candidate(0));
    assert_eq!((summary.signs.wins(), summary.completed), (10, 1000));
    assert!(
        summary
            .centre
            .is_some_and(|centre| (centre + 0.3).abs() < 0.02)
    );
}

#[test]
fn an_interval_from_early_stopping_covers_the_confidence_sequence() {
    let done = drive(session(Metric::P50, 1), |block| {
        // Noise enough to make the sequence wider than the bootstrap.
        let noise = 1.0 + 0.02 * f64::from(block.round % 3);
        result(block, scale_first(block, 0.7 * noise))
    });
    assert!(done.rounds() < done.design().rounds().max);
    let effect = only(&done).effect.unwrap();
    // Tuned halfway between the first look, 10, and the last, 20.
    let sequence = NormalMixture::new(0.05, 15);
    let [low, high] = sequence
        .interval(&done.effects(ArmId::Candidate(0)))
        .unwrap();
    assert!(effect.low <= low.exp_m1() && high.exp_m1() <= effect.high);
}

#[test]
fn evidence_counts_as_it_was_when_the_candidate_was_settled() {
    let done = drive(session(Metric::P50, 2), |block| {
        let unlucky = block.round >= 16;
        let wild = if block.round % 2 == 0 { 1.2 } else { 0.8 };
        let scale = match block.arm {
            ArmId::Candidate(0) if unlucky => 1.05,
            ArmId::Candidate(0) => 0.7,
            ArmId::Candidate(_) => wild,
            ArmId::Baseline | ArmId::Twin => 1.0,
        };
        result(block, scale)
    });
    // Settled at 10 of 10; the 16 of 20 it ends with would not be enough.
    let signs = done.summary(ArmId::Candidate(0)).signs;
    assert_eq!((signs.wins(), signs.losses()), (16, 4));
    assert!(signs.e_value() < 20.0);
    let verdict = &done.verdicts()[0];
    assert_eq!((verdict.decision, verdict.rounds), (Decision::Faster, 20));
}

#[test]
fn the_same_for_throughput_where_more_is_better() {
    let done = drive(session(Metric::Throughput, 1), |block| {
        result(block, scale_first(block, 0.7))
    });
    assert_eq!(only(&done).decision, Decision::Faster);
    assert!(only(&done).effect.unwrap().low > 0.3);
    let done = drive(session(Metric::Throughput, 1), |block| {
        result(block, scale_first(block, 1.4))
    });
    assert_eq!(only(&done).decision, Decision::Slower);
}

#[test]
fn an_interrupted_trial_is_inconclusive() {
    let mut session = session(Metric::P50, 1);
    let open = Decision::Inconclusive {
        detectable: Detectable::NotBefore { rounds: 10 },
        rounds_needed: None,
    };
    assert_eq!(only(&session).decision, open);
    for _ in 0..28 {
        let block = session.next().unwrap();
        session
            .record(block, result(block, scale_first(block, 0.7)))
            .unwrap();
    }
    assert_eq!(session.rounds(), 9);
    let verdict = only(&session);
    assert_eq!(verdict.decision, open, "{verdict:?}");
    assert_eq!(verdict.rounds, 9);
    assert!(verdict.effect.is_some() && verdict.aa_floor.is_some());
}

#[test]
fn losers_sit_out_but_never_the_baseline_or_its_copy() {
    let mut ran = [0; 4];
    let done = drive(session(Metric::P50, 2), |block| {
        ran[block.arm.index()] += 1;
        // The second candidate is a coin that falls either way by far.
        let wild = if block.round % 2 == 0 { 1.2 } else { 0.8 };
        let scale = match block.arm {
            ArmId::Candidate(0) => 1.5,
            ArmId::Candidate(_) => wild,
            ArmId::Baseline | ArmId::Twin => 1.0,
        };
        result(block, scale)
    });
    assert_eq!(ran, [20, 20, 10, 20]);
    let verdicts = done.verdicts();
    assert_eq!(
        (verdicts[0].decision, verdicts[0].rounds),
        (Decision::Slower, 10)
    );
    assert!(matches!(
        verdicts[1].decision,
        Decision::Inconclusive { .. }
    ));
}

#[test]
fn no_difference_is_a_verdict_and_ends_the_trial() {
    let done = drive(session(Metric::P50, 1), |block| result(block, 1.0));
    let threshold = Threshold::Share(0.03);
    assert_eq!(only(&done).decision, Decision::NoDifference { threshold });
    assert!(done.rounds() < 20);
}

#[test]
fn faster_because_it_fails_is_not_faster() {
    let failing = |block: Block| {
        let mut made = result(block, scale_first(block, 0.7));
        if block.arm == ArmId::Candidate(0) {
            made.issued += 5;
            made.errors += 5;
        } else {
            made.issued += 5;
            made.completed += 5;
        }
        made
    };
    let done = drive(session(Metric::P50, 1), failing);
    assert_eq!(reason(&only(&done)), Some(InvalidReason::ErrorsDiffer));
    assert_eq!(done.rounds(), 20, "an invalid trial does not stop early");
}

#[test]
fn faster_although_the_baseline_fails_is_faster() {
    let done = drive(session(Metric::P50, 1), |block| {
        let mut made = result(block, scale_first(block, 0.7));
        if block.arm == ArmId::Candidate(0) {
            made.completed += 5;
        } else {
            made.errors += 5;
        }
        made.issued += 5;
        made
    });
    assert_eq!(only(&done).decision, Decision::Faster);
}

#[test]
fn copies_that_differ_invalidate_everything() {
    let done = drive(session(Metric::P50, 1), |block| {
        let twin = if block.arm == ArmId::Twin { 1.1 } else { 1.0 };
        result(block, twin * scale_first(block, 0.7))
    });
    assert_eq!(reason(&only(&done)), Some(InvalidReason::AaFailed));
}

#[test]
fn a_saturated_or_late_generator_invalidates() {
    let saturated = Health {
        host: Host::Saturated,
        ..Health::good()
    };
    let late = Health {
        late: Ratio::new(0.2).unwrap(),
        ..Health::good()
    };
    for health in [saturated, late] {
        let done = drive(session(Metric::P50, 1), |block| BlockResult {
            health,
            ..result(block, scale_first(block, 0.7))
        });
        assert_eq!(reason(&only(&done)), Some(InvalidReason::HostSaturated));
    }
}

#[test]
fn unequal_load_invalidates_unless_speed_is_the_question() {
    let unequal = |block: Block| {
        let mut made = result(block, scale_first(block, 0.7));
        if block.arm == ArmId::Candidate(0) {
            made.issued *= 2;
            made.completed *= 2;
        }
        made
    };
    let done = drive(session(Metric::P50, 1), unequal);
    assert_eq!(reason(&only(&done)), Some(InvalidReason::HostSaturated));
    let done = drive(session(Metric::Throughput, 1), unequal);
    assert_eq!(only(&done).decision, Decision::Faster);
}

#[test]
fn a_baseline_that_doubles_invalidates() {
    let done = drive(session(Metric::P50, 1), |block| {
        let drift = 1.0 + f64::from(block.round) / 10.0;
        result(block, drift * scale_first(block, 0.7))
    });
    assert_eq!(reason(&only(&done)), Some(InvalidReason::Drift));
}

#[test]
fn a_tail_from_too_few_samples_is_not_judged() {
    // The design asked for 1,000 a block; 100 came.
    let done = drive(session(Metric::P99, 1), |block| {
        result(block, scale_first(block, 0.7))
    });
    let few = InvalidReason::TooFewSamples {
        metric: Metric::P99,
        have: 100,
        need: 368,
    };
    assert_eq!(reason(&only(&done)), Some(few));
}

#[test]
fn an_arm_that_never_answers_gets_no_claim() {
    let done = drive(session(Metric::P50, 1), |block| {
        let mut made = result(block, 1.0);
        if block.arm == ArmId::Candidate(0) {
            made = BlockResult {
                latencies: [].into_iter().collect(),
                errors: 100,
                completed: 0,
                ..made
            };
        }
        made
    });
    let verdict = only(&done);
    assert_eq!(verdict.effect, None);
    let few = InvalidReason::TooFewSamples {
        metric: Metric::P50,
        have: 0,
        need: 6,
    };
    assert_eq!(reason(&verdict), Some(few));
}

/// What a summary flags, and that flagging deletes nothing.
#[test]
fn a_summary_flags_drift_and_dependence() {
    let done = drive(session(Metric::P50, 1), |block| {
        // The candidate changes sides every five rounds; everything gets slower by 2 % a round.
        let stretch = if block.round / 5 % 2 == 0 { 0.8 } else { 1.25 };
        let drift = 1.02_f64.powi(i32::try_from(block.round).unwrap());
        result(block, drift * scale_first(block, stretch))
    });
    let summary = done.summary(ArmId::Candidate(0));
    assert_eq!((summary.rounds, summary.completed), (20, 2000));
    let dependence = summary.autocorrelation.unwrap();
    assert!(dependence.lag_one() > 0.5 && dependence.is_dependent(0.05));
    let moved = done.summary(ArmId::Twin).drift.unwrap();
    assert!(moved.rho > 0.9 && !moved.disqualifies(), "{moved:?}");
    assert_eq!(summary.missing, None);
    let baseline = done.summary(ArmId::Baseline);
    assert_eq!(baseline.autocorrelation, None, "it has no effect");
}

#[test]
fn a_summary_says_what_is_missing() {
    let mut session = session(Metric::P99, 1);
    assert_eq!(session.summary(ArmId::Baseline).missing, None);
    for _ in 0..3 {
        let block = session.next().unwrap();
        session.record(block, result(block, 1.0)).unwrap();
    }
    let missing = session.summary(ArmId::Baseline).missing.unwrap();
    assert_eq!(
        missing.to_string(),
        "p99 not estimable: needs 368 requests a block, has 100"
    );
}

#[test]
fn same_seed_and_data_same_verdicts() {
    let trial = || {
        drive(session(Metric::P50, 2), |block| {
            result(block, scale_first(block, 0.97))
        })
        .verdicts()
    };
    assert_eq!(format!("{:?}", trial()), format!("{:?}", trial()));
}
