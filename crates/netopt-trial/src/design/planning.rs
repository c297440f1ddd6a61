//! What a design can find, before its first request.
//!
//! Rounds cost minutes, so whoever designs a trial should see first whether it can find what is looked for. The noise that it
//! will meet is not known yet: it is guessed, or taken from a pilot by the same arms. How the figures come about is in
//! [`crate::stats::detectable`].

use netopt_core::verdict::Detectable;

use super::Design;
use crate::judge::{Bar, improvement, ln_improvement};
use crate::stats::detectable::{BEYOND_REASON, Noise, Rule, fewest_rounds};

/// How many rounds an improvement takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundsNeeded {
    /// After so many it is found in eight of ten trials.
    Rounds(u32),
    /// Not above the practical threshold: never called faster, whatever the rounds.
    Never,
    /// More than 100,000.
    BeyondReason,
}

impl RoundsNeeded {
    /// The rounds, if any number up to 100,000 is enough.
    #[must_use]
    pub const fn rounds(self) -> Option<u32> {
        match self {
            Self::Rounds(rounds) => Some(rounds),
            Self::Never | Self::BeyondReason => None,
        }
    }
}

impl Design {
    /// The smallest improvement that this trial will call faster with a power of 0.8, under this `noise` from round to
    /// round and with all rounds run. The least difference in latency, which depends on the baseline, is left out.
    #[must_use]
    pub fn detectable(&self, noise: Noise) -> Detectable {
        let rule = self.rule();
        rule.smallest(noise, self.rounds().max).map_or_else(
            || Detectable::NotBefore {
                rounds: fewest_rounds(rule.ln_e).unwrap_or(BEYOND_REASON),
            },
            |ln| Detectable::Improvement(improvement(self.metric(), ln)),
        )
    }

    /// How many rounds it takes until this trial will call `wanted`, an improvement as a share in (0, 1), faster with a power
    /// of 0.8 under this `noise`: the first, from the first permitted verdict on, after which [`Self::detectable`] comes down
    /// to it.
    #[must_use]
    pub fn rounds_for(&self, wanted: f64, noise: Noise) -> RoundsNeeded {
        let rule = self.rule();
        let effect = ln_improvement(self.metric(), wanted);
        if effect <= rule.threshold {
            return RoundsNeeded::Never;
        }
        rule.rounds_for(effect, noise, self.rounds().min)
            .map_or(RoundsNeeded::BeyondReason, RoundsNeeded::Rounds)
    }

    fn rule(&self) -> Rule {
        let levels = self.levels();
        let bar = Bar {
            ln_e: levels.ln_bar(self.candidates().len()),
            alpha: levels.alpha,
            delta: levels.delta,
        };
        bar.rule(self.metric(), levels.delta)
    }
}

#[cfg(test)]
mod tests {
    use netopt_core::metric::Metric;
    use proptest::prelude::*;

    use super::*;
    use crate::design::Rounds;

    fn known(spread: f64) -> Noise {
        Noise::known(spread).unwrap()
    }

    #[test]
    fn more_candidates_take_a_larger_effect_or_more_rounds() {
        let design = |candidates: u16| {
            (0..candidates)
                .fold(
                    Design::builder(1, Metric::P50, "today"),
                    |builder, number| builder.candidate(format!("b{number}")),
                )
                .build()
                .unwrap()
        };
        let (one, ten) = (design(1), design(10));
        let share = |design: &Design| design.detectable(known(0.1)).improvement().unwrap();
        assert!(share(&one) > 0.09 && share(&one) < 0.10, "{}", share(&one));
        assert!(share(&ten) > share(&one));
        let needed = |design: &Design| design.rounds_for(0.05, known(0.1)).rounds().unwrap();
        assert!(needed(&ten) > needed(&one));
        // The last round of the design finds what it says.
        let rounds = one.rounds_for(share(&one), known(0.1)).rounds().unwrap();
        assert!(rounds <= one.rounds().max, "{rounds}");
        let beyond = one.rounds_for(0.031, known(0.9));
        assert_eq!(beyond, RoundsNeeded::BeyondReason);
    }

    #[test]
    fn what_does_not_matter_is_never_found() {
        let design = Design::builder(1, Metric::P99, "today")
            .candidate("b")
            .build()
            .unwrap();
        for wanted in [0.02, 0.05] {
            assert_eq!(design.rounds_for(wanted, known(0.01)), RoundsNeeded::Never);
        }
        // Nor is anything before the first permitted verdict.
        let large = design.rounds_for(0.5, known(0.01));
        assert_eq!(large, RoundsNeeded::Rounds(design.rounds().min));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        /// Rounds and improvements answer each other: N rounds print the improvement that takes N rounds, or less, and N - 1
        /// print more.
        #[test]
        fn rounds_and_improvements_answer_each_other(
            metric in prop::sample::select(Metric::ALL.to_vec()),
            candidates in 1_usize..6, noise in 0.005_f64..0.3, wanted in 0.01_f64..0.6,
        ) {
            let design = |min: u32, max: u32| {
                (0..candidates)
                    .fold(
                        Design::builder(1, metric, "today").rounds(Rounds { min, max, ..Rounds::default() }),
                        |builder, number| builder.candidate(format!("b{number}")),
                    )
                    .build()
            };
            let prints = |rounds: u32| {
                let design = design(Rounds::MIN.min(rounds), rounds).ok()?;
                design.detectable(known(noise)).improvement()
            };
            let first = design(Rounds::MIN, 100).unwrap();
            match first.rounds_for(wanted, known(noise)) {
                RoundsNeeded::Never => prop_assert!(wanted <= first.levels().delta * (1.0 + 1e-12)),
                RoundsNeeded::BeyondReason => prop_assert!(prints(1_000).unwrap() > wanted),
                RoundsNeeded::Rounds(rounds) => {
                    prop_assert!(rounds >= Rounds::MIN && wanted > first.levels().delta);
                    if rounds <= 1_000 {
                        prop_assert!(prints(rounds).unwrap() <= wanted * (1.0 + 1e-12));
                    }
                    if rounds > Rounds::MIN && rounds <= 1_001 {
                        let before = prints(rounds - 1);
                        prop_assert!(before.is_none_or(|before| before > wanted), "{before:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_quiet_trial_finds_nothing_below_the_practical_threshold() {
        let design = Design::builder(1, Metric::Throughput, "today")
            .candidate("b")
            .build()
            .unwrap();
        let share = design.detectable(known(1e-6)).improvement().unwrap();
        assert!((share - 0.05).abs() < 1e-5, "{share}");
    }
}
