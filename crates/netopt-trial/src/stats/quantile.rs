//! Quantiles of latency: which sample they are, and how many samples they need.
//!
//! Ranks are computed in whole numbers, so that the 99th percentile of 100 samples is the 99th sample on every machine. How
//! sure one can be of a quantile is left to [`super::ranks`] for one run and to the bootstrap for a trial, except for the
//! minimum below which nothing can be said.

use std::fmt;

/// A quantile in thousandths: 500 is the median, 990 the 99th percentile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantile(u32);

impl Quantile {
    /// The median.
    pub const P50: Self = Self(500);
    /// The 95th percentile.
    pub const P95: Self = Self(950);
    /// The 99th percentile.
    pub const P99: Self = Self(990);
    /// The 99.9th percentile.
    pub const P999: Self = Self(999);

    /// `None` unless `thousandths` lies in 1..=999.
    #[must_use]
    pub const fn from_thousandths(thousandths: u32) -> Option<Self> {
        if thousandths >= 1 && thousandths <= 999 {
            Some(Self(thousandths))
        } else {
            None
        }
    }

    /// The share of samples at or below it, 0 to 1, both excluded.
    #[must_use]
    pub fn share(self) -> f64 {
        f64::from(self.0) / 1000.0
    }

    /// The rank of this quantile among `count` sorted samples, from 1 to `count`: the smallest with at least its share at
    /// or below (inverse of the empirical distribution; type 1 of Hyndman and Fan 1996). 0 of no samples.
    #[must_use]
    pub fn rank(self, count: u64) -> u64 {
        let product = u128::from(count) * u128::from(self.0);
        u64::try_from(product.div_ceil(1000)).unwrap_or(count)
    }

    /// This quantile of `sorted` samples, in their unit; `None` of nothing.
    #[must_use]
    pub fn of(self, sorted: &[f64]) -> Option<f64> {
        at_rank(sorted, self.rank(sorted.len() as u64))
    }

    /// Samples below which a two-sided interval at level 1 - `alpha` has no finite ends: the smallest n with
    /// max(p, 1-p)^n ≤ α/2. `alpha` in (0, 1); of anything else no number of samples is enough, `u64::MAX`.
    #[must_use]
    pub fn minimum_samples(self, alpha: f64) -> u64 {
        if !(alpha > 0.0 && alpha < 1.0) {
            return u64::MAX;
        }
        // At 1 - p the distribution is mirrored: there the low end is the one that is hard to reach.
        let thousandths = self.0.max(1000 - self.0);
        let exact = (alpha / 2.0).ln() / (f64::from(thousandths) / 1000.0).ln();
        // A power of the share that is α/2 itself must not cost one sample more for the rounding of the logarithms.
        whole(exact * (1.0 - 1e-14))
    }
}

/// As it is usually written: p50, p99, p99.9.
impl fmt::Display for Quantile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 10 {
            0 => write!(f, "p{}", self.0 / 10),
            tenths => write!(f, "p{}.{tenths}", self.0 / 10),
        }
    }
}

/// Rounds up; negative and NaN give 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float to integer casts saturate, which is the documented result"
)]
pub(crate) fn whole(value: f64) -> u64 {
    value.ceil() as u64
}

/// Rounds down; negative and NaN give 0.
pub(crate) fn floor(value: f64) -> u64 {
    whole(value.floor())
}

/// The element of that rank, from 1; `None` of rank 0 or beyond the end.
pub(crate) fn at_rank(sorted: &[f64], rank: u64) -> Option<f64> {
    let index = usize::try_from(rank).ok()?.checked_sub(1)?;
    sorted.get(index).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn minimum_samples_of_the_tail() {
        let need = |quantile: Quantile| quantile.minimum_samples(0.05);
        assert_eq!(need(Quantile::P95), 72);
        assert_eq!(need(Quantile::P99), 368);
        assert_eq!(need(Quantile::P999), 3688);
        assert_eq!(need(Quantile::P50), 6);
    }

    #[test]
    fn ranks_are_exact() {
        assert_eq!(Quantile::P99.rank(100), 99);
        assert_eq!(Quantile::P99.rank(101), 100);
        assert_eq!(Quantile::P50.rank(2), 1);
        assert_eq!(Quantile::P50.rank(3), 2);
        assert_eq!(Quantile::P50.rank(0), 0);
        assert_eq!(Quantile::P999.rank(u64::MAX), 18_428_297_329_635_842_064);
    }

    #[test]
    fn a_quantile_of_nothing_is_nothing() {
        assert_eq!(Quantile::P50.of(&[]), None);
        assert_eq!(Quantile::P50.of(&[1.0, 2.0, 3.0, 4.0]), Some(2.0));
        assert_eq!(Quantile::P999.of(&[1.0, 2.0]), Some(2.0));
    }

    #[test]
    fn low_quantiles_take_as_many_as_high_ones() {
        let tenth = Quantile::from_thousandths(100).unwrap();
        let ninetieth = Quantile::from_thousandths(900).unwrap();
        assert_eq!(tenth.minimum_samples(0.05), 36);
        assert_eq!(ninetieth.minimum_samples(0.05), 36);
        assert_eq!(tenth.minimum_samples(0.0), u64::MAX);
    }

    #[test]
    fn powers_of_one_half_take_no_sample_more() {
        for count in 2_u8..60 {
            let alpha = 2.0 * 0.5_f64.powi(i32::from(count));
            assert_eq!(Quantile::P50.minimum_samples(alpha), u64::from(count));
        }
    }

    #[test]
    fn names_of_quantiles() {
        let names = [Quantile::P50, Quantile::P99, Quantile::P999].map(|q| q.to_string());
        assert_eq!(names, ["p50", "p99", "p99.9"]);
    }

    proptest! {
        #[test]
        fn a_rank_is_a_sample(thousandths in 1_u32..=999, count in 1_u64..100_000) {
            let quantile = Quantile::from_thousandths(thousandths).unwrap();
            let rank = quantile.rank(count);
            prop_assert!((1..=count).contains(&rank));
            prop_assert!(rank * 1000 >= count * u64::from(thousandths));
            prop_assert!((rank - 1) * 1000 < count * u64::from(thousandths));
        }
    }
}
