//! What a window allows: bandwidth-delay product, window scaling, the rate limit of a window.
//!
//! A sender has at most one window of data under way, and gets it acknowledged one round trip later, so a window is a
//! limit of the rate. A path is filled only by a window of at least rate · round trip. How the congestion window grows to
//! that size is left to `congestion` and `slow_start`; here a window is a given amount.

use std::time::Duration;

use crate::unit::{BitRate, Bytes};

/// The largest window without scaling: 16 bits in the TCP header (RFC 9293 §3.1).
pub const UNSCALED: Bytes = Bytes::new(65_535);

/// The largest shift of the window scale option (RFC 7323 §2.3).
pub const MAX_SHIFT: u8 = 14;

/// The largest window of one connection: 65,535 · 2¹⁴ bytes (RFC 7323 §2.3).
pub const LARGEST: Bytes = Bytes::new(UNSCALED.get() << MAX_SHIFT);

/// The delay of unsent data at which a busy sender still reacts quickly: 5 ms.
///
/// The sizing of `TCP_NOTSENT_LOWAT` in draft-ietf-ippm-responsiveness-09.
pub const UNSENT_DELAY: Duration = Duration::from_millis(5);

/// Usable window: min(cwnd, rwnd), the data that may be unacknowledged. Seed definition 1.4; RFC 5681 §3.1.
#[must_use]
pub fn usable(cwnd: Bytes, rwnd: Bytes) -> Bytes {
    cwnd.min(rwnd)
}

/// Bandwidth-delay product B · RTT: the window that fills a path of that rate and round trip (RFC 7323 §1.1).
#[must_use]
pub fn bandwidth_delay_product(rate: BitRate, rtt: Duration) -> Bytes {
    rate * rtt
}

/// The rate that a window allows: W / RTT. `None` for an empty window and a round trip of zero.
#[must_use]
pub fn rate_limit(window: Bytes, rtt: Duration) -> Option<BitRate> {
    window.over(rtt)
}

/// The smallest window scale shift with which `window` can be announced (RFC 7323 §2), 0 to 14.
///
/// `None` above [`LARGEST`]: no single connection can announce it, so one connection cannot fill a path whose
/// bandwidth-delay product is that large.
#[must_use]
pub fn scale_shift(window: Bytes) -> Option<u8> {
    (0..=MAX_SHIFT).find(|shift| window.get() <= UNSCALED.get() << shift)
}

/// How many connections with `window` bytes each fill a path, at least 1; `None` for an empty window.
#[must_use]
pub const fn connections_to_fill(product: Bytes, window: Bytes) -> Option<u64> {
    if window.get() == 0 {
        return None;
    }
    let count = product.get().div_ceil(window.get());
    Some(if count == 0 { 1 } else { count })
}

/// The initial window of RFC 6928 §2: min(10·MSS, max(2·MSS, 14,600 B)), ten segments of usual size.
#[must_use]
pub fn initial(mss: Bytes) -> Bytes {
    initial_of(mss, 10, Bytes::new(14_600))
}

/// The initial window before RFC 6928, of RFC 3390 §1: min(4·MSS, max(2·MSS, 4,380 B)), three segments of usual size.
#[must_use]
pub fn initial_rfc_3390(mss: Bytes) -> Bytes {
    initial_of(mss, 4, Bytes::new(4_380))
}

fn initial_of(mss: Bytes, most: u64, amount: Bytes) -> Bytes {
    let times = |count: u64| Bytes::new(mss.get().saturating_mul(count));
    times(most).min(times(2).max(amount))
}

