//! A seat in the line of a key, for as long as a caller waits.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use deadpool::managed::Manager;
use tokio::time::Instant;

use crate::asking::Asking;
use crate::clock::Tick;
use crate::engine::{self, Polled, Ticket, Wish};
use crate::entry::Entry;
use crate::error::{Kind, Phase};
use crate::place::Place;
use crate::shared;
use crate::worker::worker;

/// What a caller is offered who waits.
pub(crate) type Offer<M> = engine::Offer<Entry<<M as Manager>::Type>, Kind<<M as Manager>::Error>>;

/// One wait in so many is timed exactly.
const TIMED: u64 = 8;

/// A seat in line. Dropping it leaves the line, and what was offered meanwhile goes to the next.
pub(crate) struct Seat<'a, M: Manager> {
    place: &'a Arc<Place<M>>,
    /// `None` once the seat was given back.
    ticket: Option<Ticket>,
}

impl<'a, M: Manager> Seat<'a, M> {
    /// Joins the line.
    pub(crate) async fn join(
        place: &'a Arc<Place<M>>,
        wish: Wish,
        asking: &Asking,
    ) -> Result<Self, Kind<M::Error>> {
        let until = asking.until.unwrap_or(Tick::MAX);
        let deadline = match wish {
            Wish::Item => until,
            Wish::Either => {
                let shared = &place.shared;
                until.min(shared.clock.after(shared.config.wait))
            }
        };
        let joined = poll_fn(|cx| Poll::Ready(place.engine.join(wish, deadline, cx.waker()))).await;
        let ticket = joined.map_err(|_| Kind::Closed)?;
        let seat = Self {
            place,
            ticket: Some(ticket),
        };
        if deadline != Tick::MAX {
            (place.tasks.time)(place);
        }
        if wish == Wish::Either && place.shared.total.is_some() {
            (place.tasks.want)(place);
        }
        Ok(seat)
    }

    pub(crate) const fn place(&self) -> &'a Arc<Place<M>> {
        self.place
    }

    /// A connection is being opened for whoever has this seat, who from now on waits as long as that takes.
    pub(crate) fn opening(&self, asking: &Asking) -> Option<Ticket> {
        if let Some(ticket) = self.ticket {
            let until = asking.until.unwrap_or(Tick::MAX);
            self.place.engine.wait_until(ticket, until);
        }
        self.ticket
    }

    /// Waits as long as the pool says, and writes down for how long it was.
    pub(crate) async fn wait_for_place(
        &mut self,
        asking: &Asking,
    ) -> Result<Offer<M>, Kind<M::Error>> {
        let place = self.place;
        let number = place.counts.waited.fetch_add(1, Ordering::Relaxed);
        place.shared.told.waited();
        let begun = number.is_multiple_of(TIMED).then(Instant::now);
        let offer = self.wait().await;
        if let Some(begun) = begun {
            shared::record(&place.shared.waits, begun.elapsed());
        }
        match offer {
            Offer::<M>::Late => {
                let now = place.shared.clock.now();
                Err(match asking.until {
                    Some(until) if now >= until => asking.late(Phase::Wait),
                    _ => Kind::Full {
                        bound: place.engine.limit(),
                        waited: place.shared.config.wait,
                    },
                })
            }
            offer => Ok(offer),
        }
    }

    /// Waits for the next offer.
    pub(crate) async fn wait(&mut self) -> Offer<M> {
        let Some(ticket) = self.ticket else {
            unreachable!("who got what ended the wait does not wait on")
        };
        poll_fn(|cx| match self.place.engine.poll(ticket, cx.waker()) {
            Polled::Stays(offer) => Poll::Ready(offer),
            Polled::Left(offer) => {
                self.ticket = None;
                Poll::Ready(offer)
            }
            Polled::Nothing => match self.place.engine.take(worker()) {
                Some(lent) => Poll::Ready(engine::Offer::Item(lent)),
                None => Poll::Pending,
            },
        })
        .await
    }
}

impl<M: Manager> Drop for Seat<'_, M> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        for offer in self.place.engine.leave(ticket).into_iter().flatten() {
            match offer {
                engine::Offer::Item(lent) => self.place.put(lent),
                engine::Offer::Room(room) => self.place.engine.vacate(room),
                engine::Offer::Failed(_) | engine::Offer::Closed | engine::Offer::Late => {}
            }
        }
    }
}
