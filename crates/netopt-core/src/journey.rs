//! What the layers around a client did for one call: attempts, hedges, redirects, the cache, sharing.
//!
//! The call that its caller sees may be several on the wire, or none. An [`crate::exchange::Exchange`] is of the attempt
//! whose answer was used; this tells of the others.

use std::time::Duration;

/// What the layers did for one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Journey {
    /// Requests that were sent beyond the first, because an earlier one failed.
    pub retries: u32,
    /// Requests that were sent beside an earlier one, because it took long.
    pub hedges: u32,
    /// Redirects that were followed.
    pub redirects: u32,
    /// Those of them that say that it will always be so (301, 308).
    pub moved: u32,
    /// From the start of the call until the last redirect was there; zero without one.
    pub redirected: Duration,
    /// What the cache did; `None` without one, and for a call that it is not for.
    pub cache: Option<CacheUse>,
    /// Whether the answer is that of an identical call which was in flight already.
    pub shared: bool,
    /// Whether a limit of the client's own refused it.
    pub limited: bool,
    /// How long the connection had been idle that broke under an earlier attempt of the call, of several the shortest; `None`
    /// when none broke, and where the kernel does not tell.
    pub broken_after: Option<Duration>,
}

/// What a cache did for a call (RFC 9111).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheUse {
    /// A fresh answer was kept.
    Hit,
    /// A stale answer was given while it is fetched anew (RFC 5861, `stale-while-revalidate`).
    Stale,
    /// A stale answer was given because the server failed (RFC 5861, `stale-if-error`).
    StaleOnError,
    /// The server said that the kept answer is still good.
    Revalidated,
    /// Nothing was kept; the answer may be now.
    Miss,
}

impl CacheUse {
    /// All that a cache can do, in the order of their declaration.
    pub const ALL: [Self; 5] = [
        Self::Hit,
        Self::Stale,
        Self::StaleOnError,
        Self::Revalidated,
        Self::Miss,
    ];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Stale => "stale",
            Self::StaleOnError => "stale_on_error",
            Self::Revalidated => "revalidated",
            Self::Miss => "miss",
        }
    }
}
