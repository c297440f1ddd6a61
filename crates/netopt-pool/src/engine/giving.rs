//! What becomes of an item, or of a place, that somebody gives back.

use super::line::Pass;
use super::{Engine, Lent, Offer, Room, Worker, wake};
use crate::sync::{lock, settle};

/// Whether somebody else may have an item before the one who has waited longest.
///
/// From hand to hand an item costs a task switch. Where items are held for less than that, switching would be all that
/// happens: the one who gives an item back, and is still running, could have used it many times meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    /// Up to [`PASSES`] times.
    Allowed,
    /// The item goes from hand to hand.
    Never,
}

/// How often the one who has waited longest can be passed: the switch that is saved is spread over so many loans.
pub(super) const PASSES: u32 = 16;

impl<T, F> Engine<T, F> {
    /// Gives an item to whoever waits longest, or lays it down. It comes back when it is to be removed: the key lends no
    /// more, or has more items than it should.
    #[inline]
    pub(crate) fn give(
        &self,
        worker: Worker,
        lent: Lent<T>,
        passing: Passing,
    ) -> Result<(), Lent<T>> {
        if self.gate.look().is_calm() {
            self.lay_down(worker, lent);
            if self.gate.look().is_calm() {
                return Ok(());
            }
            match self.take(worker) {
                // Somebody else found it.
                None => Ok(()),
                Some(lent) => self.give_slowly(worker, lent, passing),
            }
        } else {
            self.give_slowly(worker, lent, passing)
        }
    }

    #[cold]
    fn give_slowly(
        &self,
        worker: Worker,
        mut lent: Lent<T>,
        passing: Passing,
    ) -> Result<(), Lent<T>> {
        let mut passes = passing == Passing::Allowed;
        loop {
            let seen = self.gate.look();
            if seen.is_closed() {
                return Err(lent);
            }
            if seen.is_crowded() {
                if seen.size() > self.limit() {
                    return Err(lent);
                }
                self.gate.thin();
                if self.is_crowded() {
                    // It was made smaller meanwhile.
                    self.gate.crowd();
                }
            }
            if !passes {
                lent = match self.serve(lent) {
                    Ok(()) => return Ok(()),
                    Err(lent) => lent,
                };
            }
            self.lay_down(worker, lent);
            if passes && self.pass() && !self.gate.look().is_closed() {
                return Ok(());
            }
            passes = false;
            if self.gate.look().is_calm() {
                return Ok(());
            }
            match self.take(worker) {
                None => return Ok(()),
                Some(other) => lent = other,
            }
        }
    }

    /// Leaves an item that was laid down to whoever takes it first, and wakes the one who has waited longest.
    fn pass(&self) -> bool {
        // The item lies there by now, and who waits looks for one after it left its waker: so it is found or woken.
        let pass = lock(&self.line).pass(PASSES);
        match pass {
            Pass::Nobody => true,
            Pass::Passed(waker) => {
                wake(waker);
                true
            }
            Pass::Due => false,
        }
    }

    /// Puts an item down for anybody to find. Whether somebody waits is to be looked at after.
    #[inline]
    fn lay_down(&self, worker: Worker, lent: Lent<T>) {
        let index = lent.0.index;
        let slot = self.slab.slot(index);
        slot.cell.put(lent.0);
        self.idle.push(slot, worker, index);
        settle();
    }

    fn serve(&self, lent: Lent<T>) -> Result<(), Lent<T>> {
        let mut line = lock(&self.line);
        match line.serve(Offer::Item(lent)) {
            Ok(waker) => {
                self.gate.leave();
                drop(line);
                wake(waker);
                Ok(())
            }
            Err(Offer::Item(lent)) => Err(lent),
            Err(_) => unreachable!("the line gives back what it was offered"),
        }
    }

    /// Gives a place up, to whoever wishes for one.
    pub(crate) fn vacate(&self, room: Room) {
        let mut room = room;
        let seen = self.gate.look();
        if seen.waiting() > 0 && seen.size() <= self.limit() && !seen.is_closed() {
            let mut line = lock(&self.line);
            match line.grant(Offer::Room(room)) {
                Ok(waker) => {
                    drop(line);
                    wake(waker);
                    return;
                }
                Err(Offer::Room(back)) => room = back,
                Err(_) => unreachable!("the line gives back what it was offered"),
            }
        }
        self.vacant.push(self.slab.slot(room.index), room.index);
        let after = self.gate.release();
        if let Some(total) = &self.total {
            total.release();
        }
        if after.waiting() > 0 {
            self.grant();
        }
    }

    /// Finds places for those who wish for one, as long as there are any.
    pub(crate) fn grant(&self) {
        loop {
            let mut line = lock(&self.line);
            if !line.wishes() {
                return;
            }
            let Ok(room) = self.reserve() else { return };
            let granted = line.grant(Offer::Room(room));
            drop(line);
            if let Ok(waker) = granted {
                wake(waker);
            }
        }
    }
}
