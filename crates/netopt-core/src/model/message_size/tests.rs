//! The seed's theorem 3.1, error by error, and the search that the laws of the family compare formulas with.

use std::time::Duration;

use super::Length;
use super::one_link::OneLink;
use crate::unit::{BitRate, Bytes};

/// Golden-section search for the minimum of a function that falls and then rises on `low..high`, on a scale of
/// logarithms because sizes span many orders of magnitude.
pub(super) fn argmin(low: f64, high: f64, cost: impl Fn(f64) -> f64) -> f64 {
    let shrink = (5f64.sqrt() - 1.0) / 2.0;
    let at = |x: f64| cost(x.exp());
    let (mut low, mut high) = (low.ln(), high.ln());
    for _ in 0..80 {
        let left = high - shrink * (high - low);
        let right = low + shrink * (high - low);
        if at(left) < at(right) {
            high = right;
        } else {
            low = left;
        }
    }
    f64::midpoint(low, high).exp()
}

#[test]
fn the_search_finds_the_bottom_of_a_parabola() {
    let found = argmin(1.0, 1e6, |x| (x - 1234.5).powi(2));
    assert!((found - 1234.5).abs() < 1e-2, "{found}");
}

/// 1,000 km of fibre at 1 Gbit/s.
fn link() -> OneLink {
    OneLink {
        propagation: Duration::from_millis(5),
        rate: BitRate::from_bps(1e9).unwrap(),
    }
}

#[test]
fn seed_theorem_3_1_the_slope_is_one_over_the_rate_and_has_no_zero() {
    // The seed sets the slope to zero; over nine decades it is 1 ns a bit.
    for bits in [1e1, 1e3, 1e5, 1e7, 1e9] {
        let step = 1e6;
        let at = |bits: f64| link().time(Length::from_bits(bits).unwrap());
        let slope = (at(bits + step) - at(bits)).as_secs_f64() / step;
        assert!((slope - 1e-9).abs() < 1e-14, "at {bits} bits: {slope}");
    }
    // So a search for the minimum runs into whatever the smallest size is.
    let time = |bits: f64| link().time(Length::from_bits(bits).unwrap());
    let found = argmin(1e4, 1e12, |bits| time(bits).as_secs_f64());
    assert!(found < 1.01e4, "{found}");
}

/// The seed's `dT/dL = 1/B − D/(v·L²)`, with `L` and `B` counted in units of `bits` bits.
fn seeds_slope(length: f64, rate: f64, propagation: f64, bits: f64) -> f64 {
    let (length, rate) = (length / bits, rate / bits);
    1.0 / rate - propagation / length.powi(2)
}

#[test]
fn seed_theorem_3_1_the_printed_derivative_adds_seconds_a_bit_to_seconds_a_square_bit() {
    // A size at which two real terms balance does so in every unit. The seed's does not: what is zero for bits is not
    // zero for bytes, and the size that is best moves by √8 with the spelling.
    let (rate, propagation) = (link().rate.bps(), 5e-3);
    let in_bits = (propagation * rate).sqrt();
    let in_bytes = (propagation * rate / 8.0).sqrt() * 8.0;
    assert!(seeds_slope(in_bits, rate, propagation, 1.0).abs() < 1e-20);
    assert!(seeds_slope(in_bits, rate, propagation, 8.0).abs() > 1e-9);
    assert!((in_bytes / in_bits - 8f64.sqrt()).abs() < 1e-12);
}

#[test]
fn seed_theorem_3_1_does_not_even_solve_its_own_equation() {
    // √(DB/v) would; the printed √(2DB/v) leaves half of 1/B.
    let (rate, propagation) = (link().rate.bps(), 5e-3);
    let printed = (2.0 * propagation * rate).sqrt();
    let left = seeds_slope(printed, rate, propagation, 1.0);
    assert!((left - 0.5 / rate).abs() < 1e-20, "{left}");
}

#[test]
fn seed_theorem_3_1_the_root_of_packet_over_bandwidth_is_no_time() {
    let packet = Bytes::new(1500);
    let seeds = (2.0 * packet.bits() / link().rate.bps()).sqrt();
    assert!((seeds * 1e3 - 4.899).abs() < 1e-3, "{seeds}");
    assert_eq!(packet / link().rate, Duration::from_micros(12));
    // Its unit is √s: counted in milliseconds, the same root is another time.
    let in_millis = (2.0 * packet.bits() / (link().rate.bps() / 1e3)).sqrt();
    assert!((in_millis / (seeds * 1e3) - 1e-3f64.sqrt()).abs() < 1e-12);
}
