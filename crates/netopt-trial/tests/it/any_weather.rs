//! Laws of a session that hold whatever the network does to it.

use std::time::Duration;

use netopt_core::metric::Metric;
use netopt_core::unit::Ratio;
use netopt_core::verdict::Decision;
use netopt_trial::block::{BlockResult, Health, Host};
use netopt_trial::design::arm::ArmId;
use netopt_trial::design::{Design, Effort, Racing, Rounds};
use netopt_trial::session::Session;
use proptest::prelude::*;

fn results() -> impl Strategy<Value = BlockResult> {
    let micros = prop_oneof![
        prop::collection::vec(0_u64..50, 0..3),
        prop::collection::vec(100_u64..120, 8..12),
        prop::collection::vec(0_u64..10_000_000, 8..12),
    ];
    let host = prop_oneof![9 => Just(Host::Calm), 1 => Just(Host::Saturated)];
    (micros, 0_u64..3, 0.0_f64..0.1, host, 0_u64..2_000_000).prop_map(
        |(micros, errors, late, host, elapsed)| {
            let completed = micros.len() as u64;
            BlockResult {
                latencies: micros.into_iter().map(Duration::from_micros).collect(),
                elapsed: Duration::from_micros(elapsed),
                issued: completed + errors,
                completed,
                errors,
                health: Health {
                    late: Ratio::new(late).unwrap(),
                    host,
                },
            }
        },
    )
}

fn session(seed: u64, metric: Metric, racing: Racing) -> Session {
    let rounds = Rounds {
        min: 6,
        max: 12,
        racing,
    };
    let effort = Effort {
        resamples: 100,
        flips: 100,
    };
    let builder = Design::builder(seed, metric, "today");
    let design = builder
        .candidate("b1")
        .candidate("b2")
        .rounds(rounds)
        .effort(effort)
        .build();
    Session::new(design.unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_session_ends_and_its_verdicts_are_sound(
        seed: u64,
        metric in prop::sample::select(Metric::ALL.to_vec()),
        racing in prop_oneof![Just(Racing::Drop), Just(Racing::Keep)],
        pool in prop::collection::vec(results(), 1..30),
    ) {
        let mut session = session(seed, metric, racing);
        let mut blocks = [0_u32; 4];
        while let Some(block) = session.next() {
            prop_assert!(block.round < 12);
            prop_assert_eq!(block.round, session.rounds());
            let left = session.blocks_left();
            let at = blocks.iter().sum::<u32>() as usize;
            session.record(block, pool[at % pool.len()].clone()).unwrap();
            prop_assert!(session.blocks_left() < left);
            blocks[block.arm.index()] += 1;
        }
        prop_assert_eq!(blocks[0], session.rounds());
        prop_assert_eq!(blocks[1], session.rounds());
        let again = session.verdicts();
        for (verdict, index) in session.verdicts().iter().zip(2..) {
            prop_assert_eq!(verdict, &again[index - 2]);
            prop_assert_eq!(session.summary(ArmId::Candidate(0)).rounds, blocks[2]);
            let claim = matches!(
                verdict.decision,
                Decision::Faster | Decision::Slower | Decision::NoDifference { .. }
            );
            prop_assert!(!claim || (verdict.aa_floor.is_some() && verdict.rounds >= 6));
            if let Decision::Inconclusive { detectable, .. } = verdict.decision {
                let share = detectable.improvement();
                prop_assert!(share.is_none_or(|share| share > 0.0 && share.is_finite()));
            }
            if let Some(effect) = verdict.effect {
                prop_assert!(effect.low <= effect.change && effect.change <= effect.high);
                prop_assert!(effect.low > -1.0 - f64::EPSILON && !effect.change.is_nan());
            }
        }
    }
}
