//! A stack of slots without a lock: last in, first out (Treiber 1986, "Systems Programming: Coping with Parallelism").
//!
//! The slots are linked by index through [`Slot::below`](super::slab::Slot), so nothing is allocated. The head carries a tag
//! that changes with each push and pop: a thread that was held up between reading the head and swapping it notices that
//! the same slot has been away and came back (the ABA problem), unless exactly 2³² changes happened meanwhile.

use super::slab::{Slab, Slot};
use crate::sync::{AtomicU64, Ordering};

/// The top of a stack, on a cache line of its own: the tag above, and the index and 1 below; 0 there is an empty stack.
#[repr(align(64))]
pub(super) struct Stack(AtomicU64);

/// One more change.
const TAG: u64 = 1 << 32;

impl Stack {
    /// An empty stack.
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Takes the top index off.
    #[inline]
    pub(super) fn pop<T>(&self, slab: &Slab<T>) -> Option<u32> {
        let mut head = self.0.load(Ordering::SeqCst);
        loop {
            let index = top(head).checked_sub(1)?;
            // Of a slot that somebody else has popped meanwhile this is any value, and then the swap fails.
            let below = slab.slot(index).below.load(Ordering::Relaxed);
            let next = (head & !u64::from(u32::MAX)).wrapping_add(TAG) | u64::from(below);
            match self
                .0
                .compare_exchange_weak(head, next, Ordering::SeqCst, Ordering::SeqCst)
            {
                Ok(_) => return Some(index),
                Err(now) => head = now,
            }
        }
    }

    /// Puts an index on top, with its slot, that is in no stack.
    #[inline]
    pub(super) fn push<T>(&self, slot: &Slot<T>, index: u32) {
        let below = &slot.below;
        let mut head = self.0.load(Ordering::Relaxed);
        loop {
            below.store(top(head), Ordering::Relaxed);
            let next = (head & !u64::from(u32::MAX)).wrapping_add(TAG) | u64::from(index + 1);
            match self
                .0
                .compare_exchange_weak(head, next, Ordering::SeqCst, Ordering::Relaxed)
            {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
#[inline]
const fn top(head: u64) -> u32 {
    head as u32
}
