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
    let mut left = data.get().div_ceil(mss.get().max(1));
    let mut window = INITIAL_WINDOW;
    let mut rounds = 0;
    while left > 0 {
        left = left.saturating_sub(window);
        window = window.saturating_mul(2);
        rounds += 1;
    }
    rounds
}

#[cfg(test)]
mod tests {
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
}
