//! When data came in: its course over time, in bounded memory.
//!
//! A sum and a duration do not tell why a transfer took its time; its course does. It doubles from round trip to round trip
//! in slow start, stays flat where a window is full, and is steady where a line is. So the arrivals of one transfer are
//! kept by slices of time. The slices begin narrow and become twice as wide whenever the transfer outgrows them, so what is
//! kept is small for any length, and a transfer always has between half and all of its slices.
//!
//! Beside the slices the edges are kept to the nanosecond: what came at once at the beginning, and when the last of it came.
//! A rate over the whole transfer is between these, and no slice that is half full blurs it.
//!
//! What this leaves alone: what the course means, which is for the audits to say.

use std::time::Duration;

use crate::unit::Bytes;

/// Slices of one transfer at the most: a transfer of thirty round trips still has eight to sixteen slices for each.
pub const MOST_SLICES: usize = 512;

/// The narrowest slice: about what a machine takes to wake a reader, so two packets in it may have been read at once.
pub const NARROWEST: Duration = Duration::from_nanos(62_500);

/// What comes later than this counts as if it came then: no transfer is watched for longer.
pub const LONGEST: Duration = Duration::from_secs(86_400);

/// The arrivals of one transfer, by slices of time. The default is that nothing came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// How often the slices became twice as wide: 22 times for [`LONGEST`], never more.
    doublings: u32,
    /// What came in each; the last one is not empty.
    slices: Vec<u64>,
    edges: Option<Edges>,
}

/// The beginning and the end of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Edges {
    /// When something came first.
    first: Duration,
    /// What came then, and within the narrowest slice after.
    at_once: u64,
    /// When something came last.
    last: Duration,
}

impl Arrivals {
    /// Notes that `data` came `at` so long after the start. The order matters only for the edges: what is noted first counts
    /// as the beginning.
    pub fn note(&mut self, at: Duration, data: Bytes) {
        if data == Bytes::ZERO {
            return;
        }
        let at = at.min(LONGEST);
        self.edge(at, data);
        let index = loop {
            // In 64 bits, which hold `LONGEST` and its slices: this is done for each piece of each body.
            let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
            let index = nanos(at) / nanos(self.slice());
            match usize::try_from(index) {
                Ok(index) if index < MOST_SLICES => break index,
                Ok(_) | Err(_) => self.widen(),
            }
        };
        if self.slices.len() <= index {
            self.slices.resize(index + 1, 0);
        }
        self.slices[index] = self.slices[index].saturating_add(data.get());
    }

    fn edge(&mut self, at: Duration, data: Bytes) {
        let edges = self.edges.get_or_insert(Edges {
            first: at,
            at_once: 0,
            last: at,
        });
        edges.last = edges.last.max(at);
        if at.saturating_sub(edges.first) < NARROWEST {
            edges.at_once = edges.at_once.saturating_add(data.get());
        }
    }

    /// What came at once at the beginning; nothing when nothing came.
    #[must_use]
    pub fn at_once(&self) -> Bytes {
        Bytes::new(self.edges.map_or(0, |edges| edges.at_once))
    }

