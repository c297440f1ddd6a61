//! The order of the arms in each round: an independent, uniformly random permutation.
//!
//! Everything the judge may claim rests on this draw. Each round has a random stream of its own, so the order of round 20
//! can be printed before round 1 has run, and dropping an arm changes nothing for the others.

use rand::seq::SliceRandom;

use super::Design;
use super::arm::ArmId;
use crate::seed::{derive, stream};

impl Design {
    /// All arms in the order they run in `round` (from 0), the baseline's copy included. Same seed, same order.
    #[must_use]
    pub fn order(&self, round: u32) -> Vec<ArmId> {
        let mut arms: Vec<ArmId> = self.arms().collect();
        arms.shuffle(&mut stream(self.seed, "order", u64::from(round)));
        arms
    }

    /// The seed of the arrival times in `round`: all arms of a round get the same, so that a burst hits each of them.
    #[must_use]
    pub fn arrival_seed(&self, round: u32) -> u64 {
        derive(self.seed, "arrivals", u64::from(round))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use netopt_core::metric::Metric;
    use proptest::prelude::*;

    use super::*;

    fn design(seed: u64, candidates: u16) -> Design {
        (0..candidates)
            .fold(
                Design::builder(seed, Metric::P50, "a"),
                |builder, number| builder.candidate(format!("b{number}")),
            )
            .build()
            .unwrap()
    }

    fn line(design: &Design, round: u32) -> String {
        let names: Vec<String> = design
            .order(round)
            .iter()
            .map(ToString::to_string)
            .collect();
        names.join(" ")
    }

    #[test]
    fn every_permutation_is_equally_likely() {
        let design = design(11, 1);
        let mut counts = BTreeMap::new();
        for round in 0..6_000 {
            *counts.entry(line(&design, round)).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), 6);
        // Chi-square with 5 degrees of freedom stays below 20.5 in 999 of 1000 draws; this one is fixed by its seed.
        let chi: f64 = counts
            .values()
            .map(|count| (f64::from(*count) - 1000.0).powi(2) / 1000.0)
            .sum();
        assert!(chi < 20.5, "{chi} {counts:?}");
    }

    #[test]
    fn arrivals_differ_from_round_to_round() {
        let design = design(11, 1);
        assert_ne!(design.arrival_seed(0), design.arrival_seed(1));
        assert_ne!(design.arrival_seed(0), design.seed());
    }

    proptest! {
        #[test]
        fn every_arm_runs_once_a_round(seed: u64, candidates in 1_u16..12, round in 0_u32..1000) {
            let design = design(seed, candidates);
            let mut order = design.order(round);
            prop_assert_eq!(&order, &design.order(round));
            order.sort_unstable();
            prop_assert_eq!(order, design.arms().collect::<Vec<_>>());
        }
    }
}
