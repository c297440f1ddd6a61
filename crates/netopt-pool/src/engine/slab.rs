//! The slots of one key: fixed places in memory, in segments that are made when they are first needed.
//!
//! A slot never moves and never goes before the slab does, so whoever knows an index may read the slot at any time. Each
//! segment is twice as long as the one before, so a key with few connections costs half a kilobyte and one with many costs
//! 64 bytes a connection. What is in the slots and who owns an index, the lists know.

use std::sync::OnceLock;

use crate::cell::Cell;
use crate::sync::{AtomicU32, AtomicU64, Ordering};

/// Slots of the first segment.
const FIRST: u32 = 8;
/// 8, 16, 32 … 65,536 slots: more than [`super::MOST`] in all.
const SEGMENTS: usize = 14;

/// Room for one item, on a cache line of its own.
#[repr(align(64))]
pub(super) struct Slot<T> {
    pub(super) cell: Cell<T>,
    /// The slot below in the stack that this one is in: its index and 1, or 0 at the bottom.
    pub(super) below: AtomicU32,
    /// How often its item was hit; written by whoever has the item.
    pub(super) hits: AtomicU64,
}

/// Slots by index.
pub(super) struct Slab<T> {
    segments: [OnceLock<Box<[Slot<T>]>>; SEGMENTS],
}

impl<T> Slab<T> {
    /// No segment yet.
    pub(super) fn new() -> Self {
        Self {
            segments: [const { OnceLock::new() }; SEGMENTS],
        }
    }

    /// The slot of an index below [`super::MOST`].
    #[inline]
    pub(super) fn slot(&self, index: u32) -> &Slot<T> {
        if index < FIRST
            && let Some(slots) = self.segments[0].get()
        {
            // By far the most keys have no more than these.
            return &slots[index as usize];
        }
        let (segment, offset) = place(index);
        let slots = match self.segments[segment].get() {
            Some(slots) => slots,
            None => self.make(segment),
        };
        &slots[offset]
    }

    /// How many of the first slots hold an item.
    pub(super) fn full(&self) -> usize {
        self.made().filter(|slot| slot.cell.is_full()).count()
    }

    /// The hits of all slots.
    pub(super) fn hits(&self) -> u64 {
        self.made()
            .map(|slot| slot.hits.load(Ordering::Relaxed))
            .sum()
    }

    fn made(&self) -> impl Iterator<Item = &Slot<T>> {
        self.segments.iter().filter_map(OnceLock::get).flatten()
    }

    #[cold]
    fn make(&self, segment: usize) -> &[Slot<T>] {
        self.segments[segment].get_or_init(|| {
            let length = FIRST << segment;
            (0..length)
                .map(|_| Slot {
                    cell: Cell::empty(),
                    below: AtomicU32::new(0),
                    hits: AtomicU64::new(0),
                })
                .collect()
        })
    }
}

/// The segment of an index, and where in it.
#[inline]
const fn place(index: u32) -> (usize, usize) {
    let segment = (index / FIRST + 1).ilog2();
    let before = FIRST * ((1 << segment) - 1);
    (segment as usize, (index - before) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_fill_one_segment_after_the_other() {
        let mut expected = (0, 0);
        for index in 0..super::super::MOST {
            assert_eq!(place(index), expected, "{index}");
            expected.1 += 1;
            if expected.1 == (FIRST as usize) << expected.0 {
                expected = (expected.0 + 1, 0);
            }
        }
        assert!(place(super::super::MOST).0 < SEGMENTS);
    }
}
