//! Packets that get lost: each for itself, or in bursts.
//!
//! Bursts are Gilbert's chain (1960) in its simple form: in the bad state every packet is lost, in the good one none. With
//! a long-run share `p` and a mean burst of `L` packets it leaves the bad state with `1/L` and enters it with
//! `p / (L (1 - p))`. The chain begins in its long-run distribution, so the share holds from the first packet on. What it
//! leaves alone: time. A chain moves by packets.

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Loss;
use super::chance::Chance;

/// The stage that loses packets.
#[derive(Debug)]
pub(super) enum Losing {
    Nothing,
    Each(Chance),
    Bursts(Chain),
}

/// Gilbert's chain.
#[derive(Debug)]
pub(super) struct Chain {
    bad: bool,
    enter: f64,
    leave: f64,
    random: Xoshiro256PlusPlus,
}

/// The probability to enter the bad state from the good one; above 1 if no chain has that share and length.
pub(super) fn entering(share: f64, mean_length: f64) -> f64 {
    share / (mean_length * (1.0 - share))
}

impl Losing {
    pub(super) fn new(loss: Loss, mut random: Xoshiro256PlusPlus) -> Self {
        match loss {
            Loss::None => Self::Nothing,
            Loss::Independent(share) => Self::Each(Chance::new(share, random)),
            Loss::Bursts { share, mean_length } => Self::Bursts(Chain {
                bad: random.random::<f64>() < share.get(),
                enter: entering(share.get(), mean_length),
                leave: 1.0 / mean_length,
                random,
            }),
        }
    }

    /// Whether the next packet gets lost.
    pub(super) fn takes(&mut self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Each(chance) => chance.happens(),
            Self::Bursts(chain) => chain.step(),
        }
    }
}

impl Chain {
    /// Whether this packet is lost; then the chain moves on.
    fn step(&mut self) -> bool {
        let lost = self.bad;
        let drawn = self.random.random::<f64>();
        self.bad = if lost {
            drawn >= self.leave
        } else {
            drawn < self.enter
        };
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::chance::Streams;
    use netopt_core::unit::Ratio;
    use proptest::prelude::*;

    const PACKETS: u32 = 40_000;
    /// Standard deviations that a true share may be off: once in 500,000 cases.
    const SIGMAS: f64 = 4.9;

    fn fates(loss: Loss, seed: u64) -> Vec<bool> {
        let mut losing = Losing::new(loss, Streams::new(seed).next());
        (0..PACKETS).map(|_| losing.takes()).collect()
    }

    fn count(fates: &[bool]) -> f64 {
        f64::from(u32::try_from(fates.iter().filter(|lost| **lost).count()).unwrap())
    }

    /// How many bursts there are: packets lost behind one that was not.
    fn bursts(fates: &[bool]) -> f64 {
        let first = f64::from(u8::from(fates[0]));
        let later = fates.windows(2).filter(|pair| !pair[0] && pair[1]).count();
        first + f64::from(u32::try_from(later).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn independent_losses_are_within_the_binomial_interval(share in 0.0f64..=1.0, seed: u64) {
            let lost = count(&fates(Loss::Independent(Ratio::new(share).unwrap()), seed));
            let n = f64::from(PACKETS);
            let sigma = (n * share * (1.0 - share)).sqrt();
            prop_assert!((lost - n * share).abs() <= SIGMAS * sigma + 1.0, "{lost} of {n} at {share}");
        }

        #[test]
        fn bursts_have_the_share_and_the_mean_length_they_were_asked_for(
            share in 0.01f64..0.3, mean_length in 1.0f64..8.0, seed: u64,
        ) {
            let fates = fates(Loss::Bursts { share: Ratio::new(share).unwrap(), mean_length }, seed);
            let (n, lost, bursts) = (f64::from(PACKETS), count(&fates), bursts(&fates));
            // The chain forgets by r = 1 - enter - leave a packet, which widens the binomial interval by (1 + r) / (1 - r).
            let memory = 1.0 - entering(share, mean_length) - 1.0 / mean_length;
            let sigma = (n * share * (1.0 - share) * (1.0 + memory) / (1.0 - memory)).sqrt();
            prop_assert!((lost - n * share).abs() <= SIGMAS * sigma + 1.0, "{lost} of {n} at {share}");
            // Burst lengths are geometric with variance L (L - 1).
            let spread = (mean_length * (mean_length - 1.0) / bursts).sqrt();
            let off = (lost / bursts - mean_length).abs();
            prop_assert!(off <= SIGMAS * spread + 0.01 * mean_length, "{} not {mean_length}", lost / bursts);
        }
    }

    #[test]
    fn a_burst_of_one_packet_is_never_followed_by_a_loss() {
        let share = Ratio::new(0.3).unwrap();
        let fates = fates(
            Loss::Bursts {
                share,
                mean_length: 1.0,
            },
            5,
        );
        assert!(fates.windows(2).all(|pair| !(pair[0] && pair[1])));
        assert!(count(&fates) > 0.0);
    }
}
