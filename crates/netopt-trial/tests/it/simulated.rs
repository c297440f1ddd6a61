//! Simulated arms: noise of the kinds that fool a naive comparison, and a planted truth.
//!
//! Each block has log-normal requests, an effect of its own, a slow random wander shared by neighbouring blocks (AR(1)) and a
//! mild drift over the trial. The planted effect scales the latencies of one arm and nothing else.

use std::f64::consts::TAU;
use std::time::Duration;

use netopt_core::verdict::Verdict;
use netopt_trial::block::{Block, BlockResult, Latencies};
use netopt_trial::design::arm::ArmId;
use netopt_trial::seed::stream;
use netopt_trial::session::Session;
use rand::{Rng, RngExt};
use rand_xoshiro::Xoshiro256PlusPlus;
use statrs::distribution::{Binomial, DiscreteCDF};

/// Spread of the simulated weather; standard deviations on the log scale.
#[derive(Clone, Copy)]
pub(crate) struct Weather {
    /// Of one request within a block.
    pub(crate) request: f64,
    /// Of a block, independent of the others.
    pub(crate) block: f64,
    /// Of the wander that neighbouring blocks share, with a correlation of 0.8 from one to the next.
    pub(crate) wander: f64,
    /// From the first block to the last.
    pub(crate) drift: f64,
}

impl Weather {
    /// A quiet network on a shared host.
    pub(crate) const REALISTIC: Self = Self {
        request: 0.5,
        block: 0.03,
        wander: 0.05,
        drift: 0.1,
    };

    /// Blocks that differ by chance alone.
    pub(crate) const QUIET: Self = Self {
        request: 0.5,
        block: 0.03,
        wander: 0.0,
        drift: 0.0,
    };

    /// Neighbouring blocks alike, AR(1), and nothing else.
    pub(crate) const WANDERING: Self = Self {
        wander: 0.2,
        ..Self::QUIET
    };

    /// Everything gets a third slower from the first block to the last.
    pub(crate) const DRIFTING: Self = Self {
        drift: 0.3,
        ..Self::QUIET
    };

    /// One kind of trouble at a time, or none.
    pub(crate) const PLAIN: [Self; 3] = [Self::QUIET, Self::WANDERING, Self::DRIFTING];

    /// A bad day: neighbouring blocks differ by far, and everything gets a third slower.
    pub(crate) const ROUGH: Self = Self {
        request: 0.5,
        block: 0.1,
        wander: 0.3,
        drift: 0.3,
    };
}

/// A trial on simulated arms, carried out to its end.
pub(crate) struct Simulated {
    pub(crate) session: Session,
    pub(crate) verdicts: Vec<Verdict>,
}

/// The network behind the blocks: same seed, same weather.
pub(crate) struct Network {
    rng: Xoshiro256PlusPlus,
    weather: Weather,
    requests: u32,
    wander: f64,
    /// Blocks so far, and blocks of the whole trial.
    at: f64,
    blocks: f64,
}

impl Network {
    /// For a trial of `blocks` blocks in all, each of `requests`.
    pub(crate) fn new(seed: u64, weather: Weather, requests: u32, blocks: u32) -> Self {
        let mut rng = stream(seed, "simulated network", 0);
        Self {
            wander: weather.wander * normal(&mut rng),
            rng,
            weather,
            requests,
            at: 0.0,
            blocks: f64::from(blocks),
        }
    }

    /// The next block, its latencies `scale` times those of the baseline.
    pub(crate) fn block(&mut self, scale: f64) -> BlockResult {
        let (weather, rng) = (self.weather, &mut self.rng);
        self.wander = 0.8 * self.wander + 0.6 * weather.wander * normal(rng);
        let own = weather.block * normal(rng);
        let shift = own + self.wander + weather.drift * self.at / self.blocks;
        let scale = 0.010 * shift.exp() * scale;
        let latencies: Latencies = (0..self.requests.div_ceil(2))
            .flat_map(|_| normals(rng))
            .map(|value| Duration::from_secs_f64(scale * (weather.request * value).exp()))
            .collect();
        self.at += 1.0;
        BlockResult::of_latencies(latencies)
    }
}

/// Runs `session` in `weather`; `planted[i]` scales the latencies of candidate i.
pub(crate) fn run(session: Session, weather: Weather, planted: &[f64]) -> Simulated {
    watch(session, weather, planted, |_| ())
}

/// As [`run`], calling `look` after every complete round.
pub(crate) fn watch(
    mut session: Session,
    weather: Weather,
    planted: &[f64],
    mut look: impl FnMut(&Session),
) -> Simulated {
    let design = session.design();
    let arms = u32::try_from(design.arms().count()).unwrap();
    let blocks = design.rounds().max * arms;
    let mut network = Network::new(design.seed(), weather, design.block().requests, blocks);
    while let Some(block) = session.next() {
        let result = network.block(scale(block, planted));
        session.record(block, result).unwrap();
        if session.rounds() > block.round {
            look(&session);
        }
    }
    Simulated {
        verdicts: session.verdicts(),
        session,
    }
}

fn scale(block: Block, planted: &[f64]) -> f64 {
    match block.arm {
        ArmId::Baseline | ArmId::Twin => 1.0,
        ArmId::Candidate(number) => planted[usize::from(number)],
    }
}

/// Two independent standard normal values (Box and Muller 1958).
pub(crate) fn normals(rng: &mut impl Rng) -> [f64; 2] {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    let (sin, cos) = (TAU * rng.random::<f64>()).sin_cos();
    [radius * cos, radius * sin]
}

fn normal(rng: &mut impl Rng) -> f64 {
    normals(rng)[0]
}

/// Whether `hits` of `trials` is more than chance allows if the true rate is at most `rate`: P(X ≥ hits) < 1 %.
pub(crate) fn exceeds(hits: usize, trials: usize, rate: f64) -> bool {
    let count = Binomial::new(rate, trials as u64).unwrap();
    hits > 0 && count.sf(hits as u64 - 1) < 0.01
}

/// Whether so few of `trials` show that the true rate is below `rate`: P(X ≤ hits) < 1 % if it were `rate`. One-sided, and the
/// stricter of the two: nearly as many as promised do not pass.
pub(crate) fn within(hits: usize, trials: u64, rate: f64) -> bool {
    let count = Binomial::new(rate, trials).unwrap();
    count.cdf(hits as u64) < 0.01
}

#[test]
fn the_bounds_are_binomial() {
    // P(X >= 37 | 500, 0.05) = 0.0134, P(X >= 38) = 0.0083.
    assert!(!exceeds(37, 500, 0.05));
    assert!(exceeds(38, 500, 0.05));
    // P(X <= 77 | 2000, 0.05) = 0.0083, P(X <= 78) = 0.0114.
    assert!(within(77, 2000, 0.05));
    assert!(!within(78, 2000, 0.05));
}
