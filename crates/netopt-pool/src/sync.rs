//! Atomics and locks of the engine: those of the standard library, or those of loom when its models run.
//!
//! A build with `--cfg loom` explores every order in which threads can interleave. All else of the crate uses the standard
//! library directly, because no model runs through it.

#[cfg(loom)]
pub(crate) use loom::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence},
};
#[cfg(not(loom))]
pub(crate) use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering},
};

/// Between a write and a read of two different words, each of which another thread does in the other order.
///
/// Both operations around it are sequentially consistent, so it does nothing. Loom takes such operations for acquire and
/// release and needs the fence in their place.
#[inline]
pub(crate) fn settle() {
    #[cfg(loom)]
    fence(Ordering::SeqCst);
}

/// The lock, whoever died with it: what it guards is whole between any two statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
