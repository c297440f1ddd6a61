//! The task that closes shared connections which were idle for too long, or are too old and idle.
//!
//! It begins with the first connection and ends when none is left. Nothing depends on its being in time: no call is given
//! a share in a connection that is too old.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

use super::{Sharing, Terms};

/// Rounds in the shortest bound: none is kept for longer than that and an eighth.
const ROUNDS: u32 = 8;
/// A round costs a microsecond.
const SHORTEST: Duration = Duration::from_millis(10);
/// Long against the cost of a round, short against the patience of a server with too many connections.
const LONGEST: Duration = Duration::from_secs(5);

/// Sees to the shared connections of a destination from now on.
pub(super) fn begin(sharing: &Arc<Sharing>, terms: Terms) -> AbortHandle {
    let sharing = Arc::downgrade(sharing);
    let shortest = terms
        .lifetime
        .map_or(terms.idle, |most| most.min(terms.idle));
    let period = (shortest / ROUNDS).clamp(SHORTEST, LONGEST);
    let keeper = tokio::spawn(async move {
        loop {
            sleep(period).await;
            let Some(sharing) = sharing.upgrade() else {
                return;
            };
            if !sharing.keep(&terms, Instant::now()) {
                return;
            }
        }
    });
    keeper.abort_handle()
}
