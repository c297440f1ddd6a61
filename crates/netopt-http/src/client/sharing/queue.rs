//! The line of calls for which no connection has room.
//!
//! A peer takes so many calls at once on a connection (RFC 9113 §5.1.2). The engine would let those beyond wait by itself, but
//! then they would belong to a connection that may be wound up meanwhile, and their wait would look like the server's. So
//! they wait here, in order of asking, and whoever comes while others wait goes to the end.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{Mutex, MutexGuard, Notify};

/// The line at one destination.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    head: Mutex<()>,
    waiting: AtomicU32,
    freed: Notify,
}

/// The place at the head of the line. Dropping it lets the next one there.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    queue: &'a Queue,
    _turn: MutexGuard<'a, ()>,
    _counted: Counted<'a>,
}

#[derive(Debug)]
struct Counted<'a>(&'a Queue);

impl Queue {
    /// Whether somebody waits.
    pub(super) fn is_used(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// There may be room now.
    pub(crate) fn free(&self) {
        self.freed.notify_one();
    }

    /// Waits until all who came before are gone.
    ///
    /// Cancel safe: who gives up leaves the line.
    pub(crate) async fn join(&self) -> Head<'_> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let counted = Counted(self);
        Head {
            queue: self,
            _turn: self.head.lock().await,
            _counted: counted,
        }
    }
}

impl Head<'_> {
    /// Waits until there may be room. What came free since the last look counts.
    pub(crate) async fn wait(&self) {
        self.queue.freed.notified().await;
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn who_came_first_is_served_first_and_nothing_freed_is_lost() {
        let queue = Arc::new(Queue::default());
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let mut waiting = Vec::new();
        for number in 0..3 {
            let (queue, tell) = (Arc::clone(&queue), tell.clone());
            waiting.push(tokio::spawn(async move {
                let head = queue.join().await;
                head.wait().await;
                tell.send(number).unwrap();
            }));
            yield_now().await;
        }
        assert!(queue.is_used());
        waiting[1].abort();
        queue.free();
        assert_eq!(told.recv().await, Some(0));
        // Before the next one looks.
        queue.free();
        assert_eq!(told.recv().await, Some(2));
        for call in waiting {
            call.await.ok();
        }
        assert!(!queue.is_used());
    }
}
