//! Quantiles of latency: which sample they are, and how many samples they need.
//!
//! Ranks are computed in whole numbers, so that the 99th percentile of 100 samples is the 99th sample on every machine. How
//! sure one can be of a quantile is the bootstrap's matter, except for the minimum below which nothing can be said.

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

    /// Samples below which a two-sided interval at level 1 - `alpha` has no finite upper end: the smallest n with
    /// p^n ≤ α/2. `alpha` in (0, 1).
    #[must_use]
    pub fn minimum_samples(self, alpha: f64) -> u64 {
        whole((alpha / 2.0).ln() / self.share().ln())
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

/// The value below which `share` of `sorted` lies: element ⌈share·n⌉, at least the first. `None` of nothing.
pub(crate) fn at_share(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = usize::try_from(whole(share * sorted.len() as f64)).ok()?;
    sorted
        .get(rank.saturating_sub(1))
        .or_else(|| sorted.last())
        .copied()
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
    fn a_share_of_nothing_is_nothing() {
        assert_eq!(at_share(&[], 0.5), None);
        assert_eq!(at_share(&[1.0, 2.0, 3.0, 4.0], 0.5), Some(2.0));
        assert_eq!(at_share(&[1.0, 2.0], 1.0), Some(2.0));
        assert_eq!(at_share(&[1.0, 2.0], 0.0), Some(1.0));
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
