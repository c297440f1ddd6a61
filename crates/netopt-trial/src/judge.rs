//! The judge: from evidence to a decision.
//!
//! Three questions, and all must agree: is there a difference (e-process), which way and how large (interval), and does it
//! matter (A/A floor, practical threshold)? The judge is a pure function of the evidence. What disqualifies a
//! measurement is in [`guard`]; collecting the evidence is the session's work.

use netopt_core::metric::Metric;
use netopt_core::verdict::{Decision, Effect};

use crate::stats::floor::AaFloor;
use crate::stats::quantile::whole;
use crate::stats::sign::SignProcess;

pub mod guard;

/// Rounds beyond which it is not honest to say how many more it would take.
const BEYOND_REASON: u32 = 100_000;

/// What is known about one arm against the baseline, on the log scale of the metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The metric, which says which way is better.
    pub metric: Metric,
    /// ln ratio of the merged values.
    pub change: f64,
    /// Low and high end of the interval for `change`; it contains `change`.
    pub interval: [f64; 2],
    /// Rounds won and lost, in which winning is being better.
    pub signs: SignProcess,
    /// Rounds behind it.
    pub rounds: u32,
}

impl Evidence {
    /// As relative changes.
    #[must_use]
    pub fn effect(&self) -> Effect {
        let [low, high] = self.interval;
        Effect::from_log(self.change, low, high)
    }

    /// The smallest change that could have been seen: half the width of the interval, as a share.
    #[must_use]
    pub fn detectable(&self) -> f64 {
        self.half_width().exp_m1()
    }

    /// Half the width of the interval.
    fn half_width(&self) -> f64 {
        let [low, high] = self.interval;
        (high - low) / 2.0
    }
}

/// What the evidence has to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// ln of the e-value that counts: ln(1/α) for one candidate, from e-BH for several.
    pub ln_e: f64,
    /// The practical threshold, a share.
    pub delta: f64,
}

/// Decides about one arm. It never returns [`Decision::Invalid`]; ask [`guard::disqualify`] first.
///
/// Faster and slower need all of: E at the bar, an interval without zero, wins and interval of one direction, and a change
/// beyond both `floor` and the practical threshold. No difference needs the interval within ± the threshold.
#[must_use]
pub fn decide(evidence: &Evidence, bar: &Bar, floor: AaFloor) -> Decision {
    let effect = evidence.effect();
    let matters = evidence.change.abs() > floor.ln() && effect.change.abs() > bar.delta;
    let better = if evidence.metric.lower_is_better() {
        effect.high < 0.0
    } else {
        effect.low > 0.0
    };
    let proven = evidence.signs.ln_e() >= bar.ln_e && effect.excludes_zero() && matters;
    if proven && better && evidence.signs.leads() {
        Decision::Faster
    } else if proven && !better && evidence.signs.trails() {
        Decision::Slower
    } else if effect.low > -bar.delta && effect.high < bar.delta {
        Decision::NoDifference { delta: bar.delta }
    } else {
        Decision::Inconclusive {
            detectable: evidence.detectable(),
            rounds_needed: rounds_needed(evidence, bar),
        }
    }
}

/// Rounds in all until a change of the practical threshold would show: half widths shrink by the root of the rounds; where
/// the width suffices already, the evidence grows in proportion to them.
fn rounds_needed(evidence: &Evidence, bar: &Bar) -> Option<u32> {
    let half = evidence.half_width();
    let wanted = bar.delta.ln_1p();
    let factor = if half > wanted {
        (half / wanted).powi(2)
    } else {
        let ln_e = evidence.signs.ln_e();
        if ln_e <= 0.0 {
            return None;
        }
        bar.ln_e / ln_e
    };
    let needed = whole(f64::from(evidence.rounds) * factor);
    let needed = needed.max(u64::from(evidence.rounds) + 1);
    u32::try_from(needed)
        .ok()
        .filter(|rounds| *rounds <= BEYOND_REASON)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::seed::stream;

    const BAR: Bar = Bar {
        ln_e: 2.995_732,
        delta: 0.03,
    };

    /// Of eight equal values, 95 % of the flips stay within three quarters.
    fn floor(size: f64) -> AaFloor {
        AaFloor::of(&[size / 0.75; 8], 100, &mut stream(1, "test", 0)).unwrap()
    }

    fn evidence(change: f64, half: f64, wins: u32) -> Evidence {
        Evidence {
            metric: Metric::P50,
            change,
            interval: [change - half, change + half],
            signs: SignProcess::of(wins, 20 - wins),
            rounds: 20,
        }
    }

    #[test]
    fn direction_follows_the_metric() {
        let mut found = evidence(-0.2, 0.05, 18);
        assert_eq!(decide(&found, &BAR, floor(0.02)), Decision::Faster);
        found.metric = Metric::Throughput;
        found.signs = SignProcess::of(2, 18);
        assert_eq!(decide(&found, &BAR, floor(0.02)), Decision::Slower);
        let worse = evidence(0.2, 0.05, 1);
        assert_eq!(decide(&worse, &BAR, floor(0.02)), Decision::Slower);
    }

    #[test]
    fn each_question_can_withhold_a_claim() {
        let undecided = |found: Evidence, size| {
            let decision = decide(&found, &BAR, floor(size));
            assert!(
                matches!(decision, Decision::Inconclusive { .. }),
                "{decision:?}"
            );
        };
        undecided(evidence(-0.2, 0.05, 16), 0.02); // too little evidence
        undecided(evidence(-0.2, 0.25, 18), 0.02); // the interval holds zero
        undecided(evidence(-0.2, 0.05, 18), 0.25); // below the A/A floor
        undecided(evidence(-0.2, 0.05, 2), 0.02); // won and lost disagree with the size
        undecided(evidence(-0.029, 0.02, 18), 0.0); // below the practical threshold
    }

    #[test]
    fn a_narrow_interval_around_nothing_is_no_difference() {
        let found = evidence(0.002, 0.01, 9);
        assert_eq!(
            decide(&found, &BAR, floor(0.01)),
            Decision::NoDifference { delta: 0.03 }
        );
    }

    #[test]
    fn an_open_verdict_says_what_it_would_take() {
        let found = evidence(-0.01, 2.0 * 0.03_f64.ln_1p(), 9);
        let Decision::Inconclusive {
            detectable,
            rounds_needed,
        } = decide(&found, &BAR, floor(0.01))
        else {
            panic!("decided")
        };
        assert!((detectable - (1.03_f64.powi(2) - 1.0)).abs() < 1e-9);
        assert!(matches!(rounds_needed, Some(80 | 81)), "{rounds_needed:?}");
    }

    proptest! {
        /// A claim never goes against the sign of the effect, and never below the floor.
        #[test]
        fn claims_are_backed(
            change in -0.5_f64..0.5, half in 0.0_f64..0.5, wins in 0_u32..=20, size in 0.0_f64..0.2,
        ) {
            match decide(&evidence(change, half, wins), &BAR, floor(size)) {
                Decision::Faster => prop_assert!(change < 1e-9 - size && wins > 16),
                Decision::Slower => prop_assert!(change > size - 1e-9 && wins < 4),
                Decision::NoDifference { delta } => prop_assert!(change.abs() < delta),
                Decision::Inconclusive { detectable, rounds_needed } => {
                    prop_assert!(detectable >= 0.0);
                    prop_assert!(rounds_needed.is_none_or(|rounds| rounds > 20));
                }
                Decision::Invalid { .. } => prop_assert!(false),
            }
        }
    }
}
