//! The confirmation: one plan against the baseline, on fresh data.
//!
//! The best of many candidates was partly lucky, and changes that help alone may hinder each other. So the combined plan
//! runs once more, alone, with new randomness; only this figure is reported. Building the plan is left to the caller.

use crate::design::{Design, Purpose, Racing, Rounds};
use crate::error::Error;
use crate::seed::derive;

/// Rounds of a confirmation before its first verdict: 17 wins of 20 decide at α = 5 %.
pub const CONFIRMATION_ROUNDS: u32 = 20;

impl Design {
    /// A design that confirms `plan`, the combination to be applied, against the baseline and its copy: same metric, sizes
    /// and thresholds, at least [`CONFIRMATION_ROUNDS`] rounds, and a seed derived from this design, so that its data
    /// is fresh and its order was fixed before screening began.
    ///
    /// # Errors
    /// If `plan` is no valid name for an arm, or the baseline's own.
    pub fn confirmation(&self, plan: impl Into<String>) -> Result<Self, Error> {
        let baseline = self.name(crate::design::arm::ArmId::Baseline);
        let rounds = Rounds {
            min: CONFIRMATION_ROUNDS,
            max: self.rounds().max.max(CONFIRMATION_ROUNDS),
            racing: Racing::Keep,
        };
        let seed = derive(self.seed(), "confirmation", self.fingerprint());
        Self::builder(seed, self.metric(), baseline.unwrap_or_default())
            .candidate(plan)
            .purpose(Purpose::Confirmation)
            .rounds(rounds)
            .block(self.block())
            .levels(self.levels())
            .effort(self.effort())
            .build()
    }
}

#[cfg(test)]
mod tests {
    use netopt_core::metric::Metric;

    use super::*;

    #[test]
    fn one_candidate_fresh_order_and_enough_rounds() {
        let screening = Design::builder(5, Metric::P99, "today")
            .candidate("nodelay")
            .candidate("pool")
            .build()
            .unwrap();
        let confirmation = screening.confirmation("nodelay + pool").unwrap();
        assert_eq!(confirmation.purpose(), Purpose::Confirmation);
        assert_eq!(confirmation.candidates().len(), 1);
        assert_eq!(confirmation.rounds().min, CONFIRMATION_ROUNDS);
        assert_ne!(confirmation.seed(), screening.seed());
        assert_eq!(confirmation.block(), screening.block());
        assert!(screening.confirmation("today").is_err());
    }
}
