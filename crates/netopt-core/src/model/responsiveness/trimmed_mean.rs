//! The single-sided trimmed mean: the slowest few samples do not count.

use std::time::Duration;

use super::TRIMMED_MEAN_PERCENT;

/// The mean of the fastest 95 % of the samples, rounded up to whole samples; `None` without samples.
///
/// With fewer than 20 none is left out. Times are summed up as nanoseconds, so that no rounding depends on the order.
#[must_use]
pub fn trimmed_mean(samples: &[Duration]) -> Option<Duration> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    let kept = (sorted.len() * TRIMMED_MEAN_PERCENT).div_ceil(100);
    sorted.truncate(kept);
    let sum: u128 = sorted.iter().map(Duration::as_nanos).sum();
    let mean = sum.checked_div(u128::try_from(kept).ok()?)?;
    Some(Duration::from_nanos(
        u64::try_from(mean).unwrap_or(u64::MAX),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_slowest_of_twenty_does_not_count() {
        let mut samples = vec![ms(10); 19];
        samples.push(ms(10_000));
        assert_eq!(trimmed_mean(&samples), Some(ms(10)));
        // Of nineteen, a slow one does: it cannot be told from the rest.
        assert_eq!(
            trimmed_mean(&samples[1..]),
            Some(Duration::from_nanos(535_789_473))
        );
        assert_eq!(trimmed_mean(&[ms(10), ms(20)]), Some(ms(15)));
        assert_eq!(trimmed_mean(&[]), None);
    }

    proptest! {
        #[test]
        fn it_lies_between_the_fastest_and_the_plain_mean(
            millis in proptest::collection::vec(0u32..100_000, 1..200)
        ) {
            let samples: Vec<_> = millis.iter().map(|&millis| ms(millis.into())).collect();
            let mean = trimmed_mean(&samples).unwrap();
            let plain = samples.iter().sum::<Duration>() / u32::try_from(samples.len()).unwrap();
            prop_assert!(mean >= *samples.iter().min().unwrap());
            prop_assert!(mean <= plain + Duration::from_nanos(1));
            let mut turned = samples.clone();
            turned.reverse();
            prop_assert_eq!(trimmed_mean(&turned), Some(mean));
        }
    }
}
