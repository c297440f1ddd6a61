//! Service times: four distributions with the mean (or the modes) as parameters.
//!
//! They are drawn by hand from uniform numbers: the exponential by inversion, the normal inside the lognormal by Box and
//! Muller (1958). A server that is asked for a mean has that mean, so scenario files stay comparable when only the
//! shape changes. What it leaves alone: waiting, and the seed, which its caller owns.

mod read;

use std::f64::consts::TAU;
use std::time::Duration;

use netopt_core::unit::{Ratio, show_duration};
use rand::{Rng, RngExt};
pub use read::DistError;

/// No drawn time is longer than this; the tail of a lognormal would otherwise be unbounded.
pub const MAX_TIME: Duration = Duration::from_secs(600);

/// The widest lognormal: at 3 the mean is already 90 times the median.
pub const MAX_SIGMA: f64 = 3.0;

/// A distribution of service times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Dist {
    /// Always this time.
    Fixed(Duration),
    /// Exponential with this mean: the M of M/M/1.
    Exp(Duration),
    /// Lognormal: right-skewed, as most measured service times are.
    Lognormal {
        /// The mean of the time itself, not of its logarithm.
        mean: Duration,
        /// Standard deviation of the logarithm: 0 is fixed, 0.5 moderate, 1 heavy.
        sigma: f64,
    },
    /// Mostly fast and sometimes slow: a cache miss, a garbage collection.
    Bimodal {
        /// The usual time.
        fast: Duration,
        /// The other one.
        slow: Duration,
        /// The share of slow ones.
        share: Ratio,
    },
}

/// No time at all.
impl Default for Dist {
    fn default() -> Self {
        Self::Fixed(Duration::ZERO)
    }
}

impl Dist {
    /// Adds what is out of its range to `wrong`.
    pub(crate) fn check(&self, wrong: &mut Vec<String>) {
        let times = match *self {
            Self::Fixed(time) | Self::Exp(time) | Self::Lognormal { mean: time, .. } => [time; 2],
            Self::Bimodal { fast, slow, .. } => [fast, slow],
        };
        if let Some(time) = times.iter().find(|time| **time > MAX_TIME) {
            let bound = show_duration(MAX_TIME);
            wrong.push(format!(
                "service time {} is above {bound}",
                show_duration(*time)
            ));
        }
        if let Self::Lognormal { sigma, .. } = *self
            && !(0.0..=MAX_SIGMA).contains(&sigma)
        {
            wrong.push(format!("sigma {sigma} is not within 0 and {MAX_SIGMA}"));
        }
    }

    /// Draws one time, at most [`MAX_TIME`].
    pub fn sample(&self, random: &mut impl Rng) -> Duration {
        let seconds = match *self {
            Self::Fixed(time) => time.as_secs_f64(),
            Self::Exp(mean) => -mean.as_secs_f64() * above_zero(random).ln(),
            Self::Lognormal { mean, sigma } => {
                // E[exp(μ + σZ)] = exp(μ + σ²/2), so μ = ln(mean) - σ²/2.
                mean.as_secs_f64() * (sigma * normal(random) - sigma * sigma / 2.0).exp()
            }
            Self::Bimodal { fast, slow, share } => {
                let slow_one = random.random::<f64>() < share.get();
                if slow_one { slow } else { fast }.as_secs_f64()
            }
        };
        Duration::try_from_secs_f64(seconds).map_or(MAX_TIME, |time| time.min(MAX_TIME))
    }
}

/// Uniform on (0, 1].
fn above_zero(random: &mut impl Rng) -> f64 {
    1.0 - random.random::<f64>()
}

fn normal(random: &mut impl Rng) -> f64 {
    let radius = (-2.0 * above_zero(random).ln()).sqrt();
    radius * (TAU * random.random::<f64>()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    const MS: Duration = Duration::from_millis(1);

    fn draw(dist: Dist, seed: u64) -> Vec<f64> {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        (0..50_000)
            .map(|_| dist.sample(&mut random).as_secs_f64() * 1e3)
            .collect()
    }

    fn mean(times: &[f64]) -> f64 {
        times.iter().sum::<f64>() / 50_000.0
    }

    #[test]
    fn every_shape_has_the_mean_and_the_spread_it_was_asked_for() {
        // The text, and mean and standard deviation in milliseconds.
        let lognormal = (0.5_f64.powi(2).exp() - 1.0).sqrt() * 4.0;
        for (text, expected, spread) in [
            ("4ms", 4.0, 0.0),
            ("exp:4ms", 4.0, 4.0),
            ("lognormal:4ms:0.5", 4.0, lognormal),
            (
                "bimodal:2ms:102ms:2%",
                4.0,
                100.0 * (0.02_f64 * 0.98).sqrt(),
            ),
        ] {
            let times = draw(text.parse().unwrap(), 7);
            let mean = mean(&times);
            let three_sigma = 3.0 * spread / 50_000_f64.sqrt();
            assert!(
                (mean - expected).abs() <= three_sigma + 1e-9,
                "{text}: {mean} ms"
            );
            let squares = times.iter().map(|t| (t - mean).powi(2)).sum::<f64>();
            let deviation = (squares / 50_000.0).sqrt();
            assert!(
                (deviation - spread).abs() <= spread * 0.05 + 1e-9,
                "{text}: {deviation}"
            );
        }
    }

    #[test]
    fn the_exponential_has_its_tail() {
        let times = draw(Dist::Exp(MS * 4), 3);
        let above = times.iter().filter(|ms| **ms > 12.0).count();
        // exp(-3) = 4.98 % of 50,000
        assert!((2300..2700).contains(&above), "{above} above three means");
    }

    #[test]
    fn the_same_seed_draws_the_same_times() {
        assert_eq!(draw(Dist::Exp(MS), 11), draw(Dist::Exp(MS), 11));
        assert_ne!(draw(Dist::Exp(MS), 11), draw(Dist::Exp(MS), 12));
    }

    #[test]
    fn an_absurd_shape_stays_below_the_cap() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        for sigma in [1e3, f64::INFINITY, f64::NAN] {
            let dist = Dist::Lognormal { mean: MS, sigma };
            for _ in 0..100 {
                assert!(dist.sample(&mut random) <= MAX_TIME);
            }
        }
    }
}
