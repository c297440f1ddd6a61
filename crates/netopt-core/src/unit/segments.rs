//! Amounts of data counted in segments, the unit of congestion control.

use std::fmt;

use super::Bytes;

/// A real number of full-sized segments: finite, zero or more.
///
/// Windows are fractional while they grow, and the formulas of congestion control are written in this unit.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Segments(f64);

impl Segments {
    /// `None` unless `count` is finite and not negative.
    #[must_use]
    pub fn new(count: f64) -> Option<Self> {
        (count.is_finite() && count >= 0.0).then_some(Self(count))
    }

    /// The number of segments.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The payload of so many segments of `mss` bytes each, rounded to the byte.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates"
    )]
    pub fn bytes(self, mss: Bytes) -> Bytes {
        Bytes::new((self.0 * mss.bits() / 8.0).round() as u64)
    }
}

impl fmt::Display for Segments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} segments", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_segments_of_1460_bytes() {
        let window = Segments::new(10.0).unwrap();
        assert_eq!(window.bytes(Bytes::new(1460)), Bytes::new(14_600));
        assert_eq!(window.to_string(), "10.0 segments");
    }

    #[test]
    fn a_window_is_a_finite_amount() {
        assert_eq!(Segments::new(-1.0), None);
        assert_eq!(Segments::new(f64::INFINITY), None);
    }
}
