//! A place that is kept for a connection, and the opening of one in it.
//!
//! A connection that is opened by a task of its own outlives the caller who asked for it: when that caller gives up, the
//! handshake is not wasted, because the connection goes to whoever waits, or lies idle. While it is being opened the
//! caller waits in line, so one that comes back earlier serves as well.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use deadpool::managed::Manager;
use tokio::time::timeout;

use crate::engine::{Lent, Room, Ticket};
use crate::entry::Entry;
use crate::error::{Kind, Phase};
use crate::place::Place;
use crate::stats::Counts;

/// A place that is kept for a connection which is being opened. Dropping it gives the place back.
pub(crate) struct Spot<M: Manager> {
    place: Arc<Place<M>>,
    room: Option<Room>,
}

impl<M: Manager> Spot<M> {
    pub(crate) fn new(place: Arc<Place<M>>, room: Room) -> Self {
        Counts::one(&place.counts.connecting);
        place.shared.clock.look();
        Self {
            place,
            room: Some(room),
        }
    }

    /// Opens a connection in it by `open`, within the bounds of the pool.
    pub(crate) async fn open(
        mut self,
        open: Pin<&mut impl Future<Output = Result<M::Type, M::Error>>>,
        bound: Option<Duration>,
    ) -> Result<Lent<Entry<M::Type>>, Kind<M::Error>> {
        let opened = match bound {
            None => open.await.map_err(Kind::Open),
            Some(bound) => match timeout(bound, open).await {
                Ok(opened) => opened.map_err(Kind::Open),
                Err(_) => Err(Kind::Late {
                    phase: Phase::Create,
                    bound,
                }),
            },
        };
        let connection = opened.inspect_err(|_| {
            Counts::one(&self.place.counts.failed);
            self.place.shared.told.failed();
        })?;
        let room = self
            .room
            .take()
            .expect("a spot has its room until it is filled");
        let lent = self.place.enter(room, connection);
        self.place.counts.connecting.fetch_sub(1, Ordering::Relaxed);
        Ok(lent)
    }
}

impl<M: Manager> Drop for Spot<M> {
    fn drop(&mut self) {
        if let Some(room) = self.room.take() {
            self.place.counts.connecting.fetch_sub(1, Ordering::Relaxed);
            self.place.engine.vacate(room);
        }
    }
}

/// Opens a connection by a task of its own. `ticket` is that of the caller who is told when it fails.
pub(crate) fn spawn<M>(spot: Spot<M>, ticket: Option<Ticket>)
where
    M: Manager + 'static,
    M::Error: Send,
{
    let place = Arc::clone(&spot.place);
    let mut asked = Asked {
        place: Arc::clone(&place),
        ticket,
    };
    tokio::spawn(async move {
        let bound = place.shared.config.phases.create;
        let create = pin!(place.manager.create());
        match spot.open(create, bound).await {
            Ok(lent) => {
                asked.is_served();
                place.put(lent);
            }
            Err(kind) => asked.fail(kind),
        }
    });
}

/// A caller who waits for what a task does. When the task dies the caller is told.
struct Asked<M: Manager> {
    place: Arc<Place<M>>,
    ticket: Option<Ticket>,
}

impl<M: Manager> Asked<M> {
    /// Nobody needs to be told anything.
    const fn is_served(&mut self) {
        self.ticket = None;
    }

    fn fail(&mut self, kind: Kind<M::Error>) {
        if let Some(ticket) = self.ticket.take() {
            // A caller who was served meanwhile has no use for it; it is counted.
            self.place.engine.fail(ticket, kind).ok();
        }
    }
}

impl<M: Manager> Drop for Asked<M> {
    fn drop(&mut self) {
        self.fail(Kind::Lost);
    }
}
