//! The sign e-process: who was better, round by round, with a look allowed after each.
//!
//! It asks only which of two arms did better in a round. Because the order inside the round was drawn at random, that is a
//! fair coin when the arms are equal, whatever the noise looks like and whatever happened before. The size of the
//! difference is left to the other methods.

use std::f64::consts::LN_2;

use statrs::function::beta::ln_beta;

/// Wins and losses of an arm, and the evidence in them against a fair coin.
///
/// E = 2^t · B(w+1, l+1), the uniform mixture over all win probabilities (beta-binomial; Howard et al. 2021, §3). Under the
/// null E is a martingale from 1, so P(E ever ≥ 1/α) ≤ α (Ville): stopping at any time is allowed.
///
/// The mixture covers win probabilities below ½ as well as above: E grows in both directions and α is spent on both
/// together. One-sided use ("better") reads the direction from [`Self::leads`] and is valid at α, mostly at α/2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignProcess {
    wins: u32,
    losses: u32,
}

impl SignProcess {
    /// No rounds yet: E = 1.
    #[must_use]
    pub const fn new() -> Self {
        Self { wins: 0, losses: 0 }
    }

    /// With `wins` and `losses` already counted.
    #[must_use]
    pub const fn of(wins: u32, losses: u32) -> Self {
        Self { wins, losses }
    }

    /// Counts one round by its `gain`: positive wins, negative loses. Ties and NaN are dropped.
    pub fn observe(&mut self, gain: f64) {
        if gain > 0.0 {
            self.wins = self.wins.saturating_add(1);
        } else if gain < 0.0 {
            self.losses = self.losses.saturating_add(1);
        }
    }

    /// Rounds won.
    #[must_use]
    pub const fn wins(self) -> u32 {
        self.wins
    }

    /// Rounds lost.
    #[must_use]
    pub const fn losses(self) -> u32 {
        self.losses
    }

    /// ln E; 0 before the first round. It cannot overflow.
    #[must_use]
    pub fn ln_e(self) -> f64 {
        let (wins, losses) = (f64::from(self.wins), f64::from(self.losses));
        (wins + losses) * LN_2 + ln_beta(wins + 1.0, losses + 1.0)
    }

    /// E, 1 before the first round; infinite beyond the range of `f64`.
    #[must_use]
    pub fn e_value(self) -> f64 {
        self.ln_e().exp()
    }

    /// Whether the arm won more rounds than it lost.
    #[must_use]
    pub const fn leads(self) -> bool {
        self.wins > self.losses
    }

    /// Whether the arm lost more rounds than it won.
    #[must_use]
    pub const fn trails(self) -> bool {
        self.losses > self.wins
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn eight_of_eight_is_256_over_9() {
        assert!((SignProcess::of(8, 0).e_value() - 256.0 / 9.0).abs() < 1e-9);
    }

    #[test]
    fn the_fewest_wins_that_decide() {
        for (wins, rounds) in [(8, 8), (17, 20), (24, 30), (36, 50)] {
            assert!(SignProcess::of(wins, rounds - wins).e_value() >= 20.0);
        }
        for (wins, rounds) in [(7, 7), (16, 20), (23, 30), (35, 50)] {
            assert!(SignProcess::of(wins, rounds - wins).e_value() < 20.0);
        }
        assert!(SignProcess::of(11, 0).e_value() >= 100.0);
        assert!(SignProcess::of(10, 0).e_value() < 100.0);
    }

    #[test]
    fn ties_are_dropped() {
        let mut signs = SignProcess::new();
        for gain in [0.0, f64::NAN, 0.1, -0.2, 0.3] {
            signs.observe(gain);
        }
        assert_eq!(signs, SignProcess::of(2, 1));
        assert!(signs.leads() && !signs.trails());
    }

    proptest! {
        /// The law that makes it valid: under a fair coin the next value is, on average, the present one.
        #[test]
        fn it_is_a_martingale(wins in 0_u32..400, losses in 0_u32..400) {
            let now = SignProcess::of(wins, losses).ln_e();
            let up = (SignProcess::of(wins + 1, losses).ln_e() - now).exp();
            let down = (SignProcess::of(wins, losses + 1).ln_e() - now).exp();
            prop_assert!((f64::midpoint(up, down) - 1.0).abs() < 1e-8);
        }

        #[test]
        fn direction_does_not_change_the_evidence(wins in 0_u32..2000, losses in 0_u32..2000) {
            let there = SignProcess::of(wins, losses).ln_e();
            prop_assert!((there - SignProcess::of(losses, wins).ln_e()).abs() < 1e-9);
            prop_assert!(there.is_finite());
        }
    }
}
