//! What stands in a socket at one moment: a full window, data that waits, or nothing.
//!
//! This tells busy time apart that no chronograph names. What it leaves alone: why the network takes no more.

use std::time::Duration;

use super::interval::Interval;
use super::sample::Sample;

/// A window is full from this share on: what is in flight is counted in full segments, and acknowledgements come in twos.
const FULL: f64 = 0.9;

/// Waiting for the last acknowledgements takes at most so many round trips.
const LAST_TRIPS: f64 = 1.5;

/// A connection begins with the mark of a sender without data. What is sent after the first round trip does not have it any
/// more, and tells so when it is acknowledged, two round trips after the start.
const MARK_TRIPS: f64 = 2.5;

/// What holds the sender at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// The receiver's window is full.
    Window,
    /// Data waits, or the congestion window is full.
    Network,
    /// Nothing waits, and there is room for more.
    Nothing,
}

/// What holds the sender at the moment of `sample`, an end of `interval`.
pub(super) fn of(sample: &Sample, interval: &Interval) -> Look {
    let waits = sample.has_backlog();
    if fills_congestion_window(sample) == Some(true) {
        return Look::Network;
    }
    if waits == Some(true) && fills_offered_window(sample) == Some(true) {
        return Look::Window;
    }
    // A paced sender hands out bit by bit what the application wrote at once: what waits will be gone before more comes.
    let passing =
        sample.app_limited == Some(true) && (interval.runs_dry() || stays_marked(interval));
    match waits {
        Some(true) if !passing => Look::Network,
        None if sample.app_limited != Some(true) => Look::Network,
        _ => Look::Nothing,
    }
}

/// The mark is as old as that a sender with enough to send would have lost it.
fn stays_marked(interval: &Interval) -> bool {
    let rtt = interval.after.rtt.unwrap_or_default();
    !rtt.is_zero() && interval.marked >= rtt.mul_f64(MARK_TRIPS)
}

/// Nine tenths of the congestion window are in flight; `None` when not known.
pub(super) fn fills_congestion_window(sample: &Sample) -> Option<bool> {
    Some(f64::from(sample.unacked?) >= FULL * f64::from(sample.cwnd?))
}

/// Nine tenths of the receiver's window are in flight; `None` when not known.
fn fills_offered_window(sample: &Sample) -> Option<bool> {
    Some(sample.in_flight()?.bits() >= FULL * sample.window?.bits())
}

/// From when on a transfer that is complete only waits for its last acknowledgements; the end of all for any other.
pub(super) fn tail(intervals: &[Interval]) -> Duration {
    let never = Duration::MAX;
    let Some(last) = intervals.last() else {
        return never;
    };
    let rtt = last.after.rtt.unwrap_or_default();
    let dry = |interval: &&Interval| of(&interval.after, interval) == Look::Nothing;
    let from = intervals.iter().rev().take_while(dry).last();
    let is_complete = last.after.unacked == Some(0);
    match from {
        Some(from) if is_complete => {
            let waited = last.after.at.saturating_sub(from.after.at);
            let whole = last.after.at.saturating_sub(from.before.at);
            let longest = rtt.mul_f64(LAST_TRIPS);
            // Looks are some time apart: the writing may have ended anywhere before the first one that shows nothing.
            if waited <= longest || whole <= longest {
                from.before.at
            } else {
                never
            }
        }
        _ => never,
    }
}

#[cfg(test)]
mod tests {
    use netopt_core::unit::Bytes;

    use super::*;

    fn sample(unacked: u32, cwnd: u32, notsent: u64, window: u64) -> Sample {
        Sample {
            unacked: Some(unacked),
            cwnd: Some(cwnd),
            notsent: Some(Bytes::new(notsent)),
            window: Some(Bytes::new(window)),
            mss: Some(Bytes::new(1448)),
            ..Sample::default()
        }
    }

    fn seen(sample: Sample) -> Look {
        let interval = Interval {
            before: sample,
            after: sample,
            window: Duration::ZERO,
            buffer: Duration::ZERO,
            idle: Duration::ZERO,
            rest: Duration::from_millis(100),
            lost: false,
            marked: Duration::ZERO,
        };
        of(&sample, &interval)
    }

    #[test]
    fn what_stands_in_a_socket_tells_who_holds_it() {
        // As read from sockets in the lab: a small window, the same under BBR, a line, an application, a full buffer.
        for (unacked, cwnd, notsent, window, expected) in [
            (12, 24, 68_056, 17_376, Look::Window),
            (46, 112, 578_023, 65_535, Look::Window),
            (128, 129, 270_776, 636_928, Look::Network),
            (72, 146, 1_033_872, 4_457_472, Look::Network),
            (1, 10, 0, 64_512, Look::Nothing),
            (47, 112, 0, 263_168, Look::Nothing),
        ] {
            let sample = sample(unacked, cwnd, notsent, window);
            assert_eq!(seen(sample), expected, "{sample:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_left_to_the_network_unless_the_kernel_blames_the_application() {
        assert_eq!(seen(Sample::default()), Look::Network);
        let marked = Sample {
            app_limited: Some(true),
            ..Sample::default()
        };
        assert_eq!(seen(marked), Look::Nothing);
    }
}
