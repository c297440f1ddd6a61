//! The figures behind a verdict: what came through, how long a round trip took, what was lost.
//!
//! What was not measured is `None`. What it leaves alone: what they mean.

use std::time::Duration;

use netopt_core::finding::Evidence;
use netopt_core::unit::{BitRate, Bytes, Ratio, millis};

use super::interval::Interval;
use super::sample::Sample;

/// What was seen of a transfer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// How many intervals there were between looks.
    pub intervals: u64,
    /// From the first look that counts to the last.
    pub length: Duration,
    /// Payload that was acknowledged.
    pub acked: Option<Bytes>,
    /// Payload acknowledged over time.
    pub goodput: Option<BitRate>,
    /// Smoothed round trip, p50 over the looks.
    pub rtt: Option<Duration>,
    /// Smallest round trip.
    pub min_rtt: Option<Duration>,
    /// The window that the receiver offered, p50 over the looks.
    pub window: Option<Bytes>,
    /// The largest window that it ever offered in this time.
    pub largest_window: Option<Bytes>,
    /// The kernel's estimate of the delivery rate, p50 over the looks.
    pub delivery_rate: Option<BitRate>,
    /// The share of the payload that was sent again.
    pub again: Option<Ratio>,
    /// Retransmission timeouts.
    pub timeouts: Option<u32>,
    /// Of the segments sent again, the share that the receiver had already: packets that came late, not losses.
    pub spurious: Option<Ratio>,
    /// Written and not sent, p50 over the looks.
    pub unsent: Option<Bytes>,
}

impl Figures {
    pub(super) fn of(intervals: &[Interval]) -> Self {
        let (Some(first), Some(last)) = (intervals.first(), intervals.last()) else {
            return Self::default();
        };
        let (before, after) = (&first.before, &last.after);
        let length = after.at.saturating_sub(before.at);
        let acked = amount(before.acked, after.acked);
        let retransmits = count(before.retransmits, after.retransmits);
        Self {
            intervals: intervals.len() as u64,
            length,
            acked,
            goodput: acked.and_then(|acked| acked.over(length)),
            rtt: middle(intervals, |sample| sample.rtt),
            min_rtt: min_rtt(intervals),
            window: middle(intervals, |sample| sample.window),
            largest_window: samples(intervals).filter_map(|sample| sample.window).max(),
            delivery_rate: middle(intervals, |sample| sample.delivery_rate),
            again: amount(before.again, after.again)
                .zip(amount(before.sent, after.sent))
                .and_then(|(again, sent)| Ratio::of(again.get(), sent.get())),
            timeouts: count(before.timeouts, after.timeouts),
            spurious: count(before.spurious, after.spurious)
                .zip(retransmits)
                .and_then(|(vain, all)| Ratio::of(vain.min(all).into(), all.into())),
            unsent: middle(intervals, |sample| sample.notsent),
        }
    }

    /// The rate that the receiver's window allows over such a round trip.
    #[must_use]
    pub fn window_rate(&self) -> Option<BitRate> {
        self.window?.over(self.rtt?)
    }

    /// The round trip above the smallest, as a share of it: what queues add.
    #[must_use]
    pub fn inflation(&self) -> Option<f64> {
        let least = self.min_rtt.filter(|least| !least.is_zero())?;
        let above = self.rtt?.saturating_sub(least);
        Some(above.as_secs_f64() / least.as_secs_f64())
    }

    /// What is known, as evidence.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        let of = |metric: &str, unit, value: f64| Evidence {
            metric: metric.to_owned(),
            value,
            unit,
            n: self.intervals,
        };
        let bytes = |amount: Bytes| amount.bits() / 8.0;
        [
            self.goodput.map(|rate| of("goodput", "bps", rate.bps())),
            self.delivery_rate
                .map(|rate| of("delivery rate p50", "bps", rate.bps())),
            self.rtt.map(|rtt| of("round trip p50", "ms", millis(rtt))),
            self.min_rtt
                .map(|rtt| of("smallest round trip", "ms", millis(rtt))),
            self.window
                .map(|window| of("receiver's window p50", "bytes", bytes(window))),
            self.largest_window
                .map(|window| of("receiver's largest window", "bytes", bytes(window))),
            self.again
                .map(|share| of("payload sent again", "ratio", share.get())),
            self.timeouts
                .map(|count| of("retransmission timeouts", "count", count.into())),
            self.spurious
                .map(|share| of("retransmissions in vain", "ratio", share.get())),
            self.unsent
                .map(|unsent| of("written and not sent p50", "bytes", bytes(unsent))),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The smallest round trip that any look knew.
pub(super) fn min_rtt(intervals: &[Interval]) -> Option<Duration> {
    samples(intervals).filter_map(|sample| sample.min_rtt).min()
}

/// Every look but the first: that one is older than all of this time.
fn samples(intervals: &[Interval]) -> impl Iterator<Item = &Sample> {
    intervals.iter().map(|interval| &interval.after)
}

/// The middle value of those that are known.
fn middle<T: PartialOrd + Copy>(
    intervals: &[Interval],
    of: impl Fn(&Sample) -> Option<T>,
) -> Option<T> {
    let mut values: Vec<T> = samples(intervals).filter_map(of).collect();
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values.get(values.len() / 2).copied()
}

fn amount(before: Option<Bytes>, after: Option<Bytes>) -> Option<Bytes> {
    after?.get().checked_sub(before?.get()).map(Bytes::new)
}

fn count(before: Option<u32>, after: Option<u32>) -> Option<u32> {
    after?.checked_sub(before?)
}
