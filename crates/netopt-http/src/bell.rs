//! A timer for who may have to wait.
//!
//! Most readers never wait, and those who do are woken by what they wait for. So the timer is made at the first wait, and
//! moved only when it rang too early: a bound that moves with every piece costs nothing while pieces come. For the same reason
//! the calls of a connection, one after the other, hand theirs on: it rings once a while for nobody, and no call arms it.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is made when it is first waited for.
#[derive(Debug, Default)]
pub(crate) struct Bell(Option<Pin<Box<Sleep>>>);

impl Bell {
    /// Ready at `due`, which may be another moment each time.
    pub(crate) fn poll(&mut self, due: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(due)));
        if sleep.deadline() > due {
            sleep.as_mut().reset(due);
        }
        while sleep.as_mut().poll(cx).is_ready() {
            if sleep.deadline() >= due {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(due);
        }
        Poll::Pending
    }

    /// What `future` comes to; `None` when it has not ended by `due`.
    ///
    /// Cancel safe if `future` is.
    pub(crate) async fn bound<F: Future>(&mut self, due: Instant, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            self.poll(due, cx).map(|()| None)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_rings_when_it_was_last_told_to() {
        let start = Instant::now();
        let after = |millis| start + Duration::from_millis(millis);
        for (first, last) in [(10, 30), (30, 10), (20, 20)] {
            let mut bell = Bell::default();
            let began = Instant::now() - start;
            let mut asked = false;
            poll_fn(|cx| {
                let due = if asked { last } else { first };
                let was = bell.poll(after(due) + began, cx);
                if !asked {
                    asked = true;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                was
            })
            .await;
            assert_eq!(start.elapsed() - began, Duration::from_millis(last));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_was_armed_for_an_earlier_call_bounds_a_later_one() {
        let mut bell = Bell::default();
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let sleep = |millis| sleep_until(at(millis));
        assert_eq!(bell.bound(at(30), sleep(10)).await, Some(()));
        assert_eq!(
            bell.bound(at(50), sleep(40)).await,
            Some(()),
            "armed for 30"
        );
        assert_eq!(bell.bound(at(60), sleep(70)).await, None);
        assert_eq!(start.elapsed(), Duration::from_millis(60));
        assert_eq!(bell.bound(at(65), sleep(70)).await, None);
        assert_eq!(start.elapsed(), Duration::from_millis(65));
    }
}
