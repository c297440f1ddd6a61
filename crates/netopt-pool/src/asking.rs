//! The way of a caller who found nothing idle: a place to open a connection in, or a seat in line.

use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::Manager;
use tokio::time::Instant;

use crate::clock::Tick;
use crate::engine::{Lent, Refusal, Wish};
use crate::entry::Entry;
use crate::error::{Kind, Phase};
use crate::guard::{Guard, Origin};
use crate::opening::{self, Spot};
use crate::place::{Local, Place};
use crate::seat::{Offer, Seat};
use crate::shared::Shared;
use crate::stats::Counts;
use crate::worker::worker;

/// A caller and its time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking {
    /// When it asked, if somebody wants to know.
    asked: Option<Instant>,
    /// When all of it is to be over.
    pub(crate) until: Option<Tick>,
    whole: Duration,
}

/// What a caller found.
pub(crate) enum Found<M: Manager> {
    /// A connection.
    Lent(Guard<M>),
    /// A place for one.
    Spot(Spot<M>),
}

impl Asking {
    /// A caller who asks now.
    pub(crate) fn now(shared: &Shared) -> Self {
        let whole = shared.config.phases.whole;
        Self {
            asked: shared.times_all().then(Instant::now),
            until: whole.map(|whole| {
                // It may be the first who ever asks.
                shared.clock.look();
                shared.clock.after(whole)
            }),
            whole: whole.unwrap_or_default(),
        }
    }

    /// What is left for a step that may take so long.
    pub(crate) fn left(&self, step: Option<Duration>, now: Tick) -> Option<Duration> {
        let left = self
            .until
            .map(|until| Duration::from_millis(until.saturating_sub(now)));
        match (left, step) {
            (Some(left), Some(step)) => Some(left.min(step)),
            (left, step) => left.or(step),
        }
    }

    /// Time ran out in that step.
    pub(crate) const fn late<E>(&self, phase: Phase) -> Kind<E> {
        Kind::Late {
            phase,
            bound: self.whole,
        }
    }

    /// A good idle connection, or a place to open one in, or the first of the two that comes.
    ///
    /// Cancel safe: a caller who gives up leaves the line, and what it was offered goes to the next.
    pub(crate) async fn find<M: Manager>(
        self,
        place: &Local<M>,
    ) -> Result<Found<M>, Kind<M::Error>> {
        let mut spare = None;
        loop {
            if let Some(guard) = self.glance(place, &mut spare).await {
                return Ok(Found::Lent(guard));
            }
            if let Some(spot) = spare.take() {
                return Ok(Found::Spot(spot));
            }
            if let Some(spot) = reserve(place)? {
                return Ok(Found::Spot(spot));
            }
            let mut seat = Seat::join(place, Wish::Either, &self).await?;
            let lent = match place.engine.take(worker()) {
                Some(lent) => lent,
                None => {
                    if let Some(spot) = reserve(place)? {
                        return Ok(Found::Spot(spot));
                    }
                    match seat.wait_for_place(&self).await? {
                        Offer::<M>::Room(room) => {
                            return Ok(Found::Spot(Spot::new(Arc::clone(&**place), room)));
                        }
                        other => item::<M>(other)?,
                    }
                }
            };
            drop(seat);
            match self.receive(place, lent).await {
                Ok(guard) => return Ok(Found::Lent(guard)),
                Err(spot) => spare = Some(spot),
            }
        }
    }

    /// A good idle connection, or the first one that comes back or is opened for this caller by a task of its own.
    ///
    /// Cancel safe: as [`Asking::find`], and what is being opened goes to the next.
    pub(crate) async fn race<M>(self, place: &Local<M>) -> Result<Guard<M>, Kind<M::Error>>
    where
        M: Manager + 'static,
        M::Error: Send,
    {
        let mut spare = None;
        loop {
            if let Some(guard) = self.glance(place, &mut spare).await {
                return Ok(guard);
            }
            let mut spot = match spare.take() {
                Some(spot) => Some(spot),
                None => reserve(place)?,
            };
            let wish = if spot.is_some() {
                Wish::Item
            } else {
                Wish::Either
            };
            let mut seat = Seat::join(place, wish, &self).await?;
            let lent = match place.engine.take(worker()) {
                Some(lent) => lent,
                None => {
                    if spot.is_none() {
                        spot = reserve(place)?;
                    }
                    self.sit(&mut seat, spot).await?
                }
            };
            drop(seat);
            match self.receive(place, lent).await {
                Ok(guard) => return Ok(guard),
                Err(spot) => spare = Some(spot),
            }
        }
    }

