//! The indexes of idle items, in the order in which they are taken.
//!
//! Newest first: a stack for each group of workers, so that those do not fight for one cache line, and who finds its own
//! stack empty borrows from the others. Within a stack the order is exact; between stacks a worker prefers its own.
//! Oldest first: one queue for all, because the order is the point of it. That one is crossbeam's, and no model runs through
//! it.

use crossbeam_queue::SegQueue;
use netopt_core::model::pool::Order;

use super::slab::{Slab, Slot};
use super::stack::Stack;

/// Who asks: the number of a worker thread, of which the low bits choose the stack.
pub(crate) type Worker = u32;

/// Indexes of idle items.
pub(super) enum Idle {
    /// As many stacks as a power of two.
    Newest(Box<[Stack]>),
    /// One queue.
    Oldest(Box<SegQueue<u32>>),
}

impl Idle {
    /// Nothing idle; `groups` is rounded up to a power of two.
    pub(super) fn new(order: Order, groups: u32) -> Self {
        match order {
            Order::Lifo => {
                let groups = groups.max(1).next_power_of_two();
                Self::Newest((0..groups).map(|_| Stack::new()).collect())
            }
            Order::Fifo => Self::Oldest(Box::default()),
        }
    }

    /// The next index, of the worker's own stack if that has one.
    #[inline]
    pub(super) fn pop<T>(&self, slab: &Slab<T>, worker: Worker) -> Option<u32> {
        match self {
            Self::Newest(stacks) => {
                let own = own(stacks, worker);
                stacks[own].pop(slab).or_else(|| {
                    let others = (1..stacks.len()).map(|step| (own + step) & (stacks.len() - 1));
                    others.into_iter().find_map(|other| stacks[other].pop(slab))
                })
            }
            Self::Oldest(queue) => {
                std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
                queue.pop()
            }
        }
    }

    /// Adds an index that is not in here, with its slot.
    #[inline]
    pub(super) fn push<T>(&self, slot: &Slot<T>, worker: Worker, index: u32) {
        match self {
            Self::Newest(stacks) => stacks[own(stacks, worker)].push(slot, index),
            Self::Oldest(queue) => {
                queue.push(index);
                std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
            }
        }
    }
}

#[inline]
const fn own(stacks: &[Stack], worker: Worker) -> usize {
    worker as usize & (stacks.len() - 1)
}
