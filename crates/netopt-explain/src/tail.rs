//! What a second request would save when the first one takes long, reckoned from the waits that were measured.
//!
//! A call that has not been answered after `t` is made again, and the first answer is taken. If the second one waits as long as
//! some other call did, whichever, the call takes `min(x, t + y)`, and its mean over all pairs of measured waits `x` and `y`
//! is what hedging would bring (Dean and Barroso, "The Tail at Scale", CACM 2013). This says nothing about why a
//! call is slow: that its second attempt would not be is for the audit to find out.

use std::time::Duration;

use netopt_core::change::Percentile;

use crate::facts::Times;

/// The percentiles that are looked at, from the one that asks least of the server on.
const PERCENTILES: [u8; 4] = [95, 90, 85, 80];

/// Slow calls may be at most so much of what lies beyond the percentile. A client begins to hedge when five latencies lie
/// beyond it; where they are slow ones by chance, it would take the slow time for the usual one.
const ROOM: f64 = 0.45;

/// A percentile is as good as a lower one that saves so much more at the most.
const AS_GOOD: f64 = 0.9;

/// Hedging after a percentile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hedging {
    pub(crate) after: Percentile,
    /// The wait at which the second request would be made.
    pub(crate) late: Duration,
    /// What it would save, in the mean over all calls.
    pub(crate) saving: Duration,
}

/// The best percentile of those that make at most a share of `most` of the calls twice and have room for the slow ones;
/// `None` when none saves anything.
pub(crate) fn best(waits: &Times, most: f64) -> Option<Hedging> {
    let all: Vec<Hedging> = PERCENTILES
        .into_iter()
        .filter_map(Percentile::new)
        .filter(|after| 1.0 - after.share().get() <= most + f64::EPSILON)
        .filter_map(|after| hedging(waits, after))
        .filter(|hedging| has_room(waits, hedging))
        .collect();
    let largest = all.iter().map(|hedging| hedging.saving).max()?;
    all.into_iter()
        .find(|hedging| hedging.saving >= largest.mul_f64(AS_GOOD))
        .filter(|hedging| !hedging.saving.is_zero())
}

/// Slow is what a second attempt of the usual length would have overtaken.
#[expect(clippy::cast_precision_loss, reason = "a share of a count")]
fn has_room(waits: &Times, hedging: &Hedging) -> bool {
    let overtaken = hedging.late.saturating_add(waits.p50().unwrap_or_default());
    let all = waits.sorted();
    let slow = all.len() - all.partition_point(|wait| *wait <= overtaken);
    let beyond = 1.0 - hedging.after.share().get();
    slow as f64 <= ROOM * beyond * all.len() as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a mean of counted, measured times"
)]
fn hedging(waits: &Times, after: Percentile) -> Option<Hedging> {
    let all = waits.sorted();
    let late = waits.quantile(after.share().get())?;
    let first_late = all.partition_point(|wait| *wait <= late);
    // What each late call would have taken in the mean over its second attempts.
    let saved = |wait: &Duration| {
        let over: f64 = all
            .iter()
            .map(|other| {
                wait.saturating_sub(late.saturating_add(*other))
                    .as_secs_f64()
            })
            .sum();
        over / all.len() as f64
    };
    let sum: f64 = all[first_late..].iter().map(saved).sum();
    Some(Hedging {
        after,
        late,
        saving: Duration::try_from_secs_f64(sum / all.len() as f64).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn times(millis: impl IntoIterator<Item = u64>) -> Times {
        millis.into_iter().map(Duration::from_millis).collect()
    }

    /// So many of a hundred take 300 ms, the others 10.
    fn some_slow(slow: u64) -> Times {
        times((0..100).map(|index| if index < slow { 300 } else { 10 }))
    }

    #[test]
    fn the_percentile_has_room_for_twice_the_slow_ones() {
        for (slow, expected) in [(2, 95), (4, 90), (6, 85), (8, 80)] {
            let found = best(&some_slow(slow), 0.2).unwrap();
            assert_eq!(found.after.get(), expected);
            // Of 300 ms, 20 remain, unless the second one is slow, too.
            let share = slow as f64 / 100.0;
            let saving = 280e-3 * share * (1.0 - share);
            assert!((found.saving.as_secs_f64() / saving - 1.0).abs() < 1e-6);
        }
        // Where a tenth is slow it is no tail.
        assert_eq!(best(&some_slow(10), 0.2), None);
    }

    #[test]
    fn what_may_not_be_spent_is_not_proposed() {
        assert_eq!(best(&some_slow(4), 0.05), None);
        assert_eq!(best(&some_slow(2), 0.0), None);
    }

    #[test]
    fn times_without_a_memory_have_no_tail() {
        // Quantiles of an exponential with a mean of 100 ms.
        let waits: Times = (0..400)
            .map(|index| {
                Duration::from_secs_f64(-0.1 * (1.0 - (f64::from(index) + 0.5) / 400.0).ln())
            })
            .collect();
        // Beyond each percentile, half of the calls take the usual time longer still.
        assert_eq!(best(&waits, 0.2), None);
    }

    proptest! {
        #[test]
        fn nothing_is_saved_that_is_not_there(waits in prop::collection::vec(0u64..100_000, 0..120), most in 0.0f64..1.0) {
            let waits = times(waits);
            if let Some(found) = best(&waits, most) {
                let above = waits.mean().unwrap() - waits.least().unwrap();
                prop_assert!(found.saving <= above);
                prop_assert!(found.saving > Duration::ZERO);
                prop_assert!(1.0 - found.after.share().get() <= most + 1e-9);
            }
        }

        #[test]
        fn equal_waits_have_no_tail(wait in 0u64..100_000, count in 1usize..300) {
            prop_assert_eq!(best(&times(vec![wait; count]), 1.0), None);
        }
    }
}
