//! Wakes tasks at a deadline, on time to about a tenth of a millisecond.
//!
//! The runtime's timer wheel has slots of one millisecond and rounds up, so a service time of 1 ms would become 1.5 ms
//! on average and a round trip of 2 ms would become 3 ms. A lab that claims to know the truth cannot be off by that
//! much, and spinning would take a core from the program under test. One thread that parks on a condition variable
//! has the kernel's high-resolution timer (50 µs of slack on Linux) and costs nothing while it waits.
//!
//! What it leaves alone: the task still has to be scheduled after it was woken; a busy runtime is late all the same,
//! and whoever cares counts that lateness.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::sync::oneshot;
use tokio::time::Instant;

/// A handle to the waking thread, which ends when the last handle is gone.
#[derive(Debug, Clone)]
pub(crate) struct Alarm {
    owner: Arc<Owner>,
}

impl Alarm {
    /// Starts the thread.
    pub(crate) fn start() -> io::Result<Self> {
        let clock = Arc::new(Clock::default());
        let theirs = Arc::clone(&clock);
        let _detached = thread::Builder::new()
            .name("lab-alarm".to_owned())
            .spawn(move || theirs.run())?;
        Ok(Self {
            owner: Arc::new(Owner(clock)),
        })
    }

    /// Returns at `deadline`, at once if it has passed. Cancel safe: a dropped wait leaves nothing but a spent entry
    /// in the queue until its deadline.
    pub(crate) async fn until(&self, deadline: Instant) {
        if Instant::now() >= deadline {
            return;
        }
        let (bell, rung) = oneshot::channel();
        self.owner.0.set(deadline, bell);
        // The thread outlives `self`, so the bell is either rung or the process is going down.
        let _ = rung.await;
    }
}

/// Ends the thread when dropped. The thread itself holds the clock, not the owner.
#[derive(Debug)]
struct Owner(Arc<Clock>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.queue().ended = true;
        self.0.changed.notify_one();
    }
}

/// The deadlines, and the thread that waits for the next of them.
#[derive(Debug, Default)]
struct Clock {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: BinaryHeap<Reverse<Entry>>,
    entered: u64,
    ended: bool,
}

impl Clock {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // The queue is consistent between any two statements, so a poisoned lock says nothing about it.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, deadline: Instant, bell: oneshot::Sender<()>) {
        let mut queue = self.queue();
        queue.entered += 1;
        let number = queue.entered;
        let next = queue.waiting.peek().map(|Reverse(first)| first.deadline);
        queue.waiting.push(Reverse(Entry {
            deadline,
            number,
            bell,
        }));
        drop(queue);
        if next.is_none_or(|next| deadline < next) {
            self.changed.notify_one();
        }
    }

    fn run(&self) {
        let mut queue = self.queue();
        while !queue.ended {
            let now = Instant::now();
            let Some(Reverse(first)) = queue.waiting.peek() else {
                queue = self
                    .changed
                    .wait(queue)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = first.deadline.saturating_duration_since(now);
            if left.is_zero() {
                if let Some(Reverse(due)) = queue.waiting.pop() {
                    // Nobody listens any more when the wait was cancelled.
                    let _ = due.bell.send(());
                }
            } else {
                let (woken, _) = self
                    .changed
                    .wait_timeout(queue, left)
                    .unwrap_or_else(PoisonError::into_inner);
                queue = woken;
            }
        }
    }
}

/// One wait. Ordered by deadline, then by order of entry.
#[derive(Debug)]
struct Entry {
    deadline: Instant,
    number: u64,
    bell: oneshot::Sender<()>,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.deadline, self.number).cmp(&(other.deadline, other.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::task::JoinSet;

    #[tokio::test]
    async fn wakes_in_order_of_deadline_and_never_early() {
        let alarm = Alarm::start().unwrap();
        let start = Instant::now();
        let mut waits = JoinSet::new();
        for ms in [9_u64, 3, 6, 0] {
            let alarm = alarm.clone();
            waits.spawn(async move {
                let deadline = start + Duration::from_millis(ms);
                alarm.until(deadline).await;
                assert!(Instant::now() >= deadline);
                ms
            });
        }
        assert_eq!(waits.join_all().await, [0, 3, 6, 9]);
    }

    #[tokio::test]
    async fn a_cancelled_wait_disturbs_no_other() {
        let alarm = Alarm::start().unwrap();
        let soon = Instant::now() + Duration::from_millis(2);
        drop(tokio::time::timeout(Duration::ZERO, alarm.until(soon)).await);
        alarm.until(soon + Duration::from_millis(2)).await;
        assert!(Instant::now() >= soon + Duration::from_millis(2));
    }

    #[tokio::test]
    async fn the_thread_ends_with_the_last_handle() {
        let alarm = Alarm::start().unwrap();
        let clock = Arc::downgrade(&alarm.owner.0);
        let second = alarm.clone();
        drop(alarm);
        second
            .until(Instant::now() + Duration::from_millis(1))
            .await;
        drop(second);
        for _ in 0..1000 {
            if clock.strong_count() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("the thread still holds its clock after a second");
    }
}
