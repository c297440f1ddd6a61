//! The judge: from evidence to a decision.
//!
//! Three questions, and all must agree: is there a difference (e-process), which way and how large (interval), and does it
//! matter (A/A floor, practical threshold)? The judge is a pure function of the evidence. What disqualifies a
//! measurement is in [`guard`]; collecting the evidence is the session's work.

use std::time::Duration;

use netopt_core::metric::Metric;
use netopt_core::verdict::{Decision, Detectable, Effect, Threshold};

use crate::stats::detectable::{BEYOND_REASON, Bars, LARGEST, Noise, Rule, fewest_rounds};
use crate::stats::floor::AaFloor;
use crate::stats::quantile::whole;
use crate::stats::sign::SignProcess;

pub mod guard;

/// Difference in latency below which nothing is faster or slower, whatever share of the baseline it is: a timer's tick and a
/// scheduler's turn are as large, and no user of a network notices less.
pub const LEAST_DIFFERENCE: Duration = Duration::from_micros(100);

/// What is known about one arm against the baseline, on the log scale of the metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The metric, which says which way is better.
    pub metric: Metric,
    /// The merged value of the baseline: seconds, or requests per second; above 0.
    pub baseline: f64,
    /// ln ratio of the merged values.
    pub change: f64,
    /// Low and high end of the interval for `change`; it contains `change`.
    pub interval: [f64; 2],
    /// How far the rounds' log ratios spread; `None` of fewer than two.
    pub noise: Option<Noise>,
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
    /// 1 - the level of intervals.
    pub alpha: f64,
    /// The practical threshold, a share; [`practical`] says when a time takes its place.
    pub delta: f64,
}

impl Bar {
    /// The rule that a trial will judge by, with `least` as the smallest share that matters.
    pub(crate) fn rule(&self, metric: Metric, least: f64) -> Rule {
        Rule {
            ln_e: self.ln_e,
            alpha: self.alpha,
            threshold: ln_improvement(metric, least),
        }
    }
}

/// The practical threshold for a `baseline` in seconds or requests per second: `delta`, or for latencies
/// [`LEAST_DIFFERENCE`] where that is more. As a share, and as what to call it.
#[must_use]
pub fn practical(metric: Metric, baseline: f64, delta: f64) -> (f64, Threshold) {
    let least = LEAST_DIFFERENCE.as_secs_f64() / baseline;
    if metric.lower_is_better() && least > delta {
        (least, Threshold::Time(LEAST_DIFFERENCE))
    } else {
        (delta, Threshold::Share(delta))
    }
}

/// |ln ratio| of an improvement by `share`: less latency or more throughput. Infinite for a latency that would have to
/// vanish.
pub(crate) fn ln_improvement(metric: Metric, share: f64) -> f64 {
    if metric.lower_is_better() {
        -(-share.min(1.0)).ln_1p()
    } else {
        share.ln_1p()
    }
}

/// The improvement, a share, that an |ln ratio| is.
pub(crate) fn improvement(metric: Metric, ln: f64) -> f64 {
    if metric.lower_is_better() {
        -(-ln).exp_m1()
    } else {
        ln.exp_m1()
    }
}

/// Decides about one arm. It never returns [`Decision::Invalid`]; ask [`guard::disqualify`] first.
///
/// Faster and slower need all of: E at the bar, an interval without zero, wins and interval of one direction, and a change
/// beyond both `floor` and the practical threshold. No difference needs the interval within ± the threshold.
#[must_use]
pub fn decide(evidence: &Evidence, bar: &Bar, floor: AaFloor) -> Decision {
    let effect = evidence.effect();
    let (delta, threshold) = practical(evidence.metric, evidence.baseline, bar.delta);
    let matters = evidence.change.abs() > floor.ln() && effect.change.abs() > delta;
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
    } else if effect.low > -delta && effect.high < delta {
        Decision::NoDifference { threshold }
    } else {
        let rule = bar.rule(evidence.metric, delta);
        Decision::Inconclusive {
            detectable: detectable(evidence, &rule, floor),
            rounds_needed: rounds_needed(evidence, &rule),
        }
    }
}

/// What these rounds could have found, by the interval and the floor that they gave. Where nothing would do, because a
/// latency would have to vanish or the noise is beyond measure, it is the largest improvement that is looked for.
fn detectable(evidence: &Evidence, rule: &Rule, floor: AaFloor) -> Detectable {
    let fewest = fewest_rounds(rule.ln_e).unwrap_or(BEYOND_REASON);
    let Some(noise) = evidence.noise.filter(|_| evidence.rounds >= fewest) else {
        return Detectable::NotBefore { rounds: fewest };
    };
    let bars = Bars {
        ln_e: rule.ln_e,
        half_width: evidence.half_width(),
        floor: floor.ln(),
        threshold: rule.threshold,
    };
    let smallest = bars.smallest(noise, evidence.rounds);
    Detectable::Improvement(improvement(evidence.metric, smallest.unwrap_or(LARGEST)))
}

