//! The length of a queue over time, in bounded memory.
//!
//! Time is cut into buckets of equal width, each with the longest queue and the mean over time. When time runs beyond the
//! last bucket, pairs are merged and the width doubles, so a run of any length fits. Lengths count between events, not at
//! them: a packet that passes an idle line in no time leaves no trace. What it leaves alone: why the queue is that long.

use std::time::Duration;

use netopt_core::unit::Bytes;

/// Buckets of a series: enough for a picture, and 64 kB.
const BUCKETS: usize = 1024;

/// The width of a bucket at first: a second fits before it doubles.
const FIRST_WIDTH: Duration = Duration::from_millis(1);

/// The length of a queue over time.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueSeries {
    /// How much time each point stands for; the last one may have had less.
    pub width: Duration,
    /// From the start of the path on, without gaps; at most 1,024.
    pub points: Vec<QueuePoint>,
    /// The longest queue at any time.
    pub peak: Backlog,
    /// The mean over the whole time; `None` if there was no time yet.
    pub mean: Option<MeanBacklog>,
}

/// The queue in one stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QueuePoint {
    /// The most bytes and the most packets, not necessarily at the same time.
    pub max: Backlog,
    /// The mean over the stretch.
    pub mean: MeanBacklog,
}

/// How much waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// IP bytes, headers included.
    pub bytes: Bytes,
    /// Packets.
    pub packets: u64,
}

/// How much waits in the mean over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanBacklog {
    /// IP bytes, headers included.
    pub bytes: f64,
    /// Packets.
    pub packets: f64,
}

impl Backlog {
    fn max(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.max(other.bytes),
            packets: self.packets.max(other.packets),
        }
    }
}

/// Collects a [`QueueSeries`]. Times are nanoseconds.
#[derive(Debug, Clone)]
pub(super) struct Series {
    width: u64,
    buckets: Vec<Bucket>,
    /// Where the bucket begins and ends that `now` is in; it is not in `buckets` yet.
    open: Bucket,
    open_from: u64,
    now: u64,
    current: Backlog,
}

#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    max: Backlog,
    /// Byte-nanoseconds and packet-nanoseconds.
    bytes: u128,
    packets: u128,
}

impl Bucket {
    fn add(&mut self, backlog: Backlog, nanos: u64) {
        if nanos > 0 && backlog.packets > 0 {
            self.max = self.max.max(backlog);
            self.bytes += u128::from(backlog.bytes.get()) * u128::from(nanos);
            self.packets += u128::from(backlog.packets) * u128::from(nanos);
        }
    }

    fn merged(pair: &[Self]) -> Self {
        pair.iter().fold(Self::default(), |sum, bucket| Self {
            max: sum.max.max(bucket.max),
            bytes: sum.bytes + bucket.bytes,
            packets: sum.packets + bucket.packets,
        })
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a mean is shown with three digits"
    )]
    fn mean(&self, nanos: u64) -> MeanBacklog {
        MeanBacklog {
            bytes: self.bytes as f64 / nanos as f64,
            packets: self.packets as f64 / nanos as f64,
        }
    }
}

impl Series {
    pub(super) fn new() -> Self {
        Self {
            width: nanos(FIRST_WIDTH),
            buckets: Vec::with_capacity(BUCKETS),
            open: Bucket::default(),
            open_from: 0,
            now: 0,
            current: Backlog::default(),
        }
    }

    /// From `now` on the queue has this length. A time before the last one counts as that one.
    pub(super) fn record(&mut self, now: Duration, backlog: Backlog) {
        self.advance(nanos(now));
        self.current = backlog;
    }

    fn advance(&mut self, now: u64) {
        while now - self.open_from.min(now) >= self.width {
            let ends = self.open_from + self.width;
            self.open.add(self.current, ends - self.now);
            self.buckets.push(self.open);
            (self.open, self.open_from, self.now) = (Bucket::default(), ends, ends);
            if self.buckets.len() == BUCKETS {
                self.double();
            }
        }
        if now > self.now {
            self.open.add(self.current, now - self.now);
            self.now = now;
        }
    }

