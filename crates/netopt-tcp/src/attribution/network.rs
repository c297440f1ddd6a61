//! Which part of the network held the sender, while data waited and a window was full.
//!
//! In order: the socket's own bound on pacing; a queue of our own making, which only a full line has; a window that still
//! doubles; a delivery that stays flat, as a full line without a queue delivers; and what is left is a window that losses keep
//! small or that has not grown yet. Flat means that the middle half of the samples lies within a small share of the median. A
//! sender that fills its congestion window is flat on an empty line, too, while its window hardly grows; it has to show some
//! queue besides. BBR does not fill its window, and stays flat only at the rate of the line.
//!
//! A delivery that is limited by losses is not flat: the window moves by a third or by half at each of them. What this leaves
//! alone: which losses are the line's own queue and which are not, which nobody can tell from one end.

use std::time::Duration;

use super::interval::Interval;
use super::look;
use super::sample::Sample;
use super::shares::Part;

/// A round trip above the smallest by this share of it is a queue.
const QUEUE: f64 = 0.25;

/// It has to be this much at least: receivers and schedulers make as much.
const LEAST_QUEUE: Duration = Duration::from_micros(200);

/// The trace of a queue that a full window shows on a full line.
const TRACE: f64 = 0.05;

/// Delivery is flat when its middle half spans less than this share of the median.
const FLAT: f64 = 0.15;

/// With fewer looks nothing is called flat.
const LEAST_LOOKS: usize = 4;

/// A sender in slow start lets packets go at twice its window a round trip, BBR at 2.885 times the rate it saw; afterwards
/// both stay below one and a half.
const DOUBLING: f64 = 1.8;

/// Pacing is at its bound, and delivery is near it.
const AT_BOUND: f64 = 0.95;
const NEAR_BOUND: f64 = 0.7;

/// What is known of the path from all of a transfer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Network {
    min_rtt: Option<Duration>,
    /// Delivery stayed the same while the network held the sender.
    flat: bool,
    /// When something was first sent again.
    first_loss: Option<Duration>,
}

impl Network {
    pub(super) fn of(intervals: &[Interval]) -> Self {
        let mut network = Self {
            min_rtt: super::figures::min_rtt(intervals),
            flat: false,
            first_loss: intervals
                .iter()
                .find(|interval| interval.lost)
                .map(|interval| interval.before.at),
        };
        network.flat = network.is_flat(intervals);
        network
    }

    /// Who held the sender in `interval`, if the network did.
    pub(super) fn part(&self, interval: &Interval) -> Part {
        let after = &interval.after;
        if is_paced(after) {
            return Part::Pacing;
        }
        if self.shows_queue(after, QUEUE) {
            return Part::BottleneckRate;
        }
        let lossless = self.first_loss.is_none_or(|first| after.at <= first);
        if lossless && still_doubles(after) {
            return Part::SlowStart;
        }
        if self.flat {
            return Part::BottleneckRate;
        }
        if lossless {
            Part::SlowStart
        } else {
            Part::Loss
        }
    }

    /// The round trip is longer than the smallest by `share` of it.
    fn shows_queue(&self, sample: &Sample, share: f64) -> bool {
        let (Some(rtt), Some(least)) = (sample.rtt, self.min_rtt) else {
            return false;
        };
        rtt.saturating_sub(least) > least.mul_f64(share).max(LEAST_QUEUE)
    }

    fn is_flat(&self, intervals: &[Interval]) -> bool {
        let held: Vec<&Sample> = intervals
            .iter()
            .filter(|interval| look::of(&interval.after, interval) == look::Look::Network)
            .map(|interval| &interval.after)
            .filter(|sample| !still_doubles(sample) && sample.app_limited != Some(true))
            .collect();
        let mut rates: Vec<f64> = held
            .iter()
            .filter_map(|sample| Some(sample.delivery_rate?.bps()))
            .collect();
        if rates.len() < LEAST_LOOKS {
            return false;
        }
        rates.sort_by(f64::total_cmp);
        let last = rates.len() - 1;
        let (low, middle, high) = (rates[last / 4], rates[last / 2], rates[last - last / 4]);
        let most = |test: &dyn Fn(&Sample) -> bool| {
            held.iter().filter(|sample| test(sample)).count() * 2 > held.len()
        };
        let fills = most(&|sample| look::fills_congestion_window(sample) == Some(true));
        let traced = most(&|sample| self.shows_queue(sample, TRACE));
        high - low < FLAT * middle && (traced || !fills)
    }
}

/// The window is below the end of slow start, and packets go out at about twice the rate at which they arrive.
fn still_doubles(sample: &Sample) -> bool {
    let below = match (sample.cwnd, sample.ssthresh) {
        (Some(cwnd), Some(ssthresh)) => cwnd < ssthresh,
        _ => false,
    };
    let faster = match (sample.pacing_rate, sample.delivery_rate) {
        (Some(pacing), Some(delivery)) => pacing.bps() >= DOUBLING * delivery.bps(),
        _ => true,
    };
    below && faster
}

/// The socket's own bound holds it.
fn is_paced(sample: &Sample) -> bool {
    let held = || {
        let most = sample.max_pacing_rate?.bps();
        let at_bound = sample.pacing_rate?.bps() >= AT_BOUND * most;
        Some(at_bound && sample.delivery_rate?.bps() >= NEAR_BOUND * most)
    };
    held() == Some(true)
}
