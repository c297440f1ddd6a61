//! The minimal detectable effect: what a trial of so many rounds could have found.
//!
//! "Inconclusive" means little without it. A claim has to pass every bar of the judge: enough rounds won for the sign
//! e-process, an interval without zero, and a size beyond A/A floor and practical threshold. The effect stated here passes all
//! of them in eight of ten trials. Half the width of an interval is no such effect: one as large passes in half of them.
//! Everything is |ln ratio|, one value a round, taken as roughly normal. What the bars are is the judge's matter.

use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, Normal, StudentsT};

use super::sign::SignProcess;

mod noise;
mod requests;

pub use noise::Noise;
pub use requests::{Requests, SPREAD};

/// Share of trials in which the stated effect is found: the convention since Cohen (1988, §2.4), who holds missing a
/// difference for a quarter as bad as inventing one.
pub const POWER: f64 = 0.8;

/// Rounds beyond which it is not honest to say how many it would take.
pub const BEYOND_REASON: u32 = 100_000;

/// |ln ratio| beyond which nothing is looked for: a factor of 5·10⁸.
pub const LARGEST: f64 = 20.0;

/// Halvings of a bracket from one power of two to the next: to four digits, rounded up.
const HALVINGS: u32 = 13;

/// What a claim has to pass after a certain number of rounds; sizes as |ln ratio|, at least 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bars {
    /// ln of the e-value that the signs have to reach.
    pub ln_e: f64,
    /// Half the width of the interval, which must not hold zero.
    pub half_width: f64,
    /// The A/A floor.
    pub floor: f64,
    /// The practical threshold.
    pub threshold: f64,
}

impl Bars {
    /// A lower bound of the share of trials that pass every bar, 0 to 1, when the rounds' log ratios are normal around
    /// `effect` with standard deviation s:
    /// 1 - P(wins < w*) - Σ Φ((bar - effect)·√K / s), with wins ~ Bin(K, Φ(effect / s)) and w* the fewest wins of K that
    /// reach `ln_e` (Bonferroni's inequality, so the bars may depend on each other in any way). It is averaged over what s
    /// may be, given that `noise` only estimates it. Looks before the last one can only add to it.
    #[must_use]
    pub fn power(&self, effect: f64, noise: Noise, rounds: u32) -> f64 {
        fewest_wins(rounds, self.ln_e).map_or(0.0, |wins| {
            self.averaged(effect, &noise.likely(), rounds, wins)
        })
    }

    /// Over `spreads` with their weights.
    fn averaged(&self, effect: f64, spreads: &[(f64, f64)], rounds: u32, wins: u32) -> f64 {
        let powers = spreads
            .iter()
            .map(|(spread, weight)| weight * self.at(effect, *spread, rounds, wins));
        powers.sum()
    }

    /// The power where `spread`, above 0, is known.
    fn at(&self, effect: f64, spread: f64, rounds: u32, wins: u32) -> f64 {
        let normal = Normal::standard();
        let better = normal.cdf(effect / spread);
        let too_few = Binomial::new(better, u64::from(rounds))
            .map_or(1.0, |won| won.cdf(u64::from(wins).saturating_sub(1)));
        let root = f64::from(rounds).sqrt();
        let missed: f64 = [self.half_width, self.floor, self.threshold]
            .into_iter()
            .map(|bar| normal.cdf((bar - effect) / spread * root))
            .sum();
        (1.0 - too_few - missed).clamp(0.0, 1.0)
    }

    /// The smallest effect, as |ln ratio|, with a power of at least [`POWER`] after `rounds` of this `noise`; `None` if so
    /// few rounds decide nothing even when all are won, or no effect up to [`LARGEST`] is enough.
    #[must_use]
    pub fn smallest(&self, noise: Noise, rounds: u32) -> Option<f64> {
        let (spreads, wins) = (noise.likely(), fewest_wins(rounds, self.ln_e)?);
        let found = |effect: f64| self.averaged(effect, &spreads, rounds, wins) >= POWER;
        let bars = [self.half_width, self.floor, self.threshold];
        let (mut missed, mut seen) = (0.0, bars.into_iter().fold(noise.spread(), f64::max));
        while !found(seen) {
            if seen > LARGEST {
                return None;
            }
            missed = seen;
            seen *= 2.0;
        }
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(missed, seen);
            if found(middle) {
                seen = middle;
            } else {
                missed = middle;
            }
        }
        Some(seen)
    }
}

/// The rule of a trial before it starts: what is fixed, while interval and floor still depend on the noise to come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// ln of the e-value that the signs have to reach.
    pub ln_e: f64,
    /// 1 - the level of intervals, in (0, 1).
    pub alpha: f64,
    /// The practical threshold as |ln ratio|, at least 0.
    pub threshold: f64,
}

