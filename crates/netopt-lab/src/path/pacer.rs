//! When data leaves a line of a given rate: a pure function of arrivals, with time passed in.
//!
//! The line is a first-in-first-out queue with one server: `depart = max(previous depart, arrival) + 8L/B` (Lindley's
//! recursion). Written as a recursion it would add up the rounding of every chunk; here a busy period is kept as its
//! start and the bytes since, so the last departure of a busy period is exact however many chunks it had.
//!
//! Arrivals and departures are ideal times. A task that was late to deliver does not move them, which is why lateness
//! does not accumulate. What it leaves alone: clocks, sockets, dropping; its queue is bounded by whoever asks it.

use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};

/// One direction of a line: a rate, and what is still on its way out.
#[derive(Debug, Clone)]
pub struct Pacer {
    rate: Option<BitRate>,
    busy_from: Duration,
    busy_bytes: Bytes,
    departed: Duration,
}

impl Pacer {
    /// An idle line of that rate; `None` is a line without a limit.
    #[must_use]
    pub const fn new(rate: Option<BitRate>) -> Self {
        Self {
            rate,
            busy_from: Duration::ZERO,
            busy_bytes: Bytes::ZERO,
            departed: Duration::ZERO,
        }
    }

    /// Puts `length` on the line at `arrival` and says when its last bit has left.
    ///
    /// Times count from any fixed moment. An arrival before an earlier one is served as if it had come just behind it.
    pub fn admit(&mut self, arrival: Duration, length: Bytes) -> Duration {
        if arrival >= self.departed {
            self.busy_from = arrival;
            self.busy_bytes = Bytes::ZERO;
        }
        self.busy_bytes += length;
        let serialisation = self
            .rate
            .map_or(Duration::ZERO, |rate| self.busy_bytes / rate);
        // Without a rate the busy period is a moment; a late arrival must not depart before its predecessor.
        self.departed = self.departed.max(self.busy_from + serialisation);
        self.departed
    }

    /// When the last bit that was admitted has left.
    #[must_use]
    pub const fn free_at(&self) -> Duration {
        self.departed
    }

    /// How long data that comes at `now` would wait before its own first bit leaves.
    #[must_use]
    pub const fn backlog(&self, now: Duration) -> Duration {
        self.departed.saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(mbit: f64) -> BitRate {
        BitRate::from_bps(mbit * 1e6).unwrap()
    }

    /// Chunks as (gap since the last arrival in µs, bytes).
    fn chunks() -> impl Strategy<Value = Vec<(u64, u64)>> {
        prop::collection::vec((0u64..5_000, 0u64..20_000), 1..60)
    }

    #[test]
    fn one_packet_on_an_idle_line_takes_its_serialisation() {
        let mut pacer = Pacer::new(Some(rate(20.0)));
        let arrival = Duration::from_millis(7);
        let depart = pacer.admit(arrival, Bytes::new(2500));
        assert_eq!(depart, arrival + Duration::from_millis(1));
        assert_eq!(pacer.backlog(arrival), Duration::from_millis(1));
        assert_eq!(pacer.backlog(Duration::from_secs(9)), Duration::ZERO);
    }

    #[test]
    fn a_million_chunks_depart_when_one_of_their_sum_would() {
        // 7 bytes at 3 Mbit/s take 18.666… µs: as a recursion the rounding would add up to 0.33 ms.
        let mut pacer = Pacer::new(Some(rate(3.0)));
        let mut depart = Duration::ZERO;
        for _ in 0..1_000_000 {
            depart = pacer.admit(Duration::ZERO, Bytes::new(7));
        }
        assert_eq!(depart, Bytes::new(7_000_000) / rate(3.0));
    }

    proptest! {
        #[test]
        fn departures_are_monotone_and_never_before_arrival_plus_serialisation(
            chunks in chunks(), mbit in 0.1f64..1000.0,
        ) {
            let mut pacer = Pacer::new(Some(rate(mbit)));
            let (mut now, mut last) = (Duration::ZERO, Duration::ZERO);
            for (gap, length) in chunks {
                now += Duration::from_micros(gap);
                let depart = pacer.admit(now, Bytes::new(length));
                prop_assert!(depart >= last);
                prop_assert!(depart + Duration::from_nanos(1) >= now + Bytes::new(length) / rate(mbit));
                last = depart;
            }
        }

        #[test]
        fn the_rate_is_never_exceeded_over_any_window(chunks in chunks(), mbit in 0.1f64..1000.0) {
            let mut pacer = Pacer::new(Some(rate(mbit)));
            let mut now = Duration::ZERO;
            let mut out: Vec<(Duration, u64)> = Vec::new();
            for (gap, length) in chunks {
                now += Duration::from_micros(gap);
                out.push((pacer.admit(now, Bytes::new(length)), length));
            }
            for first in 0..out.len() {
                let mut carried = 0;
                for &(depart, length) in &out[first + 1..] {
                    carried += length;
                    let window = depart.saturating_sub(out[first].0);
                    prop_assert!(window + Duration::from_nanos(2) >= Bytes::new(carried) / rate(mbit));
                }
            }
        }

        #[test]
        fn a_line_is_work_conserving(lengths in prop::collection::vec(1u64..20_000, 1..60), mbit in 0.1f64..1000.0) {
            let mut pacer = Pacer::new(Some(rate(mbit)));
            let last = lengths.iter().map(|l| pacer.admit(Duration::ZERO, Bytes::new(*l))).max().unwrap();
            prop_assert_eq!(last, lengths.iter().copied().map(Bytes::new).sum::<Bytes>() / rate(mbit));
        }

        #[test]
        fn without_a_rate_data_departs_on_arrival_but_never_overtakes(gaps in prop::collection::vec(0u64..9, 1..50)) {
            let mut pacer = Pacer::new(None);
            let mut latest = Duration::ZERO;
            for gap in gaps {
                let arrival = Duration::from_micros(gap);
                latest = latest.max(arrival);
                prop_assert_eq!(pacer.admit(arrival, Bytes::new(1500)), latest);
            }
        }
    }
}
