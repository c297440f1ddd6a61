//! What numbers and times of datagrams say: loss, order, duplicates, jitter. Pure.

use std::time::Duration;

use netopt_core::unit::Bytes;

use crate::transfer::wire::{Reader, Writer};

/// How far back a number is remembered, so that its duplicate is known as one.
const REMEMBERED: u64 = 65_536;

/// What arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arrived {
    /// Different datagrams.
    pub datagrams: u64,
    /// Their bytes.
    pub bytes: Bytes,
    /// Datagrams that had arrived before.
    pub duplicates: u64,
    /// Datagrams that a later one had overtaken (RFC 4737, type P reordered).
    pub reordered: u64,
    /// Interarrival jitter at the end (RFC 3550, section 6.4.1); `None` with fewer than two.
    pub jitter: Option<Duration>,
    /// From the begin to the last of them.
    pub elapsed: Duration,
}

impl Arrived {
    pub(in crate::transfer) fn encode(&self, writer: &mut Writer) {
        let nanos = crate::transfer::view::nanos;
        writer.u64(self.datagrams).u64(self.bytes.get());
        writer.u64(self.duplicates).u64(self.reordered);
        writer
            .u64(self.jitter.map_or(u64::MAX, nanos))
            .u64(nanos(self.elapsed));
    }

    pub(in crate::transfer) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            datagrams: reader.u64()?,
            bytes: Bytes::new(reader.u64()?),
            duplicates: reader.u64()?,
            reordered: reader.u64()?,
            jitter: Some(reader.u64()?)
                .filter(|nanos| *nanos != u64::MAX)
                .map(Duration::from_nanos),
            elapsed: Duration::from_nanos(reader.u64()?),
        })
    }
}

/// Takes datagrams as they arrive.
#[derive(Debug)]
pub(in crate::transfer) struct Arrivals {
    seen: Vec<u64>,
    highest: Option<u64>,
    transit: Option<i128>,
    jitter: f64,
    done: Arrived,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self {
            seen: vec![0; usize::try_from(REMEMBERED / 64).unwrap_or(0)],
            highest: None,
            transit: None,
            jitter: 0.0,
            done: Arrived::default(),
        }
    }
}

impl Arrivals {
    /// One with that number arrived; times in nanoseconds, each by its own end's clock, which need not agree.
    pub(in crate::transfer) fn take(&mut self, number: u64, sent: u64, at: u64, bytes: u64) {
        let highest = self.highest.unwrap_or(0);
        if self.highest.is_none() || number > highest {
            // What is passed over was not seen yet; what lies a whole memory back is forgotten.
            let from = self.highest.map_or(0, |highest| highest + 1);
            for passed in from.max(number.saturating_sub(REMEMBERED - 1))..=number {
                self.forget(passed);
            }
            self.highest = Some(number);
        } else {
            if number + REMEMBERED > highest && self.is_marked(number) {
                self.done.duplicates += 1;
                return;
            }
            self.done.reordered += 1;
        }
        self.mark(number);
        self.done.datagrams += 1;
        self.done.bytes = Bytes::new(self.done.bytes.get() + bytes);
        self.done.elapsed = self.done.elapsed.max(Duration::from_nanos(at));
        let transit = i128::from(at) - i128::from(sent);
        if let Some(before) = self.transit.replace(transit) {
            self.jitter += ((transit - before).unsigned_abs() as f64 - self.jitter) / 16.0;
        }
    }

    /// What came of it.
    pub(in crate::transfer) fn finish(self) -> Arrived {
        let jitter = Duration::try_from_secs_f64(self.jitter / 1e9).ok();
        Arrived {
            jitter: jitter.filter(|_| self.done.datagrams > 1),
            ..self.done
        }
    }

    fn mark(&mut self, number: u64) {
        let (word, bit) = place(number);
        self.seen[word] |= bit;
    }

    fn forget(&mut self, number: u64) {
        let (word, bit) = place(number);
        self.seen[word] &= !bit;
    }

    fn is_marked(&self, number: u64) -> bool {
        let (word, bit) = place(number);
        self.seen[word] & bit != 0
    }
}

fn place(number: u64) -> (usize, u64) {
    let slot = number % REMEMBERED;
    (usize::try_from(slot / 64).unwrap_or(0), 1 << (slot % 64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(numbers: &[u64]) -> Arrived {
        let mut arrivals = Arrivals::default();
        for (at, number) in numbers.iter().enumerate() {
            arrivals.take(*number, *number * 1000, 500 + at as u64 * 1000, 10);
        }
        arrivals.finish()
    }

    #[test]
    fn order_and_duplicates_are_told_apart() {
        let arrived = of(&[0, 1, 3, 2, 3, 5, 4, 4]);
        assert_eq!(
            (arrived.datagrams, arrived.duplicates, arrived.reordered),
            (6, 2, 2)
        );
        assert_eq!(of(&[0, 1, 2]).jitter, Some(Duration::ZERO));
        assert_eq!(of(&[0]).jitter, None);
    }

    #[test]
    fn jitter_is_that_of_rfc_3550() {
        let mut arrivals = Arrivals::default();
        // Transit 10, 26, 10: differences of 16 each time.
        for (number, at) in [(0, 10), (1, 126), (2, 210)] {
            arrivals.take(number, number * 100, at, 1);
        }
        let expected = 1.0 + (16.0 - 1.0) / 16.0;
        let jitter = arrivals.finish().jitter.unwrap();
        assert_eq!(jitter, Duration::from_secs_f64(expected / 1e9));
    }

    proptest! {
        #[test]
        fn each_different_one_counts_once(numbers in prop::collection::vec(0_u64..2000, 1..400)) {
            let arrived = of(&numbers);
            let different: std::collections::BTreeSet<_> = numbers.iter().collect();
            prop_assert_eq!(arrived.datagrams, different.len() as u64);
            prop_assert_eq!(arrived.datagrams + arrived.duplicates, numbers.len() as u64);
        }

        #[test]
        fn a_jump_of_any_size_is_taken(numbers in prop::collection::vec(0_u64..u64::MAX / 2, 1..8)) {
            prop_assert!(of_unspaced(&numbers).datagrams <= numbers.len() as u64);
        }
    }

    fn of_unspaced(numbers: &[u64]) -> Arrived {
        let mut arrivals = Arrivals::default();
        for number in numbers {
            arrivals.take(*number, 0, 0, 1);
        }
        arrivals.finish()
    }
}
