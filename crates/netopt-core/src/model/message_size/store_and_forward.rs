//! One message in packets over nodes that forward whole packets only (3.1b).
//!
//! A large packet makes every node on the way wait until all of it has arrived; a small one pays a header for little.
//! Between the two lies a best size, which is what the seed's theorem 3.1 was looking for.

use std::num::NonZeroU64;
use std::time::Duration;

use super::Length;
use crate::unit::{BitRate, Bytes};

/// A message on its way over `links` links of one rate.
///
/// Headers are added to each packet and processing in the nodes is nil. Real links differ in rate: take the slowest,
/// and the result is an upper bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoreAndForward {
    /// The whole message, without headers.
    pub message: Bytes,
    /// The header of each packet.
    pub header: Bytes,
    /// How many links: nodes between the ends, and one.
    pub links: u32,
    /// The rate of each link.
    pub rate: BitRate,
    /// One way through all links, empty.
    pub propagation: Duration,
}

/// A message cut into whole packets of whole bytes; the last one may be smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// How many packets.
    pub packets: u64,
    /// The payload of each but the last.
    pub payload: Bytes,
    /// Until the last bit has arrived.
    pub time: Duration,
}

impl StoreAndForward {
    /// The time with payloads of that size, for fractions of packets too: `(k−1+M/d)·(d+h)/B + D/v`.
    ///
    /// `None` for an empty payload, one above the message, or no links. Kurose and Ross, *Computer Networking*, §1.3.1
    /// (store and forward); the optimum is derived in `docs/theory.md`.
    #[must_use]
    pub fn time(&self, payload: Length) -> Option<Duration> {
        let message = Length::from(self.message);
        let waits = u64::from(self.links.checked_sub(1)?);
        if payload.bits() <= 0.0 || payload > message {
            return None;
        }
        let headers =
            Length::from_bits(message.bits() / payload.bits() * Length::from(self.header).bits())?;
        let first = (payload + self.header.into()) * waits;
        Some(self.after(first + message + headers))
    }

    /// The payload with the least [`Self::time`]: `√(M·h/(k−1))`, and the whole message where that is smaller or there
    /// is only one link.
    ///
    /// `None` for no message and no links, and without a header on several links: then smaller is always better.
    #[must_use]
    pub fn optimum(&self) -> Option<Length> {
        let message = Length::from(self.message);
        let waits = f64::from(self.links.checked_sub(1)?);
        let best = (message.bits() * self.header.bits() / waits).sqrt();
        // Over one link this is a division by zero: infinite with a header, not a number without; one packet both times.
        let best = if waits > 0.0 { best } else { f64::INFINITY };
        Length::from_bits(best.min(message.bits())).filter(|best| best.bits() > 0.0)
    }

    /// The time at [`Self::optimum`] in closed form: `(√M + √((k−1)·h))²/B + D/v`, where the optimum lies within the
    /// message; `None` where there is none.
    #[must_use]
    pub fn least_time(&self) -> Option<Duration> {
        let best = self.optimum()?;
        if best == self.message.into() {
            return self.time(best);
        }
        let waits = f64::from(self.links.checked_sub(1)?);
        let roots = self.message.bits().sqrt() + (waits * self.header.bits()).sqrt();
        Some(self.after(Length::from_bits(roots.powi(2))?))
    }

    /// The message in `packets` packets of ⌈M/n⌉ bytes of payload, or fewer if so many are not needed for it.
    ///
    /// The time is exact for a smaller last packet: it waits behind the full one before it, in every node. `None` for
    /// no message and no links.
    #[must_use]
    pub fn split(&self, packets: NonZeroU64) -> Option<Split> {
        let waits = u64::from(self.links.checked_sub(1)?);
        if self.message == Bytes::ZERO {
            return None;
        }
        let payload = Bytes::new(self.message.get().div_ceil(packets.get()));
        let packets = self.message.get().div_ceil(payload.get());
        let first = (Length::from(payload) + self.header.into()) * waits;
        let headers = Length::from(self.header) * packets;
        let time = self.after(first + self.message.into() + headers);
        Some(Split {
            packets,
            payload,
            time,
        })
    }

