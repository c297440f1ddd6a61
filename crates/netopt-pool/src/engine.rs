//! The engine of one key: who has which of the items, who waits, and how many there may be.
//!
//! Each item is in a slot and each slot has an index. An index is always in exactly one of these hands:
//!
//! ```text
//!  fresh, vacant ──reserve──▶ Room ──fill──▶ Lent ──give──▶ idle or the first in line
//!        ▲                     │              │  ▲               │
//!        └──────vacate─────────┴───remove─────┘  └──take, hit────┘
//! ```
//!
//! Taking an idle item and giving it back needs no lock: one look at the [gate](gate), one swap on a [stack](stack), one on
//! the cell of its slot. Only who finds nothing takes the lock of the [line]. What comes back goes to whoever waits longest, from
//! hand to hand, so nobody who comes later can overtake.
//!
//! Two threads may miss each other: one looks for items and then waits, the other looks for callers and then puts an item
//! down. So each does its own part first and looks second: who waits is counted before it looks once more, who puts an
//! item down looks at the gate once more. The models in `loom_tests.rs` run all orders of these steps.
//!
//! It knows no time, no runtime and no connection.

mod gate;
mod giving;
mod idle;
mod line;
mod slab;
mod stack;
mod waiting;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::task::Waker;

use netopt_core::model::pool::Order;

use crate::sync::{AtomicU32, Mutex, Ordering, lock, settle};
use crate::total::Total;
use gate::Gate;
pub(crate) use gate::Refusal;
pub(crate) use giving::Passing;
use idle::Idle;
pub(crate) use idle::Worker;
use line::Line;
pub(crate) use line::{Polled, Ticket, Wish};
use slab::{Slab, Slot};
use stack::Stack;

/// Items of one key at the most: as many as there are ports for connections from one address to another.
pub(crate) const MOST: u32 = 65_535;

/// The items `T` of one key; making one may fail with `F`.
pub(crate) struct Engine<T, F> {
    slab: Slab<Held<T>>,
    idle: Idle,
    gate: Gate,
    /// Indexes that were used and are free again.
    vacant: Stack,
    /// The first index that was never used.
    fresh: AtomicU32,
    limit: AtomicU32,
    /// The bound that it shares with others.
    total: Option<Arc<Total>>,
    line: Mutex<Line<Offer<T, F>>>,
}

/// An item on loan. It knows where it belongs, so that it is one pointer in every hand.
pub(crate) struct Lent<T>(Box<Held<T>>);

struct Held<T> {
    index: u32,
    item: T,
}

/// A place for an item that does not exist yet.
#[derive(Debug)]
pub(crate) struct Room {
    index: u32,
}

/// What a waiting caller gets.
pub(crate) enum Offer<T, F> {
    /// An item.
    Item(Lent<T>),
    /// A place; the caller waits on.
    Room(Room),
    /// The item that was made for the caller could not be made.
    Failed(F),
    /// The key lends no more.
    Closed,
    /// The wait is over.
    Late,
}

impl<T> Lent<T> {
    /// Takes the item out for good; its place is to be vacated.
    pub(crate) fn remove(self) -> (Room, T) {
        let Held { index, item } = *self.0;
        (Room { index }, item)
    }
}

impl<T> Deref for Lent<T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        &self.0.item
    }
}

impl<T> DerefMut for Lent<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0.item
    }
}

impl Room {
    /// Puts the first item in.
    pub(crate) fn fill<T>(self, item: T) -> Lent<T> {
        Lent(Box::new(Held {
            index: self.index,
            item,
        }))
    }
}

impl<T, F> Engine<T, F> {
    /// No items, and room for `limit`, at most [`MOST`]. `groups` of workers keep their idle items apart. There may be
    /// a bound that it shares with others.
    pub(crate) fn new(limit: u32, order: Order, groups: u32, total: Option<Arc<Total>>) -> Self {
        Self {
            slab: Slab::new(),
            idle: Idle::new(order, groups),
            gate: Gate::new(),
            vacant: Stack::new(),
            fresh: AtomicU32::new(0),
            limit: AtomicU32::new(limit.min(MOST)),
            total,
            line: Mutex::new(Line::new()),
        }
    }

    /// An idle item. It is counted among the [hits](Self::hits).
    ///
    /// When others wait there is one only where they are passed, see [`Passing`].
    #[inline]
    pub(crate) fn hit(&self, worker: Worker) -> Option<Lent<T>> {
        let (slot, lent) = self.take_from(worker)?;
        // Who has the item is the only one who counts here, so this need not be one step.
        let hits = slot.hits.load(Ordering::Relaxed) + 1;
        slot.hits.store(hits, Ordering::Relaxed);
        Some(lent)
    }

    /// An idle item.
    #[inline]
    pub(crate) fn take(&self, worker: Worker) -> Option<Lent<T>> {
        self.take_from(worker).map(|(_, lent)| lent)
    }

    #[inline]
    fn take_from(&self, worker: Worker) -> Option<(&Slot<Held<T>>, Lent<T>)> {
        loop {
            let index = self.idle.pop(&self.slab, worker)?;
            let slot = self.slab.slot(index);
            if let Some(held) = slot.cell.take() {
                return Some((slot, Lent(held)));
            }
        }
    }

    /// A place for a new item.
    pub(crate) fn reserve(&self) -> Result<Room, Refusal> {
        self.gate.reserve(self.limit())?;
        if let Some(total) = &self.total
            && !total.take()
        {
            self.gate.release();
            return Err(Refusal::Full);
        }
        // A place taken is an index for whoever took it: it is vacant, or there is a fresh one.
        let index = self
            .vacant
            .pop(&self.slab)
            .unwrap_or_else(|| self.fresh.fetch_add(1, Ordering::Relaxed));
        Ok(Room { index })
    }

    /// Ends the lending if there is neither an item nor a caller.
    pub(crate) fn retire(&self) -> bool {
        self.gate.retire()
    }

    /// Sets how many items there may be, at most [`MOST`]. What is too many is refused as it comes back.
    pub(crate) fn resize(&self, limit: u32) {
        self.limit.store(limit.min(MOST), Ordering::SeqCst);
        self.gate.crowd();
        settle();
        self.grant();
    }

    /// How many items there may be.
    pub(crate) fn limit(&self) -> u32 {
        self.limit.load(Ordering::SeqCst)
    }

    /// Whether there are more items than there may be.
    pub(crate) fn is_crowded(&self) -> bool {
        self.gate.look().size() > self.limit()
    }

    /// Whether somebody waits.
    #[inline]
    pub(crate) fn is_contended(&self) -> bool {
        self.gate.look().waiting() > 0
    }

    /// Whether it lends no more.
    pub(crate) fn is_closed(&self) -> bool {
        self.gate.look().is_closed()
    }

    /// Taken places: items and those being made.
    pub(crate) fn size(&self) -> u32 {
        self.gate.look().size()
    }

    /// Callers in line for whom no item is being made.
    pub(crate) fn waiting(&self) -> u64 {
        match self.gate.look().waiting() {
            0 => 0,
            _ => lock(&self.line).wishing(),
        }
    }

    /// How often an idle item was hit.
    pub(crate) fn hits(&self) -> u64 {
        self.slab.hits()
    }

    /// Idle items. Exact when nobody takes or gives one meanwhile.
    pub(crate) fn idle(&self) -> usize {
        self.slab.full()
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

#[cfg(all(test, not(loom)))]
mod tests;

#[cfg(all(test, loom))]
mod loom_tests;
