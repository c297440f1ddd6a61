//! Streams of chance: each stage of a way draws from one of its own.
//!
//! All come from one seed. The streams of a way are jumps of 2^128 draws apart on the sequence of Xoshiro256++ (Blackman
//! and Vigna 2021), handed out in a fixed order, so switching one stage on moves nothing in another. What it leaves alone:
//! where the seed comes from.

use netopt_core::unit::Ratio;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Hands out the streams of one seed, one after the other.
#[derive(Debug)]
pub(super) struct Streams(Xoshiro256PlusPlus);

impl Streams {
    pub(super) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// The next stream. It does not meet the others within 2^128 draws.
    pub(super) fn next(&mut self) -> Xoshiro256PlusPlus {
        let stream = self.0.clone();
        self.0.jump();
        stream
    }
}

/// Something that happens to a share of all packets, to each for itself.
#[derive(Debug, Clone)]
pub(super) struct Chance {
    share: f64,
    random: Xoshiro256PlusPlus,
}

impl Chance {
    pub(super) const fn new(share: Ratio, random: Xoshiro256PlusPlus) -> Self {
        Self {
            share: share.get(),
            random,
        }
    }

    /// Whether it happens to the next packet: one draw.
    pub(super) fn happens(&mut self) -> bool {
        self.random.random::<f64>() < self.share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(mut stream: Xoshiro256PlusPlus) -> Vec<u64> {
        (0..20).map(|_| stream.random()).collect()
    }

    #[test]
    fn streams_of_a_seed_differ_and_come_back_with_it() {
        let mut streams = Streams::new(7);
        let (first, second) = (draws(streams.next()), draws(streams.next()));
        assert_ne!(first, second);
        assert_eq!(draws(Streams::new(7).next()), first);
        assert_ne!(draws(Streams::new(8).next()), first);
    }

    #[test]
    fn nothing_and_all_are_exact() {
        let mut never = Chance::new(Ratio::new(0.0).unwrap(), Streams::new(1).next());
        let mut always = Chance::new(Ratio::new(1.0).unwrap(), Streams::new(1).next());
        for _ in 0..10_000 {
            assert!(!never.happens());
            assert!(always.happens());
        }
    }
}