impl Rule {
    /// The bars to expect after `rounds` (at least 2) of this `noise`: an interval of t·s/√K on either side, and a floor of
    /// 1.96·s/√K, because the copies of the baseline are as noisy as the candidate.
    #[must_use]
    pub fn bars(&self, noise: Noise, rounds: u32) -> Bars {
        let error = noise.spread() / f64::from(rounds).sqrt();
        let t = StudentsT::new(0.0, 1.0, f64::from(rounds) - 1.0)
            .map_or(f64::INFINITY, |t| t.inverse_cdf(1.0 - self.alpha / 2.0));
        Bars {
            ln_e: self.ln_e,
            half_width: t * error,
            floor: Normal::standard().inverse_cdf(0.975) * error,
            threshold: self.threshold,
        }
    }

    /// The smallest effect that a trial of `rounds` will find with a power of [`POWER`], given the `noise` of the rounds'
    /// log ratios, guessed or from a pilot; `None` as for [`Bars::smallest`].
    #[must_use]
    pub fn smallest(&self, noise: Noise, rounds: u32) -> Option<f64> {
        self.bars(noise, rounds).smallest(noise, rounds)
    }

    /// How many rounds, `least` or more, a trial needs to find `effect` with a power of [`POWER`]: the first ones after which
    /// [`Self::smallest`] comes down to it. `None` beyond [`BEYOND_REASON`], and always when the effect is not above the
    /// practical threshold. More rounds may take a slightly larger effect again, because wins are counted in whole rounds.
    #[must_use]
    pub fn rounds_for(&self, effect: f64, noise: Noise, least: u32) -> Option<u32> {
        let powerful = |rounds| self.bars(noise, rounds).power(effect, noise, rounds) >= POWER;
        let about = first(fewest_rounds(self.ln_e)?.max(least), powerful)?;
        // The smallest effect is rounded up, and what is answered has to agree with what is printed.
        first(about, |rounds| {
            self.smallest(noise, rounds)
                .is_some_and(|smallest| smallest <= effect)
        })
    }
}

/// The first rounds, from `least` to [`BEYOND_REASON`], that are `enough` while one fewer are not or would be below `least`.
fn first(least: u32, enough: impl Fn(u32) -> bool) -> Option<u32> {
    let (mut few, mut most) = (least - 1, least);
    while !enough(most) {
        if most >= BEYOND_REASON {
            return None;
        }
        few = most;
        most = most.saturating_mul(2).min(BEYOND_REASON);
    }
    while most - few > 1 {
        let middle = u32::midpoint(few, most);
        if enough(middle) {
            most = middle;
        } else {
            few = middle;
        }
    }
    Some(most)
}

/// What an ordinary two-sided test at `alpha`, with one look after `rounds` and nothing but the interval as its bar, would
/// find with a power of [`POWER`]: (z₁₋α/₂ + z₀.₈)·s/√K as |ln ratio|. The rule of a trial asks for more.
#[must_use]
pub fn of_one_look(spread: f64, rounds: u32, alpha: f64) -> f64 {
    let normal = Normal::standard();
    let both = normal.inverse_cdf(1.0 - alpha / 2.0) + normal.inverse_cdf(POWER);
    both * spread / f64::from(rounds.max(1)).sqrt()
}

/// The fewest rounds that decide if all of them are won; `None` beyond [`BEYOND_REASON`].
#[must_use]
pub fn fewest_rounds(ln_e: f64) -> Option<u32> {
    (1..=BEYOND_REASON).find(|rounds| SignProcess::of(*rounds, 0).ln_e() >= ln_e)
}

