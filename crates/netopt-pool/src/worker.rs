//! The number of a thread, by which workers are told apart.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::engine::Worker;

static NEXT: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static NUMBER: Cell<Worker> = const { Cell::new(Worker::MAX) };
}

/// The number of this thread: given out in turn, so that the low bits of few threads differ.
#[inline]
pub(crate) fn worker() -> Worker {
    let number = NUMBER.get();
    if number == Worker::MAX {
        first()
    } else {
        number
    }
}

#[cold]
fn first() -> Worker {
    let number = NEXT.fetch_add(1, Ordering::Relaxed) & (Worker::MAX >> 1);
    NUMBER.set(number);
    number
}
