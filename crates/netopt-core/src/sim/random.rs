//! The simulator's own randomness: `SplitMix64`, so that a seed means the same run everywhere.
//!
//! Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014). Small, fast, good enough to lose
//! packets by; no use where someone could gain from guessing.

use crate::unit::Ratio;

/// The golden ratio in 64 bits, odd.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(super) struct SplitMix64(u64);

impl SplitMix64 {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream of its own for the `number`-th use of the same seed.
    pub(super) fn stream(seed: u64, number: u64) -> Self {
        let mut parent = Self::new(seed ^ Self::new(number).next());
        Self::new(parent.next())
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// True in a share of all cases.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a float exactly")]
    pub(super) fn chance(&mut self, share: Ratio) -> bool {
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        uniform < share.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published sequences of the reference implementation for seeds 0 and 1234567.
    #[test]
    fn published_vectors() {
        let first = |seed: u64| -> Vec<u64> {
            let mut stream = SplitMix64::new(seed);
            (0..5).map(|_| stream.next()).collect()
        };
        assert_eq!(
            first(0),
            [
                0xe220_a839_7b1d_cdaf,
                0x6e78_9e6a_a1b9_65f4,
                0x06c4_5d18_8009_454f,
                0xf88b_b8a8_724c_81ec,
                0x1b39_896a_51a8_749b
            ]
        );
        assert_eq!(
            first(1_234_567),
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821
            ]
        );
    }

    #[test]
    fn a_chance_comes_as_often_as_it_says() {
        let mut stream = SplitMix64::stream(7, 3);
        let share = Ratio::new(0.01).unwrap();
        let hits = (0..100_000).filter(|_| stream.chance(share)).count();
        // 1000 ± 4 standard deviations of 31.5.
        assert!((874..=1126).contains(&hits), "{hits}");
        assert!(!stream.chance(Ratio::new(0.0).unwrap()));
        assert!(stream.chance(Ratio::new(1.0).unwrap()));
    }

    #[test]
    fn streams_of_one_seed_differ() {
        let first = |number| SplitMix64::stream(1, number).next();
        assert_ne!(first(0), first(1));
        assert_eq!(first(1), first(1));
    }
}