/// The fewest wins of `rounds`, more than half of them, that reach `ln_e`; `None` if not even all do.
#[must_use]
pub fn fewest_wins(rounds: u32, ln_e: f64) -> Option<u32> {
    let reaches = |wins: u32| SignProcess::of(wins, rounds - wins).ln_e() >= ln_e;
    if !reaches(rounds) {
        return None;
    }
    let (mut short, mut enough) = (rounds / 2, rounds);
    while enough - short > 1 {
        let middle = u32::midpoint(short, enough);
        if reaches(middle) {
            enough = middle;
        } else {
            short = middle;
        }
    }
    Some(enough)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One candidate at α = 5 %.
    const RULE: Rule = Rule {
        ln_e: 2.995_732_273_553_991,
        alpha: 0.05,
        threshold: 0.0,
    };

    fn known(spread: f64) -> Noise {
        Noise::known(spread).unwrap()
    }

    #[test]
    fn wins_and_rounds_are_those_of_the_sign_process() {
        for (rounds, wins) in [(8, Some(8)), (20, Some(17)), (30, Some(24)), (50, Some(36))] {
            assert_eq!(fewest_wins(rounds, RULE.ln_e), wins);
        }
        assert_eq!(fewest_wins(7, RULE.ln_e), None);
        assert_eq!(fewest_rounds(RULE.ln_e), Some(8));
        assert_eq!(fewest_rounds(100.0_f64.ln()), Some(11));
    }

    /// The win probability at which 17 of 20, or 24 of 30, are reached in 80 % of trials: the roots of the binomial sums,
    /// found by halving in Python's exact integers.
    #[test]
    fn where_signs_decide_the_effect_is_a_binomial_quantile() {
        for (rounds, better) in [(20, 0.882_953), (30, 0.838_540)] {
            let only_signs = Bars {
                ln_e: RULE.ln_e,
                half_width: 0.0,
                floor: 0.0,
                threshold: 0.0,
            };
            let effect = only_signs.smallest(known(0.1), rounds).unwrap();
            let share = Normal::standard().cdf(effect / 0.1);
            assert!(
                share >= better && share - better < 1e-4,
                "{rounds}: {share}"
            );
            // The other bars cost next to nothing there.
            let all = RULE.smallest(known(0.1), rounds).unwrap();
            assert!(all >= effect && all < effect * 1.01, "{all} {effect}");
        }
    }

    /// Where the threshold decides, the mean has to pass it with a margin of Φ⁻¹(0.8) standard errors.
    #[test]
    fn where_noise_is_small_the_threshold_decides() {
        let rule = Rule {
            threshold: 0.03,
            ..RULE
        };
        let effect = rule.smallest(known(0.001), 20).unwrap();
        let expected = 0.03 + 0.841_621 * 0.001 / 20.0_f64.sqrt();
        assert!(
            (effect / expected - 1.0).abs() < 2e-4,
            "{effect} {expected}"
        );
        assert_eq!(rule.smallest(known(0.1), 7), None);
        // Without any noise it is the threshold itself.
        let quiet = rule.smallest(known(0.0), 20).unwrap();
        assert!((quiet / 0.03 - 1.0).abs() < 2e-4, "{quiet}");
    }

    /// Percent for rounds by spread, as published; 2.8·s/√K.
    #[test]
    fn the_planning_table_of_rounds() {
        for (rounds, row) in [
            (10, [1.8, 4.4, 8.9]),
            (20, [1.3, 3.1, 6.3]),
            (50, [0.8, 2.0, 4.0]),
        ] {
            for (spread, percent) in [0.02, 0.05, 0.10].into_iter().zip(row) {
                let found = of_one_look(spread, rounds, 0.05) * 100.0;
                assert!(
                    (found - percent).abs() < 0.051,
                    "{rounds} {spread}: {found}"
                );
                let ours = RULE.smallest(known(spread), rounds).unwrap() * 100.0;
                assert!(ours > found, "{rounds} {spread}: {ours}");
            }
        }
    }

    #[test]
    fn a_spread_from_few_rounds_takes_a_larger_effect() {
        let from = |rounds| {
            RULE.smallest(Noise::estimated(0.1, rounds).unwrap(), 20)
                .unwrap()
        };
        let certain = RULE.smallest(known(0.1), 20).unwrap();
        assert!(from(10) > from(20) && from(20) > from(200) && from(200) > certain);
        assert!(from(20) < certain * 1.1 && from(2000) < certain * 1.002);
    }

    #[test]
    fn rounds_and_effects_answer_each_other() {
        for spread in [0.02, 0.1, 0.3] {
            for effect in [0.03, 0.1, 0.25] {
                let Some(rounds) = RULE.rounds_for(effect, known(spread), 1) else {
                    continue;
                };
                let found = RULE.smallest(known(spread), rounds).unwrap();
                assert!(found <= effect, "{spread} {effect}: {found}");
            }
        }
        assert_eq!(RULE.rounds_for(1e-5, known(0.3), 1), None, "beyond reason");
        let rule = Rule {
            threshold: 0.03,
            ..RULE
        };
        assert_eq!(
            rule.rounds_for(0.03, known(0.01), 1),
            None,
            "half pass, at any size"
        );
        assert!(rule.rounds_for(0.05, known(0.01), 1).is_some());
    }

    proptest! {
        #[test]
        fn power_grows_with_the_effect_and_falls_with_the_spread(
            effect in 0.0_f64..0.5, more in 0.0_f64..0.5, spread in 0.001_f64..0.5, rounds in 2_u32..200,
        ) {
            let bars = Rule { threshold: 0.03, ..RULE }.bars(known(spread), rounds);
            let power = bars.power(effect, known(spread), rounds);
            prop_assert!((0.0..=1.0).contains(&power));
            prop_assert!(bars.power(effect + more, known(spread), rounds) >= power - 1e-12);
            let loud = Rule { threshold: 0.03, ..RULE }.bars(known(spread * 2.0), rounds);
            prop_assert!(loud.power(effect, known(spread * 2.0), rounds) <= power + 1e-12 || effect < 0.03);
        }

        #[test]
        fn the_smallest_effect_has_the_power_and_a_smaller_one_has_not(
            spread in 0.001_f64..0.5, rounds in 8_u32..200, threshold in 0.0_f64..0.1,
        ) {
            let rule = Rule { threshold, ..RULE };
            let smallest = rule.smallest(known(spread), rounds).unwrap();
            let bars = rule.bars(known(spread), rounds);
            prop_assert!(bars.power(smallest, known(spread), rounds) >= POWER);
            prop_assert!(bars.power(smallest * 0.999, known(spread), rounds) < POWER);
        }
    }
}
