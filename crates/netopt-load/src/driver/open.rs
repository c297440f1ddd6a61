//! The open loop: calls begin at planned times, whatever the answers do.
//!
//! Each planned call goes through three waits, in this order: for its time, for a free place in flight, for the
//! budget. Results are recorded during all of them. A call held up holds up the ones behind it, and each of them
//! is charged with its full delay since its own intended start; none is skipped to catch up.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::Load;
use super::flight::Flight;
use crate::caller::Caller;
use crate::pace;
use crate::record::Record;
use crate::report::{LATE, Limit, Report};
use crate::tally::Landed;

/// How many calls may begin in a row before the other tasks are let in.
const STREAK: u32 = 64;

/// A wait for the budget from this on is one; a shorter one is the price of asking.
const HOLD: Duration = Duration::from_micros(100);

pub(super) async fn run<C: Caller, R: Record>(
    load: &Load,
    caller: Arc<C>,
    recorder: &mut R,
) -> Report {
    let start = Instant::now();
    let mut open = Open {
        load,
        deadline: load.stop.time().and_then(|time| start.checked_add(time)),
        flight: Flight::new(recorder, start),
        held: None,
        streak: 0,
    };
    if let Some(schedule) = load.arrival.schedule() {
        let planned = schedule.map_while(|offset| start.checked_add(offset));
        open.follow(planned, &caller).await;
    }
    open.flight.drain(load.drain).await;
    open.flight.tally.report(load.arrival.rate())
}

/// One run.
struct Open<'a, R> {
    load: &'a Load,
    deadline: Option<Instant>,
    flight: Flight<'a, R>,
    /// When the last hold-up ended, and what it was: it delays the calls planned before it ended.
    held: Option<(Instant, Limit)>,
    streak: u32,
}

/// Why no further call begins.
enum End {
    /// Time was up while a call was held.
    Held(Limit),
    /// The budget is used up.
    Refused,
}

impl<R: Record> Open<'_, R> {
    /// Begins every planned call until the stop rule strikes.
    async fn follow<C: Caller>(&mut self, planned: impl Iterator<Item = Instant>, caller: &Arc<C>) {
        let count = self.load.stop.count().unwrap_or(u64::MAX);
        let deadline = self.deadline;
        let mut planned = planned.take_while(|at| deadline.is_none_or(|deadline| *at < deadline));
        for index in 0..count {
            let Some(at) = planned.next() else { return };
            if let Err(end) = self.release(at).await {
                let rest = if deadline.is_some() {
                    // This one, and those that were still to come.
                    1 + planned.zip(index + 1..count).fold(0, |rest, _| rest + 1)
                } else {
                    count - index
                };
                match end {
                    End::Held(limit) => self.flight.tally.leave_out(rest, limit),
                    End::Refused => self.flight.tally.refused += rest,
                }
                return;
            }
            self.begin(index, at, caller);
            self.breathe().await;
        }
    }

    /// Waits until the call planned for `at` may begin.
    async fn release(&mut self, at: Instant) -> Result<(), End> {
        self.flight.meanwhile(pace::until(at)).await;
        let now = Instant::now();
        if self.is_over(now) && now - at > LATE {
            return Err(End::Held(self.held.map_or(Limit::Generator, |held| held.1)));
        }
        if self.flight.len() >= self.load.in_flight.get() as usize {
            let landed = self.flight.land_one(self.deadline).await;
            self.held = Some((Instant::now(), Limit::InFlight));
            landed.map_err(|_| End::Held(Limit::InFlight))?;
        }
        let Some(budget) = &self.load.budget else {
            return Ok(());
        };
        let before = Instant::now();
        let taken = match self.deadline {
            // A call on time at the very end of the run still begins if the budget has a place at once.
            Some(deadline) => {
                let take = timeout_at(deadline, budget.take());
                self.flight.meanwhile(take).await
            }
            None => Ok(self.flight.meanwhile(budget.take()).await),
        };
        let now = Instant::now();
        if now > before + HOLD {
            self.held = Some((now, Limit::Budget));
        }
        match taken {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Refused),
            Err(_) => Err(End::Held(Limit::Budget)),
        }
    }

    fn is_over(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }

    /// Begins the call in a task of its own.
    fn begin<C: Caller>(&mut self, index: u64, planned: Instant, caller: &Arc<C>) {
        let held = self.held.filter(|(until, _)| *until > planned);
        let ready = held.map_or(planned, |(until, _)| until);
        let held_by = held.map(|(_, limit)| limit);
        let caller = Arc::clone(caller);
        self.flight.tally.start_planned(planned, Instant::now());
        self.flight.spawn(async move {
            let begun = Instant::now();
            let mut exchange = caller.call(index).await;
            exchange.lateness = begun.saturating_duration_since(planned);
            let slip = begun.saturating_duration_since(ready);
            Landed {
                late: Landed::cause(exchange.lateness, slip, held_by),
                exchange,
                begun,
                ended: Instant::now(),
                slip,
            }
        });
    }

    /// A plan that is behind must not keep the calls it began from running.
    async fn breathe(&mut self) {
        self.streak += 1;
        if self.streak >= STREAK {
            self.streak = 0;
            tokio::task::yield_now().await;
        }
    }
}
