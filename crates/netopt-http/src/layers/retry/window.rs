//! A sum that forgets what is older than its span.
//!
//! The span is ten slices; what was added in a slice is forgotten all at once when the slice is a span old. That is
//! Finagle's `WindowedAdder`, so that a [`super::Budget`] has the same balance as one of Finagle at any moment.

use std::time::Duration;

use tokio::time::Instant;

/// Slices of the span: the running one and nine before it.
const SLICES: u8 = 10;

/// A sum over the last span.
#[derive(Debug)]
pub(super) struct Window {
    slice: Duration,
    /// The past slices in a ring; `next` is the oldest.
    past: [i64; SLICES as usize - 1],
    next: usize,
    running: i64,
    /// When the running slice began.
    began: Instant,
}

impl Window {
    pub(super) fn new(span: Duration, now: Instant) -> Self {
        Self {
            slice: span / u32::from(SLICES),
            past: [0; SLICES as usize - 1],
            next: 0,
            running: 0,
            began: now,
        }
    }

    pub(super) fn add(&mut self, now: Instant, amount: i64) {
        self.turn_to(now);
        self.running += amount;
    }

    pub(super) fn sum(&mut self, now: Instant) -> i64 {
        self.turn_to(now);
        self.running + self.past.iter().sum::<i64>()
    }

    /// Forgets what is too old at `now`.
    fn turn_to(&mut self, now: Instant) {
        let since = now.saturating_duration_since(self.began);
        if since < self.slice {
            return;
        }
        let full = std::mem::take(&mut self.running);
        self.push(full);
        // Slices in which nobody came.
        let slices = since.as_nanos() / self.slice.as_nanos().max(1);
        let empty = usize::try_from(slices - 1).unwrap_or(usize::MAX);
        for _ in 0..empty.min(self.past.len()) {
            self.push(0);
        }
        self.began = now;
    }

    fn push(&mut self, amount: i64) {
        self.past[self.next] = amount;
        self.next = (self.next + 1) % self.past.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SPAN: Duration = Duration::from_secs(10);

    proptest! {
        #[test]
        fn nothing_is_forgotten_before_nine_tenths_of_the_span_nor_kept_after_two(
            gaps in prop::collection::vec(0u64..3000, 1..60),
        ) {
            let start = Instant::now();
            let mut window = Window::new(SPAN, start);
            let mut now = start;
            let mut added: Vec<Instant> = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                window.add(now, 1);
                added.push(now);
                let sum = usize::try_from(window.sum(now)).unwrap();
                let younger = |span: Duration| added.iter().filter(|at| now - **at < span).count();
                // Finagle dates a slice from when somebody came, so its nine past ones may be a little longer each.
                prop_assert!(sum >= younger(SPAN * 8 / 10), "{sum} {added:?}");
                prop_assert!(sum <= younger(SPAN * 2), "{sum} {added:?}");
            }
            prop_assert_eq!(window.sum(now + SPAN * 2), 0);
        }
    }
}
