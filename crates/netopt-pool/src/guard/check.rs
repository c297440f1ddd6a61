//! Whether a connection that was idle is still good, asked before it is lent.

use deadpool::managed::Manager;
use tokio::time::timeout;

use super::Guard;
use crate::stats::CloseReason;

impl<M: Manager> Guard<M> {
    /// Whether the connection may be used and its manager finds it good; else why it is to be given up.
    ///
    /// Cancel safe: a guard that is dropped meanwhile closes its connection.
    #[inline]
    pub(crate) async fn check(&mut self) -> Result<(), CloseReason> {
        let Self { lent, place, .. } = self;
        let Some(lent) = lent else {
            unreachable!("a guard that is checked was not taken")
        };
        let entry = &mut **lent;
        if entry.loans == 0 {
            // Just opened.
            return Ok(());
        }
        let now = place.shared.clock.now();
        if let Some(reason) = place.ends(&entry.ages, now) {
            return Err(reason);
        }
        entry.stamp();
        let recycle = place.manager.recycle(&mut entry.connection, &entry.metrics);
        let good = match place.shared.config.phases.recycle {
            None => recycle.await.is_ok(),
            // Boxed, so that those who set no bound do not carry the timer of one.
            Some(bound) => {
                let good = Box::pin(timeout(bound, recycle)).await;
                good.is_ok_and(|good| good.is_ok())
            }
        };
        let idle = entry.ages.idle(now);
        if good {
            entry.metrics.recycle_count += 1;
            place.found_good(idle);
            Ok(())
        } else {
            place.found_closed(idle, now);
            Err(CloseReason::Dead)
        }
    }
}