    /// The fastest way to cut the message into whole packets of whole bytes; of equally fast ones that with fewest
    /// packets. `None` for no message and no links.
    #[must_use]
    pub fn best_split(&self) -> Option<Split> {
        let waits = u64::from(self.links.checked_sub(1)?);
        let message = self.message.get();
        let cost = |split: &Split| {
            let first = u128::from(split.payload.get()).saturating_mul(waits.into());
            let headers = u128::from(split.packets).saturating_mul(self.header.get().into());
            (first.saturating_add(headers), split.packets)
        };
        let split = |packets: u64| self.split(NonZeroU64::new(packets)?);
        if waits == 0 {
            return split(1);
        }
        if self.header == Bytes::ZERO {
            return split(message);
        }
        // Rounding up moves the cost by less than one more payload byte a link or one more header, so the best whole
        // number is near the real one, and nearer on the side on which one step costs more.
        let (waits, header) = (f64::from(self.links - 1), self.header.bits() / 8.0);
        if waits <= header {
            near(self.message, waits / header)
                .filter_map(split)
                .min_by_key(cost)
        } else {
            near(self.message, header / waits)
                .filter_map(|payload| split(message.div_ceil(payload)))
                .min_by_key(cost)
        }
    }

    fn after(&self, sent: Length) -> Duration {
        self.propagation.saturating_add(sent / self.rate)
    }
}

/// The whole numbers from 1 to `message` whose cost `x + message·ratio/x` may be within `1 + ratio` of the least, where
/// `ratio` is at most 1; some more, and at most a few times `√message`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates"
)]
fn near(message: Bytes, ratio: f64) -> impl Iterator<Item = u64> {
    let best = (message.bits() / 8.0 * ratio).sqrt();
    let slack = 1.0 + ratio;
    let width = slack / 2.0 + (slack * slack / 4.0 + best * slack).sqrt();
    let low = (best - width).floor().max(1.0) as u64;
    let high = (best + width).ceil() as u64;
    low..=high.clamp(1, message.get().max(1))
}

#[cfg(test)]
mod tests {
    use super::super::tests::argmin;
    use super::*;
    use proptest::prelude::*;

    /// At 8 bit/s a byte takes a second, so that published figures in time units come out in seconds.
    fn unit_rate(message: u64, header: u64, links: u32) -> StoreAndForward {
        StoreAndForward {
            message: Bytes::new(message),
            header: Bytes::new(header),
            links,
            rate: BitRate::from_bps(8.0).unwrap(),
            propagation: Duration::ZERO,
        }
    }

    fn seconds(path: StoreAndForward, packets: u64) -> u64 {
        let split = path.split(NonZeroU64::new(packets).unwrap()).unwrap();
        assert_eq!(split.time.subsec_nanos(), 0);
        split.time.as_secs()
    }

    #[test]
    fn figure_1_9_of_mir_packet_switched_networks() {
        let path = unit_rate(16, 3, 3);
        assert_eq!(seconds(path, 1), 57);
        assert_eq!(seconds(path, 2), 44);
    }

    #[test]
    fn question_73_of_gate_cs_2005() {
        let path = unit_rate(24, 3, 3);
        for (payload, time) in [(1, 104), (3, 60), (4, 56), (6, 54)] {
            assert_eq!(seconds(path, 24 / payload), time, "payload {payload}");
            let length = Length::from(Bytes::new(payload));
            assert_eq!(path.time(length), Some(Duration::from_secs(time)));
        }
        let best = path.best_split().unwrap();
        assert_eq!((best.payload + path.header).get(), 9);
        assert_eq!(best.packets, 4);
        assert_eq!(path.optimum().map(Length::bytes), Some(Bytes::new(6)));
        assert_eq!(path.least_time(), Some(Duration::from_secs(54)));
    }

    #[test]
    fn net_jrf_2017_has_its_optimum_between_two_bytes() {
        let best = unit_rate(48, 3, 3).optimum().unwrap();
        assert!((best.bits() / 8.0 - 8.49).abs() < 0.005, "{best}");
    }

