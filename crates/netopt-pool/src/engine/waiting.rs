//! Callers who wait: they join the line, are offered something, leave, or are told why nothing comes.

use std::task::Waker;

use super::{Engine, Offer, Polled, Refusal, Ticket, Wish, wake};
use crate::clock::Tick;
use crate::sync::{lock, settle};

impl<T, F> Engine<T, F> {
    /// Joins the line until a deadline. Whoever does is to look for an item or a place once more before it waits.
    pub(crate) fn join(
        &self,
        wish: Wish,
        deadline: Tick,
        waker: &Waker,
    ) -> Result<Ticket, Refusal> {
        let mut line = lock(&self.line);
        if self.gate.look().is_closed() {
            return Err(Refusal::Closed);
        }
        let ticket = line.join(wish, deadline, waker);
        self.gate.join();
        drop(line);
        settle();
        Ok(ticket)
    }

    /// What a waiting caller is offered. It is to look for an item after that, because it may have been passed.
    pub(crate) fn poll(&self, ticket: Ticket, waker: &Waker) -> Polled<Offer<T, F>> {
        let polled = lock(&self.line).poll(ticket, waker);
        settle();
        polled
    }

    /// Sets another deadline for a caller who waits.
    pub(crate) fn wait_until(&self, ticket: Ticket, deadline: Tick) {
        lock(&self.line).wait_until(ticket, deadline);
    }

    /// Ends the waits that are over, and gives the deadline of the next.
    pub(crate) fn expire(&self, now: Tick) -> Option<Tick> {
        let mut wakers = Vec::new();
        let mut line = lock(&self.line);
        let next = line.expire(
            now,
            || Offer::Late,
            |waker| {
                self.gate.leave();
                wakers.push(waker);
            },
        );
        drop(line);
        wakers.into_iter().for_each(wake);
        next
    }

    /// Leaves the line. What was offered meanwhile is handed back, to be passed on.
    pub(crate) fn leave(&self, ticket: Ticket) -> [Option<Offer<T, F>>; 2] {
        let mut line = lock(&self.line);
        let left = line.leave(ticket);
        if left.waited {
            self.gate.leave();
        }
        left.offers
    }

    /// Tells the caller for whom an item was being made that it could not be. It comes back if the caller has been served.
    pub(crate) fn fail(&self, ticket: Ticket, failure: F) -> Result<(), F> {
        let mut line = lock(&self.line);
        match line.serve_one(ticket, Offer::Failed(failure)) {
            Ok(waker) => {
                self.gate.leave();
                drop(line);
                wake(waker);
                Ok(())
            }
            Err(Offer::Failed(failure)) => Err(failure),
            Err(_) => unreachable!("the line gives back what it was offered"),
        }
    }

    /// Ends the lending: who waits is told so, and what comes back is refused. What is idle is still to be taken.
    pub(crate) fn close(&self) {
        self.gate.close();
        let mut wakers = Vec::new();
        let mut line = lock(&self.line);
        while let Ok(waker) = line.serve(Offer::Closed) {
            self.gate.leave();
            wakers.push(waker);
        }
        drop(line);
        settle();
        wakers.into_iter().for_each(wake);
    }
}
