//! Bursts with silence between them: a sender that waits for acknowledgements before it goes on.
//!
//! Who is held by a window goes on with each acknowledgement, so its bursts begin a round trip after one another, however long
//! they are. Who is held by a send buffer goes on when the buffer has room again; a program is told so when a third of it is free
//! or, where the kernel took more than the buffer in one write, when almost all is acknowledged. Then a burst begins later than
//! a round trip after the one before, by up to the length of that one, and the silence between them is nearly a round trip. A
//! sender that paces its bursts stretches them and hides none of this.
//!
//! Bursts of the same size again and again, each a round trip and up to its length after the one before, are a sender that is held,
//! too: by its buffer, or by a congestion window with a clamp.
//!
//! What this leaves alone: bursts too short to tell the two apart, and who waits in the program and not in the kernel.

use std::time::Duration;

use netopt_core::arrivals::Arrivals;
use netopt_core::unit::Bytes;

/// A silence shorter than this part of a round trip is within a burst.
const LEAST_SILENCE: u32 = 4;

/// The slices have to be narrower than this part of a round trip.
const FINE: u32 = 8;

/// By how much of its length the next burst is late, at least: a buffer with room for a third goes on when a third is
/// acknowledged.
const LATE: u32 = 3;

/// The silence of a sender that waits, in round trips. What was acknowledged before the end of a burst shortens it; the time of
/// the acknowledgement on the way lengthens it a little.
const WAITING: std::ops::RangeInclusive<f64> = 0.5..=1.2;

/// So many bursts of the same size between the first one and the rest at the end are no accident.
const LEAST_ALIKE: usize = 4;

/// Bursts are alike within this times of their median: a window that grows by half is not.
const ALIKE: f64 = 1.25;

/// The share of bursts that have to be alike: our own lateness splits one now and then, or joins two.
const MOSTLY: f64 = 0.75;

/// Arrivals without a longer silence.
#[derive(Debug, Clone, Copy)]
struct Burst {
    start: Duration,
    end: Duration,
    size: Bytes,
}

impl Burst {
    fn length(&self) -> Duration {
        self.end.saturating_sub(self.start)
    }
}

/// The time in which this transfer stood still because its sender was held; zero when it was not, or when the course is too
/// coarse to tell.
pub(super) fn waited(arrivals: &Arrivals, trip: Duration) -> Duration {
    let slice = arrivals.slice();
    if slice > trip / FINE {
        return Duration::ZERO;
    }
    let all = bursts(arrivals, trip / LEAST_SILENCE);
    let again = repeat(&all, trip, slice);
    pairs(&all)
        .filter(|(one, next)| again || is_late(one, next, trip, slice))
        .map(|(one, next)| next.start.saturating_sub(one.end))
        .sum()
}

/// The time without arrivals between bursts, whoever waited for whom; zero when the course is too coarse to tell.
pub(super) fn silent(arrivals: &Arrivals, trip: Duration) -> Duration {
    if arrivals.slice() > trip / FINE {
        return Duration::ZERO;
    }
    pairs(&bursts(arrivals, trip / LEAST_SILENCE))
        .map(|(one, next)| next.start.saturating_sub(one.end))
        .sum()
}

fn pairs(all: &[Burst]) -> impl Iterator<Item = (&Burst, &Burst)> {
    all.iter().zip(all.iter().skip(1))
}

/// Whether the next burst began later than that of a window would, behind the silence of a sender that waits.
fn is_late(one: &Burst, next: &Burst, trip: Duration, slice: Duration) -> bool {
    let late = next.start.saturating_sub(one.start).saturating_sub(trip);
    let silence = next.start.saturating_sub(one.end);
    // Each edge is known to a slice.
    let least = (one.length() / LATE).max(slice * 2).max(trip / FINE);
    late >= least && WAITING.contains(&(silence.as_secs_f64() / trip.as_secs_f64()))
}

/// Whether bursts of the same size came again and again, each when a part of the one before was acknowledged.
fn repeat(all: &[Burst], trip: Duration, slice: Duration) -> bool {
    let middle = all.get(1..all.len().saturating_sub(1)).unwrap_or_default();
    let mut sizes: Vec<f64> = middle.iter().map(|burst| burst.size.bits()).collect();
    sizes.sort_by(f64::total_cmp);
    let Some(median) = sizes.get(sizes.len() / 2) else {
        return false;
    };
    let alike = sizes
        .iter()
        .filter(|size| (median / ALIKE..=median * ALIKE).contains(*size))
        .count();
    let in_time = pairs(middle)
        .filter(|(one, next)| {
            let period = next.start.saturating_sub(one.start) + slice * 2;
            period >= trip && period <= trip + one.length() + slice * 4
        })
        .count();
    middle.len() >= LEAST_ALIKE
        && is_most(alike, middle.len())
        && is_most(in_time, middle.len() - 1)
}

#[expect(clippy::cast_precision_loss, reason = "a small count")]
fn is_most(part: usize, whole: usize) -> bool {
    part as f64 >= whole as f64 * MOSTLY
}

