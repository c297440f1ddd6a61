//! How many round trips slow start costs.
//!
//! A sender begins with a window of 10 segments (RFC 6928) and doubles it each round trip while it is not limited by
//! the line. Without loss the number of rounds for `n` segments is ⌈log₂(n/IW + 1)⌉.

use crate::unit::Bytes;

/// The initial window in segments, RFC 6928.
pub const INITIAL_WINDOW: u64 = 10;

/// Rounds in which `data` leaves a fresh connection with segments of `mss` bytes and no other limit; 0 for no data.
#[must_use]
pub fn rounds(data: Bytes, mss: Bytes) -> u32 {
    windows(data.get().div_ceil(mss.get().max(1)), INITIAL_WINDOW)
}

/// How many windows cover `segments`, when the first holds `initial` (at least 1) and each later one twice as many.
///
/// ⌈log₂(n/IW + 1)⌉, which is the number of binary digits of ⌈n/IW⌉, so no logarithm has to be rounded.
#[must_use]
pub const fn windows(segments: u64, initial: u64) -> u32 {
    let initial = if initial == 0 { 1 } else { initial };
    u64::BITS - segments.div_ceil(initial).leading_zeros()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn vectors_of_the_closed_form() {
        let cases = [
            (0, 0),
            (1, 1),
            (10, 1),
            (11, 2),
            (30, 2),
            (31, 3),
            (70, 3),
            (150, 4),
            (310, 5),
            (1000, 7),
        ];
        for (segments, expected) in cases {
            assert_eq!(
                rounds(Bytes::new(segments * 1460), Bytes::new(1460)),
                expected,
                "{segments}"
            );
        }
    }

    proptest! {
        #[test]
        fn the_windows_cover_the_segments_and_one_fewer_does_not(
            segments in 1u64..1 << 40, initial in 1u64..1_000,
        ) {
            let count = windows(segments, initial);
            let held = |windows: u32| u128::from(initial) * ((1u128 << windows) - 1);
            prop_assert!(held(count) >= u128::from(segments));
            prop_assert!(held(count - 1) < u128::from(segments));
        }
    }
}
