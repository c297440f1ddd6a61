//! A cell that holds one boxed item or none, and hands it to exactly one taker.
//!
//! This is the only unsafe code of the crate. It does not rely on the lists around it: whatever indexes they lose or
//! hand out twice, an item is never owned by two. What they can get wrong is to leak an item, and that is safe.
#![expect(
    unsafe_code,
    reason = "a box that changes hands through an atomic pointer has no safe form"
)]

use std::marker::PhantomData;
use std::ptr;

use crate::sync::{AtomicPtr, Ordering};

/// Room for one boxed item.
pub(crate) struct Cell<T> {
    item: AtomicPtr<T>,
    /// Sends and shares as a lock around the item would: an atomic pointer alone would be shared for any `T`.
    _owns: PhantomData<std::sync::Mutex<Box<T>>>,
}

impl<T> Cell<T> {
    /// A cell without an item.
    pub(crate) fn empty() -> Self {
        Self {
            item: AtomicPtr::new(ptr::null_mut()),
            _owns: PhantomData,
        }
    }

    /// Takes the item out, if there is one.
    #[inline]
    pub(crate) fn take(&self) -> Option<Box<T>> {
        let item = self.item.swap(ptr::null_mut(), Ordering::Acquire);
        if item.is_null() {
            return None;
        }
        // SAFETY: the only pointers that get into the cell, besides null, come from `Box::into_raw` in `put`. The swap
        // took this one out in one step, so nobody else finds it, and the acquire pairs with the release of `put`, so
        // that all that was written to the item before is visible.
        Some(unsafe { Box::from_raw(item) })
    }

    /// Puts an item in. The cell is empty; an item that were in it would be leaked.
    #[inline]
    pub(crate) fn put(&self, item: Box<T>) {
        self.item.store(Box::into_raw(item), Ordering::Release);
    }

    /// Whether there is an item just now.
    pub(crate) fn is_full(&self) -> bool {
        !self.item.load(Ordering::Relaxed).is_null()
    }
}

impl<T> Drop for Cell<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}
