//! The pace at which an application reads: so much, then not before its time has passed.
//!
//! Due times are ideal, so a late wake-up is made up for by the next one; after a pause nothing is made up for, or the
//! reader would gulp down what came meanwhile. What it leaves alone: reading.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};
use tokio::time::{Instant, Sleep, sleep_until};

/// One read takes as much as arrives in this time at most: well above what timers can resolve, well below what people
/// call a pause.
const BITE_TIME: Duration = Duration::from_millis(10);

/// The most of one read: what a socket is usually read by.
const MAX_BITE: usize = 64 * 1024;

/// What is caught up with: a wake-up may be so late without slowing the reader down.
const PATIENCE: Duration = Duration::from_millis(20);

/// A reader's pace.
#[derive(Debug)]
pub(crate) struct Pace {
    rate: BitRate,
    bite: usize,
    due: Instant,
    sleep: Pin<Box<Sleep>>,
}

impl Pace {
    /// A reader of that rate who starts now.
    pub(crate) fn new(rate: BitRate) -> Self {
        let now = Instant::now();
        let bite = usize::try_from((rate * BITE_TIME).get()).unwrap_or(MAX_BITE);
        Self {
            rate,
            bite: bite.clamp(1, MAX_BITE),
            due: now,
            sleep: Box::pin(sleep_until(now)),
        }
    }

    /// Ready with the most that may be read when the time for it has come. Cancel safe.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        if Instant::now() < self.due {
            if self.sleep.deadline() != self.due {
                self.sleep.as_mut().reset(self.due);
            }
            ready!(self.sleep.as_mut().poll(cx));
        }
        Poll::Ready(self.bite)
    }

    /// As [`Pace::poll_ready`]. Cancel safe.
    pub(crate) async fn ready(&mut self) {
        poll_fn(|cx| self.poll_ready(cx)).await;
    }

    /// Notes that so many bytes were read.
    pub(crate) fn took(&mut self, length: usize) {
        let now = Instant::now();
        let earliest = now.checked_sub(PATIENCE).unwrap_or(now);
        self.due = self.due.max(earliest) + Bytes::new(length as u64) / self.rate;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_second_of_reading_is_a_second_of_the_rate() {
        let mut pace = Pace::new(BitRate::from_bps(8e6).unwrap());
        let start = Instant::now();
        let mut taken = 0;
        while taken < 1_000_000 {
            let bite = poll_fn(|cx| pace.poll_ready(cx)).await;
            pace.took(bite);
            taken += bite;
        }
        // The last bite is taken before its time has passed.
        let elapsed = start.elapsed() + BITE_TIME;
        let error = elapsed.abs_diff(Duration::from_secs(1));
        assert!(error < Duration::from_millis(5), "{elapsed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_not_made_up_for() {
        let mut pace = Pace::new(BitRate::from_bps(8e3).unwrap());
        tokio::time::advance(Duration::from_secs(60)).await;
        let start = Instant::now();
        for _ in 0..10 {
            pace.ready().await;
            pace.took(100);
        }
        // Ten times 100 ms, less the last one and the patience.
        assert!(
            start.elapsed() >= Duration::from_millis(870),
            "{:?}",
            start.elapsed()
        );
    }
}
