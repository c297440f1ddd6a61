//! Fetching anew behind a caller's back: few at a time, and never longer than the cache lives.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;

use super::stored::Stored;

/// So many at once; an answer beyond is fetched anew by a later call.
const MOST: usize = 64;

/// The tasks that fetch. Dropping it ends them.
#[derive(Debug, Default)]
pub(super) struct Refreshes(Mutex<JoinSet<()>>);

impl Refreshes {
    /// Runs `fetch` unless this answer is being fetched already, or too many are.
    pub(super) fn begin<F>(&self, stored: &Arc<Stored>, fetch: impl FnOnce() -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while running.try_join_next().is_some() {}
        if running.len() < MOST && stored.begin_refresh() {
            let over = Over(Arc::clone(stored));
            let fetch = fetch();
            running.spawn(async move {
                fetch.await;
                drop(over);
            });
        }
    }
}

/// However the task ends, the next may begin.
struct Over(Arc<Stored>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.refreshed();
    }
}
