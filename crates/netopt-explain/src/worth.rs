//! Whether a saving is worth telling, and how much it weighs.
//!
//! Two rules keep audits off healthy clients: a saving has to be a noticeable share of the latency, and it has to be
//! noticeable at all. A tenth of a millisecond on loopback is a large share of nothing.

use std::time::Duration;

use netopt_core::finding::Severity;

/// A saving below this share of the median latency is not told: trials use 3 % as their practical threshold too.
pub const LEAST_SHARE: f64 = 0.03;

/// A saving below this is not told, whatever its share: it is within the scheduling noise of a busy machine.
pub const LEAST_SAVING: Duration = Duration::from_micros(500);

/// A saving below this is told, but stays low: people and services rarely notice a millisecond.
pub const PRACTICAL_SAVING: Duration = Duration::from_millis(1);

/// The severity of a `saving` per call at a median latency of `latency`; `None` when it is not worth telling.
#[must_use]
pub fn severity(saving: Duration, latency: Duration) -> Option<Severity> {
    let share = saving.as_secs_f64() / latency.as_secs_f64();
    if saving < LEAST_SAVING || !share.is_finite() || share < LEAST_SHARE {
        return None;
    }
    Some(if saving < PRACTICAL_SAVING {
        Severity::Low
    } else {
        Severity::of_share(share)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saving_counts_when_it_is_noticeable_in_share_and_in_time() {
        let us = Duration::from_micros;
        for (saving, latency, expected) in [
            (400, 500, None),
            (800, 1_000, Some(Severity::Low)),
            (2_000, 100_000, None),
            (5_000, 100_000, Some(Severity::Low)),
            (11_000, 100_000, Some(Severity::Medium)),
            (40_000, 100_000, Some(Severity::High)),
            (1_000, 0, None),
        ] {
            assert_eq!(
                severity(us(saving), us(latency)),
                expected,
                "{saving} of {latency}"
            );
        }
    }
}