    /// Waits in line for a connection, and has one opened once there is a place for it.
    async fn sit<M>(
        &self,
        seat: &mut Seat<'_, M>,
        spot: Option<Spot<M>>,
    ) -> Result<Lent<Entry<M::Type>>, Kind<M::Error>>
    where
        M: Manager + 'static,
        M::Error: Send,
    {
        let spot = match spot {
            Some(spot) => spot,
            None => match seat.wait_for_place(self).await? {
                Offer::<M>::Room(room) => Spot::new(Arc::clone(seat.place()), room),
                other => return item::<M>(other),
            },
        };
        opening::spawn(spot, seat.opening(self));
        loop {
            match seat.wait().await {
                // One is being opened already: the place is for the next.
                Offer::<M>::Room(room) => seat.place().engine.vacate(room),
                Offer::<M>::Late => return Err(self.late(Phase::Create)),
                other => return item::<M>(other),
            }
        }
    }

    /// An idle connection that is still good. Of those that are not, the last place is kept as a spare.
    async fn glance<M: Manager>(
        &self,
        place: &Local<M>,
        spare: &mut Option<Spot<M>>,
    ) -> Option<Guard<M>> {
        while let Some(lent) = place.engine.hit(worker()) {
            let mut guard = Guard::new(Arc::clone(place), lent);
            match guard.check().await {
                Ok(()) => {
                    guard.begin_hit(self.asked);
                    return Some(guard);
                }
                Err(reason) => {
                    Counts::one(&place.counts.rejected);
                    *spare = Some(guard.give_up(reason));
                }
            }
        }
        None
    }

    /// Takes what was offered, if it is good.
    async fn receive<M: Manager>(
        &self,
        place: &Local<M>,
        lent: Lent<Entry<M::Type>>,
    ) -> Result<Guard<M>, Spot<M>> {
        let mut guard = Guard::new(Arc::clone(place), lent);
        if let Err(reason) = guard.check().await {
            return Err(guard.give_up(reason));
        }
        guard.begin(self.asked);
        if guard.origin() == Origin::Reused {
            Counts::one(&place.counts.handed);
        }
        Ok(guard)
    }

    /// The loan of a connection that this caller opened.
    pub(crate) fn lend<M: Manager>(
        &self,
        place: &Local<M>,
        lent: Lent<Entry<M::Type>>,
    ) -> Guard<M> {
        let mut guard = Guard::new(Arc::clone(place), lent);
        guard.begin(self.asked);
        guard
    }
}

/// The connection that ended a wait, or why there is none.
fn item<M: Manager>(offer: Offer<M>) -> Result<Lent<Entry<M::Type>>, Kind<M::Error>> {
    match offer {
        Offer::<M>::Item(lent) => Ok(lent),
        Offer::<M>::Failed(kind) => Err(kind),
        Offer::<M>::Closed => Err(Kind::Closed),
        Offer::<M>::Room(_) | Offer::<M>::Late => {
            unreachable!("whoever waits sees to a place and to the time itself")
        }
    }
}

/// A place, if there is one.
fn reserve<M: Manager>(place: &Arc<Place<M>>) -> Result<Option<Spot<M>>, Kind<M::Error>> {
    match place.engine.reserve() {
        Ok(room) => Ok(Some(Spot::new(Arc::clone(place), room))),
        Err(Refusal::Full) => Ok(None),
        Err(Refusal::Closed) => Err(Kind::Closed),
    }
}