    #[test]
    fn one_link_wants_one_packet_and_no_header_wants_none() {
        let one = unit_rate(1000, 40, 1);
        assert_eq!(one.optimum(), Some(Bytes::new(1000).into()));
        assert_eq!(one.best_split().map(|split| split.packets), Some(1));
        assert_eq!(unit_rate(1000, 0, 1).best_split().unwrap().packets, 1);
        let bare = unit_rate(1000, 0, 3);
        assert_eq!(bare.optimum(), None);
        assert_eq!(bare.least_time(), None);
        assert_eq!(bare.best_split().map(|split| split.packets), Some(1000));
    }

    #[test]
    fn a_header_above_what_waiting_costs_leaves_one_packet() {
        let path = unit_rate(100, 1000, 3);
        assert_eq!(path.optimum(), Some(Bytes::new(100).into()));
        assert_eq!(path.least_time(), path.time(Bytes::new(100).into()));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for path in [unit_rate(0, 3, 3), unit_rate(16, 3, 0)] {
            assert_eq!(path.optimum(), None);
            assert_eq!(path.least_time(), None);
            assert_eq!(path.best_split(), None);
            assert_eq!(path.split(NonZeroU64::MIN), None);
        }
        let path = unit_rate(16, 3, 3);
        assert_eq!(path.time(Length::default()), None);
        assert_eq!(path.time(Bytes::new(17).into()), None);
    }

    #[test]
    fn the_largest_numbers_neither_panic_nor_take_long() {
        for (header, links) in [
            (1, u32::MAX),
            (u64::MAX, 2),
            (1500, 30),
            (u64::MAX, u32::MAX),
        ] {
            let path = unit_rate(1 << 40, header, links);
            assert!(path.best_split().is_some());
            assert!(path.least_time().is_some());
        }
    }

    /// Every packet on every link, one after the other: the definition, without the formula. In byte times.
    fn simulated(message: u64, payload: u64, header: u64, links: u32) -> u64 {
        let count = usize::try_from(message.div_ceil(payload)).unwrap();
        let mut arrived = vec![0; count];
        for _ in 0..links {
            let mut free = 0;
            for (index, at) in arrived.iter_mut().enumerate() {
                let left = message - payload * u64::try_from(index).unwrap();
                free = free.max(*at) + payload.min(left) + header;
                *at = free;
            }
        }
        arrived[count - 1]
    }

    proptest! {
        #[test]
        fn the_search_agrees_with_the_formula(
            message in 1_000u64..1_000_000, header in 1u64..200, links in 2u32..40
        ) {
            let path = unit_rate(message, header, links);
            let time = |bits: f64| path.time(Length::from_bits(bits).unwrap()).unwrap().as_secs_f64();
            let found = argmin(1.0, Bytes::new(message).bits(), time);
            let best = path.optimum().unwrap();
            prop_assert!((found / best.bits() - 1.0).abs() < 1e-3, "{found} {best}");
            let least = path.least_time().unwrap().as_secs_f64();
            prop_assert!((time(best.bits()) / least - 1.0).abs() < 1e-9);
        }

        #[test]
        fn a_split_takes_what_its_packets_take_one_by_one(
            message in 1u64..300, packets in 1u64..300, header in 0u64..20, links in 1u32..6
        ) {
            let path = unit_rate(message, header, links);
            let split = path.split(NonZeroU64::new(packets).unwrap()).unwrap();
            let expected = simulated(message, split.payload.get(), header, links);
            prop_assert_eq!(split.time, Duration::from_secs(expected));
        }

        #[test]
        fn no_split_beats_the_best(message in 1u64..2_000, header in 0u64..60, links in 1u32..60) {
            let path = unit_rate(message, header, links);
            let best = path.best_split().unwrap();
            for packets in 1..=message {
                let other = path.split(NonZeroU64::new(packets).unwrap()).unwrap();
                prop_assert!(best.time <= other.time, "{best:?} {other:?}");
            }
        }

        #[test]
        fn whole_packets_never_beat_the_closed_form(
            message in 1_000u64..1_000_000, header in 1u64..200, links in 2u32..40
        ) {
            let path = unit_rate(message, header, links);
            let best = path.best_split().unwrap().time.as_secs_f64();
            let bound = path.least_time().unwrap().as_secs_f64();
            prop_assert!(best >= bound * (1.0 - 1e-12));
            prop_assert!(best <= bound * 1.2, "{best} {bound}");
        }
    }
}
