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
    let mut rng = stream(session.design().seed(), "simulated network", 0);
    let requests = session.design().block().requests;
    let arms = session.design().arms().count();
    let blocks = f64::from(session.design().rounds().max) * arms as f64;
    let (mut wander, mut at) = (weather.wander * normal(&mut rng), 0.0);
    while let Some(block) = session.next() {
        wander = 0.8 * wander + 0.6 * weather.wander * normal(&mut rng);
        let own = weather.block * normal(&mut rng);
        let shift = own + wander + weather.drift * at / blocks;
        let scale = 0.010 * shift.exp() * scale(block, planted);
        let latencies: Latencies = (0..requests.div_ceil(2))
            .flat_map(|_| normals(&mut rng))
            .map(|value| Duration::from_secs_f64(scale * (weather.request * value).exp()))
            .collect();
        session
            .record(block, BlockResult::of_latencies(latencies))
            .unwrap();
        at += 1.0;
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
fn normals(rng: &mut impl Rng) -> [f64; 2] {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    let (sin, cos) = (TAU * rng.random::<f64>()).sin_cos();
    [radius * cos, radius * sin]
}

fn normal(rng: &mut impl Rng) -> f64 {
    normals(rng)[0]
}

/// Whether `hits` of `trials` is more than chance allows if the true rate is at most `rate`: P(X ≥ hits) < 1 %.
pub(crate) fn exceeds(hits: usize, trials: usize, rate: f64) -> bool {
    let mut term = (1.0 - rate).powi(i32::try_from(trials).unwrap());
    let mut below = 0.0;
    for k in 0..hits {
        below += term;
        term *= (trials - k) as f64 / (k + 1) as f64 * rate / (1.0 - rate);
    }
    1.0 - below < 0.01
}

#[test]
fn the_bound_is_the_binomial_one() {
    // P(X >= 37 | 500, 0.05) = 0.0134, P(X >= 38) = 0.0083.
    assert!(!exceeds(37, 500, 0.05));
    assert!(exceeds(38, 500, 0.05));
}