    /// Merges pairs. `BUCKETS` is even, so the open bucket begins at a multiple of the new width.
    fn double(&mut self) {
        self.width = self.width.saturating_mul(2);
        for pair in 0..BUCKETS / 2 {
            self.buckets[pair] = Bucket::merged(&self.buckets[2 * pair..2 * pair + 2]);
        }
        self.buckets.truncate(BUCKETS / 2);
    }

    /// The series until `now`, the queue unchanged since the last record.
    pub(super) fn until(&self, now: Duration) -> QueueSeries {
        let mut all = self.clone();
        all.advance(nanos(now));
        let whole = all.buckets.iter().map(|bucket| (*bucket, all.width));
        let open = Some((all.open, all.now - all.open_from)).filter(|(_, lasted)| *lasted > 0);
        let buckets: Vec<(Bucket, u64)> = whole.chain(open).collect();
        let total = buckets.iter().fold(Bucket::default(), |sum, (bucket, _)| {
            Bucket::merged(&[sum, *bucket])
        });
        QueueSeries {
            width: Duration::from_nanos(all.width),
            points: buckets
                .iter()
                .map(|(bucket, lasted)| QueuePoint {
                    max: bucket.max,
                    mean: bucket.mean(*lasted),
                })
                .collect(),
            peak: total.max,
            mean: (all.now > 0).then(|| total.mean(all.now)),
        }
    }
}

/// Up to 584 years.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: Duration = Duration::from_millis(1);

    fn backlog(packets: u64) -> Backlog {
        Backlog {
            bytes: Bytes::new(packets * 1500),
            packets,
        }
    }

    #[test]
    fn without_time_the_mean_is_unknown() {
        let mut series = Series::new();
        series.record(Duration::ZERO, backlog(3));
        let told = series.until(Duration::ZERO);
        assert_eq!(told.mean, None);
        assert!(told.points.is_empty());
    }

    #[test]
    fn a_bucket_has_the_longest_and_the_mean() {
        let mut series = Series::new();
        series.record(MS / 4, backlog(4));
        series.record(MS / 2, backlog(0));
        series.record(MS * 3 / 2, backlog(9));
        series.record(MS * 3 / 2, backlog(2));
        let told = series.until(MS * 2);
        assert_eq!(told.points.len(), 2);
        assert_eq!(told.points[0].max, backlog(4));
        assert_eq!(
            told.points[0].mean,
            MeanBacklog {
                bytes: 1500.0,
                packets: 1.0
            }
        );
        // Nine packets for no time at all are not a queue.
        assert_eq!(told.points[1].max, backlog(2));
        assert_eq!(told.peak, backlog(4));
    }

    #[test]
    fn a_day_fits() {
        let mut series = Series::new();
        series.record(MS, backlog(1));
        let told = series.until(Duration::from_secs(86_400));
        assert!(told.points.len() <= BUCKETS);
        assert!(told.points.len() >= BUCKETS / 2);
        assert_eq!(told.peak, backlog(1));
    }

    proptest! {
        #[test]
        fn peak_and_mean_do_not_depend_on_the_buckets(
            steps in prop::collection::vec((1u64..200_000, 0u64..100), 1..60), rest in 1u64..3_000_000,
        ) {
            let mut series = Series::new();
            let (mut now, mut area, mut peak, mut current) = (0, 0, 0, 0);
            for (gap, packets) in &steps {
                (now, area, peak) = (now + gap, area + gap * current, peak.max(current));
                current = *packets;
                series.record(Duration::from_micros(now), backlog(current));
            }
            (now, area, peak) = (now + rest, area + rest * current, peak.max(current));
            let told = series.until(Duration::from_micros(now));
            prop_assert_eq!(told.peak, backlog(peak));
            #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
            let mean = area as f64 / now as f64;
            prop_assert!((told.mean.unwrap().packets - mean).abs() <= 1e-9 * mean);
            prop_assert_eq!(told.points.iter().map(|point| point.max.packets).max(), Some(peak));
            prop_assert!(told.points.len() <= BUCKETS);
            let covered = told.width * u32::try_from(told.points.len()).unwrap();
            prop_assert!(covered >= Duration::from_micros(now) && covered < Duration::from_micros(now) + told.width);
        }
    }
}
