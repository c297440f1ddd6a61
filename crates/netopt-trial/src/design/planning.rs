//! What a design can find, before its first request.
//!
//! Rounds cost minutes, so whoever designs a trial should see first whether it can find what is looked for. The noise that it
//! will meet is not known yet: it is guessed, or taken from a pilot by the same arms. How the figures come about is in
//! [`crate::stats::detectable`].

use netopt_core::verdict::Detectable;

use super::Design;
use crate::judge::{Bar, improvement, ln_improvement};
use crate::stats::detectable::{BEYOND_REASON, Noise, Rule, fewest_rounds};

impl Design {
    /// The smallest improvement that this trial will call faster with a power of 0.8, under this `noise` from round to
    /// round and with all rounds run. The least difference in latency, which depends on the baseline, is left out.
    #[must_use]
    pub fn detectable(&self, noise: Noise) -> Detectable {
        let rule = self.rule(self.levels().delta);
        rule.smallest(noise, self.rounds().max).map_or_else(
            || Detectable::NotBefore {
                rounds: fewest_rounds(rule.ln_e).unwrap_or(BEYOND_REASON),
            },
            |ln| Detectable::Improvement(improvement(self.metric(), ln)),
        )
    }

    /// About how many rounds it takes to tell `wanted`, an improvement as a share in (0, 1), from none with a power of 0.8
    /// under this `noise`, whatever the practical threshold; `None` beyond 100,000.
    #[must_use]
    pub fn rounds_for(&self, wanted: f64, noise: Noise) -> Option<u32> {
        let rule = self.rule(0.0);
        rule.rounds_for(ln_improvement(self.metric(), wanted), noise)
    }

    fn rule(&self, least: f64) -> Rule {
        let levels = self.levels();
        let bar = Bar {
            ln_e: levels.ln_bar(self.candidates().len()),
            alpha: levels.alpha,
            delta: levels.delta,
        };
        bar.rule(self.metric(), least)
    }
}

#[cfg(test)]
mod tests {
    use netopt_core::metric::Metric;

    use super::*;

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
        assert!(ten.rounds_for(0.05, known(0.1)) > one.rounds_for(0.05, known(0.1)));
        // The last round of the design finds what it says.
        let rounds = one.rounds_for(share(&one), known(0.1)).unwrap();
        assert!(rounds <= one.rounds().max, "{rounds}");
        assert_eq!(one.rounds_for(1e-5, known(0.5)), None);
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
