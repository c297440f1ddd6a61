//! Simulated time: whole picoseconds since the start, exact at 100 Gbit/s and wide enough for months.
//!
//! A packet of 1500 B takes 120,000 ps at 100 Gbit/s, and 64 bits of them last 213 days. One type serves for points in
//! time and for spans; nobody outside the simulator sees it.

use std::time::Duration;

/// Picoseconds in a nanosecond.
const PER_NANOSECOND: u64 = 1_000;
/// Picoseconds in a second.
const PER_SECOND: f64 = 1e12;

/// Picoseconds, at most 213 days of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Time(u64);

impl Time {
    /// The start.
    pub(super) const ZERO: Self = Self(0);

    /// `time`, or the longest there is.
    pub(super) fn of(time: Duration) -> Self {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Self(nanos.saturating_mul(PER_NANOSECOND))
    }

    /// The next whole picosecond at or after `seconds`; zero for what is below.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates"
    )]
    pub(super) fn at_least(seconds: f64) -> Self {
        Self((seconds * PER_SECOND).ceil() as u64)
    }

    /// To the nanosecond, rounded down.
    pub(super) const fn duration(self) -> Duration {
        Duration::from_nanos(self.0 / PER_NANOSECOND)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "exact up to 2 hours, better than 1e-15 beyond"
    )]
    pub(super) const fn seconds(self) -> f64 {
        self.0 as f64 / PER_SECOND
    }

    pub(super) const fn picoseconds(self) -> u64 {
        self.0
    }

    /// That many picoseconds, or the longest there is.
    pub(super) fn from_picoseconds(count: u128) -> Self {
        Self(u64::try_from(count).unwrap_or(u64::MAX))
    }

    pub(super) const fn plus(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The span since `earlier`; zero if that is later.
    pub(super) const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    pub(super) const fn half(self) -> Self {
        self.over(2)
    }

    /// A part of it; `parts` is not zero.
    pub(super) const fn over(self, parts: u64) -> Self {
        Self(self.0 / parts)
    }

    pub(super) const fn times(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_at_100_gbit_and_a_round_trip_of_300_ms_are_both_exact() {
        assert_eq!(Time::at_least(12_000.0 / 100e9).picoseconds(), 120_000);
        let far = Duration::from_millis(300);
        assert_eq!(Time::of(far).picoseconds(), 300_000_000_000);
        assert_eq!(Time::of(far).duration(), far);
    }

    #[test]
    fn nothing_overflows() {
        let end = Time::of(Duration::MAX);
        assert_eq!(end.plus(end), end);
        assert_eq!(Time::ZERO.since(end), Time::ZERO);
        assert_eq!(Time::at_least(-1.0), Time::ZERO);
    }
}