fn bursts(arrivals: &Arrivals, apart: Duration) -> Vec<Burst> {
    let slice = arrivals.slice();
    let mut all: Vec<Burst> = Vec::new();
    let mut start = Duration::ZERO;
    for data in arrivals.slices() {
        let end = start + slice;
        if data > Bytes::ZERO {
            match all.last_mut() {
                Some(last) if start.saturating_sub(last.end) < apart => {
                    last.end = end;
                    last.size += data;
                }
                _ => all.push(Burst {
                    start,
                    end,
                    size: data,
                }),
            }
        }
        start = end;
    }
    all
}

#[cfg(test)]
mod tests {
    use netopt_core::unit::BitRate;
    use proptest::prelude::*;

    use super::*;
    use crate::worlds::ms;

    /// Bursts of `size` at `mbit` Mbit/s; each begins so many milliseconds after the one before.
    fn course(size: u64, mbit: f64, period: f64, bursts: u32) -> Arrivals {
        let rate = BitRate::from_bps(mbit * 1e6).unwrap();
        let mut arrivals = Arrivals::default();
        for burst in 0..bursts {
            let start = ms(period) * burst;
            for segment in 0..size / 1448 {
                let at = Bytes::new(segment * 1448) / rate;
                arrivals.note(start + at, Bytes::new(1448));
            }
        }
        arrivals
    }

    #[test]
    fn a_buffer_that_is_acknowledged_whole_is_waited_for() {
        // 68 kB at 29 Mbit/s take 19 ms, then 37 ms are silent.
        let waited = waited(&course(68_056, 29.0, 55.5, 6), ms(40.0));
        assert!((ms(150.0)..=ms(200.0)).contains(&waited), "{waited:?}");
    }

    #[test]
    fn one_burst_longer_than_a_round_trip_and_then_silence_is_waited_for() {
        // 278 kB at 50 Mbit/s take 44 ms.
        let waited = waited(&course(278_016, 50.0, 83.0, 2), ms(40.0));
        assert!((ms(34.0)..=ms(40.0)).contains(&waited), "{waited:?}");
    }

    #[test]
    fn a_pause_of_another_length_is_not_an_acknowledgements() {
        assert_eq!(
            waited(&course(68_056, 29.0, 119.0, 6), ms(40.0)),
            Duration::ZERO
        );
        assert_eq!(
            waited(&course(68_056, 29.0, 33.0, 6), ms(40.0)),
            Duration::ZERO
        );
    }

    #[test]
    fn the_same_burst_each_round_trip_is_a_sender_that_is_held() {
        // A refill that begins a little late drifts away from the multiples of the round trip.
        for period in [80.0, 83.0, 95.0] {
            let waited = waited(&course(69_504, 28.0, period, 14), ms(80.0));
            assert!(waited >= ms(700.0), "{period}: {waited:?}");
        }
    }

    #[test]
    fn silence_is_what_is_left_between_bursts() {
        // 68 kB at 29 Mbit/s take 19 ms, so 61 of each 80 ms are silent, six times.
        let silence = silent(&course(68_056, 29.0, 80.0, 7), ms(80.0));
        assert!((ms(355.0)..=ms(370.0)).contains(&silence), "{silence:?}");
        assert_eq!(
            silent(&course(68_056, 29.0, 19.0, 7), ms(80.0)),
            Duration::ZERO
        );
    }

    #[test]
    fn what_is_too_coarse_tells_nothing() {
        let long = course(68_056, 29.0, 55.5, 40);
        assert!(long.slice() > ms(40.0) / FINE);
        assert_eq!(waited(&long, ms(40.0)), Duration::ZERO);
        assert_eq!(silent(&long, ms(40.0)), Duration::ZERO);
    }

    proptest! {
        /// A window that grows goes on with each acknowledgement.
        #[test]
        fn who_goes_on_a_round_trip_after_he_began_does_not_wait(
            rtt in 4.0f64..300.0, share in 0.01f64..0.95, growth in 1.3f64..2.0, mbit in 5.0f64..60.0, bursts in 2u32..12,
        ) {
            let rate = BitRate::from_bps(mbit * 1e6).unwrap();
            let mut arrivals = Arrivals::default();
            let mut length = rtt * share;
            for burst in (0..bursts).rev() {
                // The last one is the largest.
                let size = (rate * ms(length)).get();
                for segment in 0..size / 1448 {
                    let at = Bytes::new(segment * 1448) / rate;
                    arrivals.note(ms(rtt) * burst + at, Bytes::new(1448));
                }
                length /= growth;
            }
            prop_assert_eq!(waited(&arrivals, ms(rtt)), Duration::ZERO);
        }

        #[test]
        fn nobody_waits_for_longer_than_it_took(
            all in prop::collection::vec((0u64..2_000_000, 1u64..100_000), 1..200), rtt in 0.1f64..500.0,
        ) {
            let mut arrivals = Arrivals::default();
            for (micros, data) in &all {
                arrivals.note(Duration::from_micros(*micros), Bytes::new(*data));
            }
            let last = all.iter().map(|(micros, _)| *micros).max().unwrap_or(0);
            prop_assert!(waited(&arrivals, ms(rtt)) <= Duration::from_micros(last) + arrivals.slice());
        }
    }
}