/// The amount of unsent data that waits for `delay` at `rate`: the value for `TCP_NOTSENT_LOWAT`.
///
/// More of it delays what is written next, less of it starves the connection; see [`UNSENT_DELAY`].
#[must_use]
pub fn unsent_low_water(rate: BitRate, delay: Duration) -> Bytes {
    rate * delay
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(bps: f64) -> BitRate {
        BitRate::from_bps(bps).unwrap()
    }

    #[test]
    fn seed_definition_1_4_the_smaller_window_counts() {
        let (small, large) = (Bytes::new(14_600), Bytes::new(65_535));
        assert_eq!(usable(small, large), small);
        assert_eq!(usable(large, small), small);
    }

    #[test]
    fn a_path_of_10_gbit_and_100_ms_holds_125_mb() {
        let product = bandwidth_delay_product(rate(10e9), Duration::from_millis(100));
        assert_eq!(product, Bytes::new(125_000_000));
        assert_eq!(scale_shift(product), Some(11));
        assert_eq!(connections_to_fill(product, UNSCALED), Some(1908));
    }

    #[test]
    fn what_windows_allow() {
        for (window, ms, mbit) in [(65_535, 100, 5.2428), (4_000_000, 32, 1000.0)] {
            let limit = rate_limit(Bytes::new(window), Duration::from_millis(ms)).unwrap();
            assert!((limit.bps() / 1e6 - mbit).abs() < 5e-5, "{limit}");
        }
        assert_eq!(rate_limit(Bytes::ZERO, UNSENT_DELAY), None);
        assert_eq!(rate_limit(UNSCALED, Duration::ZERO), None);
    }

    #[test]
    fn rfc_7323_shifts() {
        assert_eq!(LARGEST, Bytes::new(1_073_725_440));
        for (window, shift) in [
            (0, Some(0)),
            (65_535, Some(0)),
            (65_536, Some(1)),
            (131_070, Some(1)),
            (131_071, Some(2)),
            (1_073_725_440, Some(14)),
            (1_073_725_441, None),
        ] {
            assert_eq!(scale_shift(Bytes::new(window)), shift, "{window}");
        }
    }

    #[test]
    fn a_path_of_100_gbit_and_300_ms_needs_four_connections() {
        let product = bandwidth_delay_product(rate(100e9), Duration::from_millis(300));
        assert_eq!(scale_shift(product), None);
        assert_eq!(connections_to_fill(product, LARGEST), Some(4));
        assert_eq!(connections_to_fill(product, Bytes::ZERO), None);
        assert_eq!(connections_to_fill(Bytes::ZERO, LARGEST), Some(1));
    }

    #[test]
    fn initial_windows_by_segment_size() {
        for (mss, rfc_6928, rfc_3390) in [
            (536, 5_360, 2_144),
            (1_095, 10_950, 4_380),
            (1_448, 14_480, 4_380),
            (1_460, 14_600, 4_380),
            (2_190, 14_600, 4_380),
            (8_960, 17_920, 17_920),
        ] {
            assert_eq!(initial(Bytes::new(mss)).get(), rfc_6928, "{mss}");
            assert_eq!(initial_rfc_3390(Bytes::new(mss)).get(), rfc_3390, "{mss}");
        }
    }

    #[test]
    fn unsent_data_of_5_ms() {
        for (bps, bytes) in [(1e6, 625), (100e6, 62_500)] {
            assert_eq!(unsent_low_water(rate(bps), UNSENT_DELAY), Bytes::new(bytes));
        }
    }

    proptest! {
        #[test]
        fn the_window_of_the_product_allows_the_rate(bps in 1e5..1e12f64, ms in 1u64..1_000) {
            let rtt = Duration::from_millis(ms);
            let window = bandwidth_delay_product(rate(bps), rtt);
            let back = rate_limit(window, rtt).unwrap();
            // The window is rounded to the byte, which is half a byte per round trip.
            prop_assert!((back.bps() - bps).abs() <= 4.0 / rtt.as_secs_f64() + bps * 1e-12);
        }

        #[test]
        fn a_shift_is_enough_and_the_one_below_is_not(window in 0u64..=LARGEST.get()) {
            let shift = scale_shift(Bytes::new(window)).unwrap();
            prop_assert!(window <= UNSCALED.get() << shift);
            prop_assert!(shift == 0 || window > UNSCALED.get() << (shift - 1));
        }

        #[test]
        fn enough_connections_and_none_too_many(product in 1u64..1 << 50, window in 1u64..1 << 31) {
            let count = connections_to_fill(Bytes::new(product), Bytes::new(window)).unwrap();
            prop_assert!(count * window >= product);
            prop_assert!((count - 1) * window < product);
        }
    }
}
