//! The life of one server connection: how many requests it had, whether it is idle, when it has to close.
//!
//! Keep-alive limits are decided here for both versions of HTTP; the server only asks when to shut down. A request is in
//! flight until its answer's body was handed over, so an idle time never cuts an answer off. What it leaves alone:
//! sockets. The close itself is hyper's orderly one, which races with the next request exactly as a real server's does.

use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::KeepAlive;

/// The state that a connection and its requests share.
#[derive(Debug)]
pub(super) struct Lifetime {
    limit: KeepAlive,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    requests: u64,
    in_flight: usize,
    idle_since: Instant,
}

impl Lifetime {
    pub(super) fn new(limit: KeepAlive) -> Arc<Self> {
        Arc::new(Self {
            limit,
            state: Mutex::new(State {
                requests: 0,
                in_flight: 0,
                idle_since: Instant::now(),
            }),
            changed: Notify::new(),
        })
    }

    /// Notes a request.
    pub(super) fn begin(self: &Arc<Self>) -> InFlight {
        let mut state = self.state();
        state.requests += 1;
        state.in_flight += 1;
        let last = matches!(self.limit, KeepAlive::Requests(limit) if state.requests >= limit);
        drop(state);
        self.changed.notify_one();
        InFlight {
            lifetime: Arc::clone(self),
            last,
        }
    }

    /// Returns when the connection has to close. Cancel safe. The runtime's own timer is fine enough for idle times.
    pub(super) async fn over(&self) {
        loop {
            let changed = self.changed.notified();
            let (used_up, idle_since) = {
                let state = self.state();
                let used_up = matches!(self.limit, KeepAlive::Requests(n) if state.requests >= n);
                (used_up, (state.in_flight == 0).then_some(state.idle_since))
            };
            if used_up {
                return;
            }
            let deadline = match (self.limit, idle_since) {
                (KeepAlive::Idle(time) | KeepAlive::Forgotten(time), Some(since)) => {
                    since.checked_add(time)
                }
                _ => None,
            };
            let expired = async {
                match deadline {
                    Some(deadline) => sleep_until(deadline).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                () = changed => {}
                () = expired => return,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request that is not fully answered yet.
#[derive(Debug)]
pub(super) struct InFlight {
    lifetime: Arc<Lifetime>,
    last: bool,
}

impl InFlight {
    /// Whether the connection closes after this request.
    pub(super) const fn is_last(&self) -> bool {
        self.last
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.lifetime.state();
        state.in_flight -= 1;
        state.idle_since = Instant::now();
        drop(state);
        self.lifetime.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    async fn is_over(lifetime: &Lifetime, within: Duration) -> bool {
        let over = lifetime.over();
        tokio::time::timeout(within, over).await.is_ok()
    }

    #[tokio::test]
    async fn the_nth_request_is_the_last() {
        let lifetime = Lifetime::new(KeepAlive::Requests(2));
        assert!(!lifetime.begin().is_last());
        assert!(!is_over(&lifetime, Duration::ZERO).await);
        assert!(lifetime.begin().is_last());
        assert!(is_over(&lifetime, Duration::from_secs(5)).await);
    }

    #[tokio::test]
    async fn a_busy_connection_is_not_idle() {
        let lifetime = Lifetime::new(KeepAlive::Idle(Duration::from_millis(1)));
        let request = lifetime.begin();
        assert!(!is_over(&lifetime, Duration::from_millis(20)).await);
        drop(request);
        assert!(is_over(&lifetime, Duration::from_secs(5)).await);
    }
}
