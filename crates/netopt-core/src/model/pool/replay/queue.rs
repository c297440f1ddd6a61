//! The pool itself: places on loan in a heap by when they come back, idle connections in a row by how long they idle.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::num::NonZeroU32;
use std::time::Duration;

use super::{Habits, Order, Trace};

/// What became of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Served {
    /// When it asked for a connection.
    pub(super) arrival: Duration,
    /// When it had a place.
    pub(super) start: Duration,
    /// When it gave the place back.
    pub(super) end: Duration,
    /// Connections held when it had its place, this one included; `None` if the connection was there already.
    pub(super) opened: Option<usize>,
}

impl Served {
    /// The time in line.
    pub(super) fn wait(&self) -> Duration {
        self.start.saturating_sub(self.arrival)
    }
}

/// Sends every call of the trace through the pool, in order of arrival.
pub(super) fn serve(
    trace: &Trace,
    size: Option<NonZeroU32>,
    habits: &Habits,
    mut each: impl FnMut(Served),
) {
    let size = size.map_or(usize::MAX, |size| size.get() as usize);
    let life = [habits.idle_timeout, habits.server_keep_alive];
    let life = life.into_iter().flatten().min().unwrap_or(Duration::MAX);
    let mut busy = BinaryHeap::new();
    let mut idle = VecDeque::new();
    for call in trace.calls() {
        let now = call.arrival;
        while let Some(&Reverse(back)) = busy.peek()
            && back <= now
        {
            busy.pop();
            idle.push_back(back);
        }
        while idle
            .front()
            .is_some_and(|&since| now.saturating_sub(since) >= life)
        {
            idle.pop_front();
        }
        let found = match habits.order {
            Order::Lifo => idle.pop_back(),
            Order::Fifo => idle.pop_front(),
        };
        let (start, fresh) = if found.is_some() {
            (now, false)
        } else if busy.len() < size {
            (now, true)
        } else {
            // The place changes hands without idling; but what may not idle at all is not handed on.
            let Reverse(back) = busy.pop().expect("a pool has at least one place");
            (back, life.is_zero())
        };
        let held = if fresh {
            habits.connect.saturating_add(call.hold)
        } else {
            call.hold
        };
        let end = start.saturating_add(held);
        busy.push(Reverse(end));
        each(Served {
            arrival: now,
            start,
            end,
            // One is opened only when none is idle: those on loan are all that are held.
            opened: fresh.then_some(busy.len()),
        });
    }
}
