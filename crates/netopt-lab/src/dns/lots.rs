//! Which queries are answered: drawn one by one, in the order in which they come.
//!
//! What it leaves alone: the answers.

use netopt_core::unit::Ratio;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::NameServerSpec;

/// What becomes of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lot {
    Answered,
    Failed,
    Lost,
}

/// The shares of queries that fare badly, and the random numbers.
#[derive(Debug)]
pub(super) struct Lots {
    lost: f64,
    failed: f64,
    random: Xoshiro256PlusPlus,
}

impl Lots {
    pub(super) fn new(spec: &NameServerSpec) -> Self {
        let share = |share: Option<Ratio>| share.map_or(0.0, Ratio::get);
        Self {
            lost: share(spec.lost),
            failed: share(spec.failed),
            random: Xoshiro256PlusPlus::seed_from_u64(spec.seed),
        }
    }

    pub(super) fn draw(&mut self) -> Lot {
        // Both are always drawn, so that one fault moves nothing of the other.
        let (lost, failed): (f64, f64) = (self.random.random(), self.random.random());
        if lost < self.lost {
            Lot::Lost
        } else if failed < self.failed {
            Lot::Failed
        } else {
            Lot::Answered
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: usize = 10_000;

    fn draw(lost: f64, failed: f64) -> Vec<Lot> {
        let mut lots = Lots::new(&NameServerSpec {
            lost: Ratio::new(lost),
            failed: Ratio::new(failed),
            ..NameServerSpec::default()
        });
        (0..DRAWS).map(|_| lots.draw()).collect()
    }

    fn share(lots: &[Lot], lot: Lot) -> f64 {
        let count = lots.iter().filter(|l| **l == lot).count();
        f64::from(u32::try_from(count).unwrap()) / 1e4
    }

    #[test]
    fn each_share_is_within_three_sigma() {
        let lots = draw(0.2, 0.25);
        for (lot, expected) in [(Lot::Lost, 0.2), (Lot::Failed, 0.2), (Lot::Answered, 0.6)] {
            let sigma = (expected * (1.0 - expected) / 1e4_f64).sqrt();
            let share = share(&lots, lot);
            assert!((share - expected).abs() < 3.0 * sigma, "{lot:?}: {share}");
        }
    }

    #[test]
    fn all_and_nothing_are_exact() {
        assert_eq!(draw(0.0, 0.0), [Lot::Answered; DRAWS]);
        assert_eq!(draw(1.0, 1.0), [Lot::Lost; DRAWS]);
        assert_eq!(draw(0.0, 1.0), [Lot::Failed; DRAWS]);
    }
}
