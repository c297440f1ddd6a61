//! Callers who wait, in order of coming: who is served next, and what becomes of an offer to one who left.
//!
//! It neither locks nor wakes: wakers are handed back, to be woken outside of the lock. The seats are kept and used again, so
//! a crowd that waits over and over allocates nothing.

use std::task::Waker;

use crate::clock::Tick;

/// No seat.
const NONE: u32 = u32::MAX;

/// Whether a caller needs a place to be found for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// An item, or a place to make one in.
    Either,
    /// An item only: one is being made for it already.
    Item,
}

/// A seat in the line. It is to be given back by [`Line::leave`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket {
    seat: u32,
    turn: u32,
}

/// Callers who wait for an `O`.
pub(super) struct Line<O> {
    seats: Vec<Seat<O>>,
    free: u32,
    first: u32,
    last: u32,
}

struct Seat<O> {
    /// How often the seat was taken: a ticket of an earlier turn is void.
    turn: u32,
    waker: Option<Waker>,
    wish: Wish,
    waits: Waits,
    /// When the wait is over.
    deadline: Tick,
    /// How often somebody else went first.
    passed: u32,
    /// A place that was found for the caller, who waits on.
    grant: Option<O>,
    /// What ended the wait.
    end: Option<O>,
    before: u32,
    /// The next in line, or the next free seat.
    after: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    Yes,
    No,
}

/// What a caller left behind.
pub(super) struct Left<O> {
    /// It was still in line.
    pub(super) waited: bool,
    /// What it was offered and did not take.
    pub(super) offers: [Option<O>; 2],
}

/// What a caller finds who looks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Polled<O> {
    /// Nothing yet.
    Nothing,
    /// An offer; the seat is still the caller's.
    Stays(O),
    /// What ended the wait; the seat was given back.
    Left(O),
}

/// Whether somebody may go first.
#[derive(Debug)]
pub(super) enum Pass {
    /// Nobody waits.
    Nobody,
    /// Yes; the one who waits is to be woken.
    Passed(Option<Waker>),
    /// No, it happened too often.
    Due,
}

impl<O> Line<O> {
    pub(super) const fn new() -> Self {
        Self {
            seats: Vec::new(),
            free: NONE,
            first: NONE,
            last: NONE,
        }
    }

    /// Takes the last place in line, until a deadline.
    pub(super) fn join(&mut self, wish: Wish, deadline: Tick, waker: &Waker) -> Ticket {
        let seat = self.seat();
        let (last, entry) = (self.last, self.at(seat));
        entry.turn = entry.turn.wrapping_add(1);
        entry.wish = wish;
        entry.waits = Waits::Yes;
        entry.deadline = deadline;
        entry.passed = 0;
        entry.waker = Some(waker.clone());
        (entry.before, entry.after) = (last, NONE);
        let turn = entry.turn;
        match last {
            NONE => self.first = seat,
            last => self.at(last).after = seat,
        }
        self.last = seat;
        Ticket { seat, turn }
    }

    /// Ends the wait of the one who has waited longest; the offer comes back when nobody waits.
    pub(super) fn serve(&mut self, offer: O) -> Result<Option<Waker>, O> {
        match self.first {
            NONE => Err(offer),
            first => Ok(self.end(first, offer)),
        }
    }

    /// Ends the wait of that caller; the offer comes back when it waits no longer.
    pub(super) fn serve_one(&mut self, ticket: Ticket, offer: O) -> Result<Option<Waker>, O> {
        let seat = &self.seats[ticket.seat as usize];
        if seat.turn == ticket.turn && seat.waits == Waits::Yes {
            Ok(self.end(ticket.seat, offer))
        } else {
            Err(offer)
        }
    }

    /// Lets somebody else go before the one who has waited longest, who is woken to look for what is left; at most `most`
    /// times.
    pub(super) fn pass(&mut self, most: u32) -> Pass {
        match self.first {
            NONE => Pass::Nobody,
            first => {
                let seat = self.at(first);
                if seat.passed >= most {
                    return Pass::Due;
                }
                seat.passed += 1;
                Pass::Passed(seat.waker.take())
            }
        }
    }

    /// Waits until another deadline from now on.
    pub(super) fn wait_until(&mut self, ticket: Ticket, deadline: Tick) {
        self.at(ticket.seat).deadline = deadline;
    }