    /// From the first arrival to the last one; zero when nothing came, or all at one time.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.edges.map_or(Duration::ZERO, |edges| {
            edges.last.saturating_sub(edges.first)
        })
    }

    /// The width of a slice.
    #[must_use]
    pub fn slice(&self) -> Duration {
        NARROWEST.saturating_mul(1 << self.doublings)
    }

    /// What came in each slice, from the start to the last arrival.
    pub fn slices(&self) -> impl ExactSizeIterator<Item = Bytes> + Clone + '_ {
        self.slices.iter().copied().map(Bytes::new)
    }

    /// All that came.
    #[must_use]
    pub fn total(&self) -> Bytes {
        self.slices().sum()
    }

    /// True when nothing came.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }

    /// From the start to the end of the slice of the last arrival.
    #[must_use]
    pub fn span(&self) -> Duration {
        let slices = u32::try_from(self.slices.len()).unwrap_or(u32::MAX);
        self.slice().saturating_mul(slices)
    }

    /// What came in each stretch of `length`, from the start to the last arrival; a slice counts where it begins. Empty
    /// when a slice is longer than half of that: then the course is too coarse to tell.
    #[must_use]
    pub fn by(&self, length: Duration) -> Vec<Bytes> {
        let slice = self.slice();
        if slice > length / 2 {
            return Vec::new();
        }
        let mut stretches: Vec<Bytes> = Vec::new();
        let mut begin = Duration::ZERO;
        for data in self.slices() {
            let index =
                usize::try_from(begin.as_nanos() / length.as_nanos()).unwrap_or(MOST_SLICES);
            if stretches.len() <= index {
                stretches.resize(index + 1, Bytes::ZERO);
            }
            stretches[index] += data;
            begin += slice;
        }
        stretches
    }

    /// What came in each round trip of `trip`: flights arrive a round trip after one another, so each is counted around its
    /// whole multiple. Empty as for [`Arrivals::by`].
    #[must_use]
    pub fn flights(&self, trip: Duration) -> Vec<Bytes> {
        let slice = self.slice();
        if slice > trip / 2 {
            return Vec::new();
        }
        let mut flights: Vec<Bytes> = Vec::new();
        let mut middle = slice / 2;
        for data in self.slices() {
            let index = (middle + trip / 2).as_nanos() / trip.as_nanos();
            let index = usize::try_from(index).unwrap_or(MOST_SLICES);
            if flights.len() <= index {
                flights.resize(index + 1, Bytes::ZERO);
            }
            flights[index] += data;
            middle += slice;
        }
        flights
    }

    /// The most that came in any stretch of `length` or of one slice, whichever is longer.
    #[must_use]
    pub fn most_in(&self, length: Duration) -> (Bytes, Duration) {
        let slice = self.slice();
        let wanted = length.as_nanos().div_ceil(slice.as_nanos()).max(1);
        let width = usize::try_from(wanted)
            .unwrap_or(MOST_SLICES)
            .min(MOST_SLICES);
        let (mut within, mut most) = (0_u64, 0_u64);
        for (index, data) in self.slices.iter().enumerate() {
            let left = index.checked_sub(width).map_or(0, |out| self.slices[out]);
            within = within.saturating_sub(left).saturating_add(*data);
            most = most.max(within);
        }
        let time = slice.saturating_mul(u32::try_from(width).unwrap_or(u32::MAX));
        (Bytes::new(most), time)
    }

    /// Makes the slices twice as wide.
    fn widen(&mut self) {
        self.doublings += 1;
        self.slices = self
            .slices
            .chunks(2)
            .map(|pair| {
                pair.iter()
                    .fold(0, |sum: u64, data| sum.saturating_add(*data))
            })
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn nothing_came_of_nothing() {
        let mut none = Arrivals::default();
        none.note(ms(5), Bytes::ZERO);
        assert!(none.is_empty());
        assert_eq!(none.by(ms(10)), Vec::new());
        assert_eq!(none.most_in(ms(10)).0, Bytes::ZERO);
    }

    #[test]
    fn flights_are_told_apart_by_the_round_trip() {
        let mut arrivals = Arrivals::default();
        for (at, data) in [(0, 14_480), (40, 28_960), (80, 57_920), (120, 1)] {
            arrivals.note(ms(at), Bytes::new(data));
        }
        let flights: Vec<u64> = arrivals.by(ms(40)).iter().map(|data| data.get()).collect();
        assert_eq!(flights, [14_480, 28_960, 57_920, 1]);
        assert_eq!(arrivals.most_in(ms(10)).0, Bytes::new(57_920));
        assert_eq!(
            arrivals.by(Duration::from_micros(300)),
            Vec::new(),
            "too coarse"
        );
    }

    #[test]
    fn a_flight_that_comes_a_little_early_is_still_the_next_one() {
        let mut arrivals = Arrivals::default();
        for (at, data) in [(0, 55_000), (79, 5_000)] {
            arrivals.note(ms(at), Bytes::new(data));
        }
        let flights: Vec<u64> = arrivals
            .flights(ms(80))
            .iter()
            .map(|data| data.get())
            .collect();
        assert_eq!(flights, [55_000, 5_000]);
        assert_eq!(arrivals.flights(Duration::ZERO), Vec::new());
    }

    #[test]
    fn the_edges_are_kept_to_the_nanosecond_however_long_it_takes() {
        let mut arrivals = Arrivals::default();
        assert_eq!(
            (arrivals.at_once(), arrivals.length()),
            (Bytes::ZERO, Duration::ZERO)
        );
        let start = Duration::from_nanos(1_234_567);
        for (after, data) in [(0, 1000), (62_499, 10), (62_500, 448), (987_654_321, 7)] {
            arrivals.note(start + Duration::from_nanos(after), Bytes::new(data));
        }
        assert_eq!(arrivals.at_once(), Bytes::new(1010));
        assert_eq!(arrivals.length(), Duration::from_nanos(987_654_321));
    }

    #[test]
    fn a_time_beyond_all_clocks_is_kept_too() {
        let mut arrivals = Arrivals::default();
        arrivals.note(Duration::MAX, Bytes::new(1));
        assert_eq!(arrivals.total(), Bytes::new(1));
    }

    proptest! {
        #[test]
        fn memory_is_bounded_and_nothing_is_lost(
            all in prop::collection::vec((0u64..100_000_000, 0u64..1_000_000), 0..300), by in 1u64..1_000_000,
        ) {
            let mut arrivals = Arrivals::default();
            for (micros, data) in &all {
                arrivals.note(Duration::from_micros(*micros), Bytes::new(*data));
            }
            let total = Bytes::new(all.iter().map(|(_, data)| data).sum());
            prop_assert!(arrivals.slices().len() <= MOST_SLICES);
            prop_assert_eq!(arrivals.total(), total);
            let stretches = arrivals.by(Duration::from_micros(by));
            prop_assert!(stretches.is_empty() || stretches.into_iter().sum::<Bytes>() == total);
            let (most, time) = arrivals.most_in(Duration::from_micros(by));
            let width = usize::try_from(time.as_nanos() / arrivals.slice().as_nanos()).unwrap();
            let slices: Vec<Bytes> = arrivals.slices().collect();
            let stretch = |start: usize| slices.iter().copied().skip(start).take(width).sum();
            prop_assert_eq!(most, (0..slices.len()).map(stretch).max().unwrap_or_default());
        }

        #[test]
        fn slices_are_as_narrow_as_the_length_allows(micros in 0u64..1 << 40) {
            let mut arrivals = Arrivals::default();
            arrivals.note(Duration::from_micros(micros), Bytes::new(1));
            let length = Duration::from_micros(micros).min(LONGEST);
            let least = u32::try_from(MOST_SLICES / 2).unwrap();
            prop_assert!(arrivals.slice() == NARROWEST || arrivals.slice() * least <= length + arrivals.slice());
            prop_assert!(arrivals.span() >= length && arrivals.span() <= length + arrivals.slice());
        }
    }
}
