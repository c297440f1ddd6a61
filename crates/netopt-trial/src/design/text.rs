//! The design as text, written down before the start.
//!
//! One figure a line and one line a round, so that two designs can be compared by eye and by `diff`. The fingerprint of this
//! text goes into the report: whoever holds the plan can check that nothing was changed afterwards. It is written, not read.

use std::fmt;

use netopt_core::unit::show_duration;

use super::arm::ArmId;
use super::{Design, Purpose, Racing};
use crate::judge::LEAST_DIFFERENCE;
use crate::seed::fingerprint;

impl Design {
    /// 64-bit FNV-1a of the printed design: the same on every machine and in every run.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        fingerprint(self.to_string().as_bytes())
    }
}

impl fmt::Display for Design {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let purpose = match self.purpose {
            Purpose::Screening => "screening",
            Purpose::Confirmation => "confirmation",
        };
        let racing = match self.rounds.racing {
            Racing::Drop => "drop",
            Racing::Keep => "keep",
        };
        let (rounds, block, levels) = (self.rounds, self.block, self.levels);
        writeln!(f, "netopt trial design 1")?;
        writeln!(f, "purpose {purpose}")?;
        writeln!(f, "metric {}", self.metric)?;
        writeln!(f, "seed {}", self.seed)?;
        for arm in self.arms() {
            let name = self.name(arm).unwrap_or_default();
            let copy = if arm == ArmId::Twin { " copy of A" } else { "" };
            writeln!(f, "arm {arm} {name:?}{copy}")?;
        }
        writeln!(
            f,
            "rounds {} to {}, racing {racing}",
            rounds.min, rounds.max
        )?;
        writeln!(f, "block requests {}", block.requests)?;
        writeln!(f, "block burn-in requests {}", block.burn_in)?;
        writeln!(f, "alpha {}", levels.alpha)?;
        writeln!(f, "fdr {}", levels.fdr)?;
        writeln!(f, "delta {}", levels.delta)?;
        if self.metric.lower_is_better() {
            writeln!(f, "delta at least {}", show_duration(LEAST_DIFFERENCE))?;
        }
        writeln!(f, "resamples {}", self.effort.resamples)?;
        writeln!(f, "flips {}", self.effort.flips)?;
        for round in 0..rounds.max {
            write!(f, "round {}", round + 1)?;
            for arm in self.order(round) {
                write!(f, " {arm}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use netopt_core::metric::Metric;

    use super::super::Rounds;
    use super::*;

    fn design(seed: u64) -> Design {
        let rounds = Rounds {
            min: 6,
            max: 8,
            racing: Racing::Keep,
        };
        Design::builder(seed, Metric::P50, "today")
            .candidate("nodelay")
            .candidate("pool of 16")
            .rounds(rounds)
            .build()
            .unwrap()
    }

    const PLAN: &str = r#"netopt trial design 1
purpose screening
metric p50
seed 42
arm A "today"
arm A′ "A′" copy of A
arm B1 "nodelay"
arm B2 "pool of 16"
rounds 6 to 8, racing keep
block requests 100
block burn-in requests 20
alpha 0.05
fdr 0.1
delta 0.03
delta at least 100 µs
resamples 10000
flips 100000
round 1 B2 A′ B1 A
round 2 A B2 B1 A′
round 3 B2 B1 A′ A
round 4 A′ A B1 B2
round 5 B1 A A′ B2
round 6 A A′ B2 B1
round 7 B2 B1 A A′
round 8 B1 A′ B2 A
"#;

    #[test]
    fn same_seed_same_bytes() {
        assert_eq!(design(42).to_string(), PLAN);
        assert_eq!(design(42).fingerprint(), fingerprint(PLAN.as_bytes()));
        assert_ne!(design(42).fingerprint(), design(43).fingerprint());
    }
}
