//! A timer for who may have to wait.
//!
//! Most readers never wait, and those who do are woken by what they wait for. So the timer is made at the first wait, and
//! moved only when it rang too early: a bound that moves with every piece costs nothing while pieces come.

use std::pin::Pin;
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
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
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
}
