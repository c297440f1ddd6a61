//! The one word that says how many places are taken, how many callers wait, and whether the key still lends.
//!
//! All of it is in one word because it is decided at once: a place is taken only if there is room, and a key is retired
//! only if it has neither connections nor waiting callers. Who finds an idle item reads the word and does not write it.

use crate::sync::{AtomicU64, Ordering};

/// Taken places, in the low half.
const SIZE: u64 = (1 << 32) - 1;
/// One waiting caller; at most 2²⁴ - 1 of them.
const WAITER: u64 = 1 << 32;
/// All waiting callers.
const WAITERS: u64 = ((1 << 24) - 1) << 32;
/// Nothing is lent any more, and what comes back is closed.
const CLOSED: u64 = 1 << 62;
/// There are more places taken than there should be: what comes back is looked at.
const CROWDED: u64 = 1 << 61;

/// Places, waiting callers and standing of a key.
#[repr(align(64))]
pub(super) struct Gate(AtomicU64);

/// Why there was no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// All are taken.
    Full,
    /// The key lends no more.
    Closed,
}

/// What the word said at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen(u64);

impl Gate {
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// What it says now. Ordered after a push, and before a pop, of the idle items.
    #[inline]
    pub(super) fn look(&self) -> Seen {
        Seen(self.0.load(Ordering::SeqCst))
    }

    /// Takes a place if fewer than `limit` are taken.
    pub(super) fn reserve(&self, limit: u32) -> Result<(), Refusal> {
        let mut seen = self.0.load(Ordering::SeqCst);
        loop {
            if seen & CLOSED != 0 {
                return Err(Refusal::Closed);
            }
            if seen & SIZE >= u64::from(limit) {
                return Err(Refusal::Full);
            }
            match self
                .0
                .compare_exchange_weak(seen, seen + 1, Ordering::SeqCst, Ordering::SeqCst)
            {
                Ok(_) => return Ok(()),
                Err(now) => seen = now,
            }
        }
    }

    /// Gives a place back that was taken.
    pub(super) fn release(&self) -> Seen {
        Seen(self.0.fetch_sub(1, Ordering::SeqCst) - 1)
    }

    /// One more caller waits.
    pub(super) fn join(&self) -> Seen {
        Seen(self.0.fetch_add(WAITER, Ordering::SeqCst))
    }

    /// A caller no longer waits.
    pub(super) fn leave(&self) {
        self.0.fetch_sub(WAITER, Ordering::SeqCst);
    }

    /// Ends the lending.
    pub(super) fn close(&self) {
        self.0.fetch_or(CLOSED, Ordering::SeqCst);
    }

    /// Ends the lending if no place is taken and nobody waits.
    pub(super) fn retire(&self) -> bool {
        let ends = self
            .0
            .compare_exchange(0, CLOSED, Ordering::SeqCst, Ordering::SeqCst);
        ends.is_ok()
    }

    /// Has what comes back looked at.
    pub(super) fn crowd(&self) {
        self.0.fetch_or(CROWDED, Ordering::SeqCst);
    }

    /// What comes back may stay again.
    pub(super) fn thin(&self) {
        self.0.fetch_and(!CROWDED, Ordering::SeqCst);
    }
}

impl Seen {
    /// Nobody waits, and what comes back may stay.
    #[inline]
    pub(super) const fn is_calm(self) -> bool {
        self.0 & !SIZE == 0
    }

    pub(super) const fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    pub(super) const fn is_crowded(self) -> bool {
        self.0 & CROWDED != 0
    }

    pub(super) const fn size(self) -> u32 {
        (self.0 & SIZE) as u32
    }

    pub(super) const fn waiting(self) -> u32 {
        ((self.0 & WAITERS) >> 32) as u32
    }
}