    /// Ends the waits whose deadline is over by an `end` each, and gives the next deadline.
    pub(super) fn expire(
        &mut self,
        now: Tick,
        mut end: impl FnMut() -> O,
        mut ended: impl FnMut(Option<Waker>),
    ) -> Option<Tick> {
        let mut next = None;
        let mut seat = self.first;
        while seat != NONE {
            let (after, deadline) = (self.at(seat).after, self.at(seat).deadline);
            if deadline <= now {
                ended(self.end(seat, end()));
            } else {
                next = Some(next.map_or(deadline, |next: Tick| next.min(deadline)));
            }
            seat = after;
        }
        next
    }

    /// Offers a place to the one who has waited longest of those who wish for one. It waits on in its place, for an item.
    pub(super) fn grant(&mut self, place: O) -> Result<Option<Waker>, O> {
        let mut seat = self.first;
        while seat != NONE {
            let entry = self.at(seat);
            if entry.wish == Wish::Either {
                entry.wish = Wish::Item;
                entry.grant = Some(place);
                return Ok(entry.waker.take());
            }
            seat = entry.after;
        }
        Err(place)
    }

    /// Whether somebody wishes for a place.
    pub(super) fn wishes(&self) -> bool {
        let mut seat = self.first;
        while seat != NONE {
            let entry = &self.seats[seat as usize];
            if entry.wish == Wish::Either {
                return true;
            }
            seat = entry.after;
        }
        false
    }

    /// How many wish for a place.
    pub(super) fn wishing(&self) -> u64 {
        let waits = |seat: &&Seat<O>| seat.waits == Waits::Yes && seat.wish == Wish::Either;
        self.seats.iter().filter(waits).count() as u64
    }

    /// What that caller is offered: what ended its wait, or else a place. Without either, it is woken when there is.
    ///
    /// When the wait is over and nothing else is offered, the seat is given back.
    pub(super) fn poll(&mut self, ticket: Ticket, waker: &Waker) -> Polled<O> {
        let seat = self.at(ticket.seat);
        if seat.grant.is_none()
            && let Some(end) = seat.end.take()
        {
            self.free(ticket.seat);
            return Polled::Left(end);
        }
        if let Some(offer) = seat.end.take().or_else(|| seat.grant.take()) {
            return Polled::Stays(offer);
        }
        match &mut seat.waker {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
        Polled::Nothing
    }

    /// Gives the seat of that caller back.
    pub(super) fn leave(&mut self, ticket: Ticket) -> Left<O> {
        let waited = self.at(ticket.seat).waits == Waits::Yes;
        if waited {
            self.unlink(ticket.seat);
        }
        let seat = self.at(ticket.seat);
        let offers = [seat.end.take(), seat.grant.take()];
        self.free(ticket.seat);
        Left { waited, offers }
    }

    fn free(&mut self, seat: u32) {
        let free = self.free;
        let entry = self.at(seat);
        entry.waker = None;
        entry.after = free;
        self.free = seat;
    }

    fn end(&mut self, seat: u32, offer: O) -> Option<Waker> {
        self.unlink(seat);
        let entry = self.at(seat);
        entry.end = Some(offer);
        entry.waker.take()
    }

    fn unlink(&mut self, seat: u32) {
        let entry = self.at(seat);
        entry.waits = Waits::No;
        let (before, after) = (entry.before, entry.after);
        match before {
            NONE => self.first = after,
            before => self.at(before).after = after,
        }
        match after {
            NONE => self.last = before,
            after => self.at(after).before = before,
        }
    }

    /// A seat that nobody has.
    fn seat(&mut self) -> u32 {
        if self.free != NONE {
            let seat = self.free;
            self.free = self.at(seat).after;
            return seat;
        }
        self.seats.push(Seat {
            turn: 0,
            waker: None,
            wish: Wish::Either,
            waits: Waits::No,
            deadline: 0,
            passed: 0,
            grant: None,
            end: None,
            before: NONE,
            after: NONE,
        });
        u32::try_from(self.seats.len() - 1).expect("the gate counts 2²⁴ callers at the most")
    }

    fn at(&mut self, seat: u32) -> &mut Seat<O> {
        &mut self.seats[seat as usize]
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
