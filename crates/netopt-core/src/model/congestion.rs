//! How the congestion window moves: slow start, Reno, CUBIC, and where BBR settles.
//!
//! The rules of [`reno`] and [`cubic`] are state machines without a clock: acknowledgements and losses go in, the window
//! comes out, and the simulator drives the very same machines. Beside them stand the closed forms of what they come to
//! in the long run. [`bbr`] has closed forms only. What a lossy path yields under Reno in detail is in [`super::loss`].
//!
//! All windows are in segments, so no formula depends on the size of one.

use crate::unit::Segments;

use super::slow_start::INITIAL_WINDOW;

pub mod bbr;
pub mod cubic;
pub mod reno;

/// By how much one acknowledgement opens the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Counting {
    /// As if it were for one segment, however many it covers: `min(N, SMSS)`, RFC 5681 §3.1. With delayed
    /// acknowledgements slow start then grows by 1.5 a round trip instead of 2.
    Acknowledgements,
    /// By every segment that it covers (RFC 3465 without a limit), as Linux does.
    #[default]
    Segments,
}

impl Counting {
    /// The segments that count when one acknowledgement covers `acked` of them.
    #[must_use]
    pub fn credit(self, acked: Segments) -> Segments {
        match self {
            Self::Acknowledgements => segments(acked.get().min(1.0)),
            Self::Segments => acked,
        }
    }
}

/// The window of a fresh connection: [`INITIAL_WINDOW`] segments, RFC 6928.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "the constant is 10")]
pub fn initial_window() -> Segments {
    segments(INITIAL_WINDOW as f64)
}

/// The window after a timeout, RFC 5681 §3.1: 1 segment.
const LOSS_WINDOW: f64 = 1.0;

/// The least threshold that a loss leaves, RFC 5681 eq. 4: 2 segments.
const LEAST_THRESHOLD: f64 = 2.0;

/// The amount next to `count`: none below zero, the largest float above it.
fn segments(count: f64) -> Segments {
    Segments::new(count.clamp(0.0, f64::MAX)).unwrap_or_default()
}
