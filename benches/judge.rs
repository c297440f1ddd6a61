//! What does it cost to judge a trial: 3 candidates, 30 rounds, 20 samples a block, all at the default effort?
//!
//! The floor is the change of each candidate in each round, which has to be computed in any case; above it come
//! intervals by resampling, the A/A floor by sign flips, and the guards. `verdicts` is one judgement at the end;
//! `session` is a whole trial, results already there, with a look at the evidence after every round.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion};
use netopt_core::metric::Metric;
use netopt_core::verdict::Decision;
use netopt_trial::block::{Block, BlockResult};
use netopt_trial::design::arm::ArmId;
use netopt_trial::design::{BlockSize, Design, Racing, Rounds};
use netopt_trial::seed::derive;
use netopt_trial::session::Session;

/// Of the design and of all latencies.
const SEED: u64 = 7;
/// Rounds, all of them run.
const ROUNDS: u32 = 30;
/// Samples a block.
const SAMPLES: u32 = 20;
/// What the candidates make of a latency: one helps, one does nothing, one stays open to the end.
const CANDIDATES: [f64; 3] = [0.7, 1.0, 0.97];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    judge(&mut criterion);
    criterion.final_summary();
}

fn judge(criterion: &mut Criterion) {
    let design = design();
    let results = results(&design);
    let session = replay(&design, results.clone());
    assert_eq!(session.rounds(), ROUNDS, "a trial that ends early is less");
    assert_eq!(session.verdicts()[0].decision, Decision::Faster);

    let mut group = criterion.benchmark_group("judge");
    group.sample_size(20);
    group.bench_function("floor_effects", |bencher| {
        bencher.iter(|| {
            for candidate in design.candidates() {
                black_box(session.effects(candidate));
            }
        });
    });
    group.bench_function("verdicts", |bencher| {
        bencher.iter(|| black_box(session.verdicts()));
    });
    group.bench_function("session", |bencher| {
        bencher.iter_batched(
            || results.clone(),
            |results| replay(&design, results),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn design() -> Design {
    let rounds = Rounds {
        min: Rounds::MIN,
        max: ROUNDS,
        racing: Racing::Keep,
    };
    let block = BlockSize {
        requests: SAMPLES,
        burn_in: 0,
    };
    let builder = Design::builder(SEED, Metric::P50, "today")
        .rounds(rounds)
        .block(block);
    let named = CANDIDATES.iter().fold(builder, |builder, scale| {
        builder.candidate(format!("{scale}"))
    });
    named.build().expect("a design within all bounds")
}

/// A whole trial from results that are there already.
fn replay(design: &Design, results: Vec<(Block, BlockResult)>) -> Session {
    let mut session = Session::new(design.clone());
    for (block, result) in results {
        let recorded = session.record(block, result);
        recorded.expect("the order of a design is the same each time");
    }
    session
}

/// What comes of each block.
fn results(design: &Design) -> Vec<(Block, BlockResult)> {
    let mut session = Session::new(design.clone());
    let mut results = Vec::new();
    while let Some(block) = session.next() {
        let result = BlockResult::of_latencies(latencies(block).collect());
        let recorded = session.record(block, result.clone());
        recorded.expect("the block that is due");
        results.push((block, result));
    }
    results
}

/// Latencies around 10 ms that spread by a factor of two within a block, and by a tenth from block to block.
fn latencies(block: Block) -> impl Iterator<Item = Duration> {
    let scale = match block.arm {
        ArmId::Baseline | ArmId::Twin => 1.0,
        ArmId::Candidate(number) => CANDIDATES[usize::from(number)],
    };
    let number = u64::from(block.round) << 16 | block.arm.index() as u64;
    let weather = 0.95 + 0.1 * share(derive(SEED, "block", number));
    (0..u64::from(SAMPLES)).map(move |sample| {
        let spread = 2_f64.powf(share(derive(SEED, "sample", number << 16 | sample)) - 0.5);
        Duration::from_secs_f64(0.010 * scale * weather * spread)
    })
}

/// A number as a share of all numbers.
fn share(number: u64) -> f64 {
    number as f64 / u64::MAX as f64
}