/// Rounds in all until an improvement as large as the threshold would be told from none. If these rounds were enough for
/// that, the effect lies so near the threshold that it takes an interval which does not reach from one to the other:
/// half widths shrink by the root of the rounds.
fn rounds_needed(evidence: &Evidence, rule: &Rule) -> Option<u32> {
    let told = Rule {
        threshold: 0.0,
        ..*rule
    };
    let wanted = Some(rule.threshold).filter(|ln| ln.is_finite())?;
    let rounds = told.rounds_for(wanted, evidence.noise?, 1)?;
    if rounds > evidence.rounds {
        return Some(rounds);
    }
    let apart = (evidence.change.abs() - rule.threshold).abs();
    let factor = (evidence.half_width() / apart).powi(2);
    let rounds = whole(f64::from(evidence.rounds) * factor);
    u32::try_from(rounds.max(u64::from(evidence.rounds) + 1))
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
        alpha: 0.05,
        delta: 0.03,
    };

    const NOTHING: Decision = Decision::NoDifference {
        threshold: Threshold::Share(0.03),
    };

    /// Of eight equal values, 95 % of the flips stay within three quarters.
    fn floor(size: f64) -> AaFloor {
        AaFloor::of(&[size / 0.75; 8], 100, &mut stream(1, "test", 0)).unwrap()
    }

    fn evidence(change: f64, half: f64, wins: u32) -> Evidence {
        Evidence {
            metric: Metric::P50,
            baseline: 0.010,
            change,
            interval: [change - half, change + half],
            // What makes an interval of this width: t of 19 degrees of freedom is 2.093.
            noise: Noise::known(half * 20.0_f64.sqrt() / 2.093),
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
        assert_eq!(decide(&found, &BAR, floor(0.01)), NOTHING);
    }

    fn open(found: &Evidence, size: f64) -> (Detectable, Option<u32>) {
        match decide(found, &BAR, floor(size)) {
            Decision::Inconclusive {
                detectable,
                rounds_needed,
            } => (detectable, rounds_needed),
            decided => panic!("{decided:?}"),
        }
    }

    #[test]
    fn an_open_verdict_says_what_it_could_have_found() {
        let found = evidence(-0.01, 0.06, 9);
        let (detectable, rounds_needed) = open(&found, 0.01);
        // 17 of 20 wins in 80 % of trials need Φ(e/s) = 0.88295: e = 1.18989 s, and the other bars next to nothing.
        let signs = 1.189_89 * 0.06 * 20.0_f64.sqrt() / 2.093;
        let share = detectable.improvement().unwrap();
        let expected = -(-signs).exp_m1();
        assert!((share / expected - 1.0).abs() < 0.01, "{share} {expected}");
        assert!(share > found.half_width().exp_m1() * 2.0);
        // And 3 % take so many rounds that they are detectable then, the practical threshold aside.
        let rule = BAR.rule(Metric::P50, 0.0);
        let wanted = ln_improvement(Metric::P50, 0.03);
        let noise = found.noise.unwrap();
        let rounds = rounds_needed.unwrap();
        assert!(rule.smallest(noise, rounds).unwrap() <= wanted * 1.0002);
        assert!(rule.smallest(noise, rounds - 40).unwrap() > wanted);
    }

    #[test]
    fn nothing_is_estimable_before_the_rounds_that_can_decide() {
        let mut found = evidence(-0.01, 0.06, 4);
        (found.rounds, found.signs) = (7, SignProcess::of(4, 3));
        let early = Detectable::NotBefore { rounds: 8 };
        assert_eq!(open(&found, 0.01).0, early);
        found.noise = None;
        assert_eq!(open(&found, 0.01), (early, None));
    }

    #[test]
    fn near_the_threshold_it_takes_a_narrower_interval() {
        let quiet = evidence(-0.025, 0.008, 14);
        let (_, rounds) = open(&quiet, 0.001);
        // ln 1/0.97 - 0.025 = 0.005459: (0.008 / 0.005459)² · 20.
        assert_eq!(rounds, Some(43));
    }

    #[test]
    fn a_tenth_of_a_millisecond_is_no_difference_whatever_its_share() {
        let mut found = evidence(-0.2, 0.02, 20);
        found.baseline = 0.000_4; // less by 73 µs
        let least = Decision::NoDifference {
            threshold: Threshold::Time(LEAST_DIFFERENCE),
        };
        assert_eq!(decide(&found, &BAR, floor(0.01)), least);
        found.baseline = 0.000_6; // less by 109 µs
        assert_eq!(decide(&found, &BAR, floor(0.01)), Decision::Faster);
        found.baseline = 0.000_04; // it could vanish, and still be no difference
        found.interval = [-3.0, 0.5];
        assert_eq!(decide(&found, &BAR, floor(0.01)), least);
        (found.interval, found.signs) = ([-3.0, 2.0], SignProcess::of(9, 11));
        let (all, rounds) = open(&found, 0.01);
        assert_eq!((all.to_string().as_str(), rounds), ("100.0 %", None));
        // Rates have no such floor.
        found = evidence(0.2, 0.02, 20);
        (found.metric, found.baseline) = (Metric::Throughput, 0.000_4);
        assert_eq!(decide(&found, &BAR, floor(0.01)), Decision::Faster);
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
                Decision::NoDifference { threshold } => {
                    prop_assert_eq!(threshold, Threshold::Share(0.03));
                    prop_assert!(change.abs() < 0.03);
                }
                Decision::Inconclusive { detectable, rounds_needed } => {
                    prop_assert!(detectable.improvement().is_some_and(|share| share > 0.03 - 1e-9));
                    prop_assert!(rounds_needed.is_none_or(|rounds| rounds > 20));
                }
                Decision::Invalid { .. } => prop_assert!(false),
            }
        }
    }
}
