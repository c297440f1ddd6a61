//! What the benches ask of a pool.

use std::future::Future;

use tokio::task::yield_now;

/// How long an object is held.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hold {
    /// It goes back at once.
    Never,
    /// Until all other tasks that are ready have had their turn.
    ForOneYield,
    /// For a millisecond, as a call on a network.
    ForAMilli,
}

impl Hold {
    pub(crate) async fn over(self) {
        match self {
            Self::Never => {}
            Self::ForOneYield => yield_now().await,
            Self::ForAMilli => tokio::time::sleep(std::time::Duration::from_millis(1)).await,
        }
    }
}

/// Lends objects.
pub(crate) trait Lend: Send + Sync + 'static {
    /// Takes an object, tells how long that took, holds it and gives it back.
    fn lend(&self, hold: Hold, taken: impl FnOnce() + Send) -> impl Future<Output = ()> + Send;
}
