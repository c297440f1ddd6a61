//! The counts of a run in progress, and the report made of them.
//!
//! The two loops of the driver differ in when calls begin, not in what is counted. How the figures are judged is here,
//! with the bounds of [`crate::report`]; how calls are run is not.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::histogram::LatencyHistogram;
use netopt_core::unit::{PerSecond, Ratio};
use tokio::time::Instant;

use crate::report::{
    Health, JUDGED_CALLS, JUDGED_TIME, LATE, LEAST_KEPT, Limit, MOST_LATE, Report,
};

/// A call that ended.
#[derive(Debug)]
pub(crate) struct Landed {
    pub(crate) exchange: Exchange,
    pub(crate) begun: Instant,
    pub(crate) ended: Instant,
    /// The generator's own part of the delay.
    pub(crate) slip: Duration,
    /// What made it late, if it was.
    pub(crate) late: Option<Limit>,
}

impl Landed {
    /// What made a call late that began `lateness` after its plan, of which `slip` was the generator's own.
    pub(crate) fn cause(
        lateness: Duration,
        slip: Duration,
        held_by: Option<Limit>,
    ) -> Option<Limit> {
        (lateness > LATE).then(|| match held_by {
            Some(limit) if lateness.saturating_sub(slip) > slip => limit,
            _ => Limit::Generator,
        })
    }
}

/// The counts of a run.
#[derive(Debug)]
pub(crate) struct Tally {
    start: Instant,
    pub(crate) started: u64,
    pub(crate) unstarted: u64,
    pub(crate) refused: u64,
    finished: u64,
    /// The intended start of the last call that began.
    planned_last: Option<Instant>,
    begun_last: Option<Instant>,
    ended_last: Instant,
    slip: LatencyHistogram,
    late: [u64; Limit::ALL.len()],
}

impl Tally {
    pub(crate) fn new(start: Instant) -> Self {
        Self {
            start,
            started: 0,
            unstarted: 0,
            refused: 0,
            finished: 0,
            planned_last: None,
            begun_last: None,
            ended_last: start,
            slip: LatencyHistogram::new(),
            late: [0; Limit::ALL.len()],
        }
    }

    /// A call of an open loop, meant for `planned`, begins `now`.
    pub(crate) fn start_planned(&mut self, planned: Instant, now: Instant) {
        self.started += 1;
        self.planned_last = Some(planned);
        self.begun_last = self.begun_last.max(Some(now));
    }

    /// Calls that were due and never began, because of `limit`.
    pub(crate) fn leave_out(&mut self, calls: u64, limit: Limit) {
        self.unstarted += calls;
        self.late[limit as usize] += calls;
    }

    /// A call ended.
    pub(crate) fn land(&mut self, landed: Landed) -> Exchange {
        self.finished += 1;
        self.begun_last = self.begun_last.max(Some(landed.begun));
        self.ended_last = self.ended_last.max(landed.ended);
        self.slip.record(landed.slip);
        if let Some(limit) = landed.late {
            self.late[limit as usize] += 1;
        }
        Exchange {
            begun: Some(landed.begun.saturating_duration_since(self.start)),
            ..landed.exchange
        }
    }

    /// The calls still in flight were given up.
    pub(crate) fn abandon(&mut self, now: Instant) {
        self.ended_last = self.ended_last.max(now);
    }

    /// The report of an open loop at this rate, or of a closed one.
    pub(crate) fn report(&self, asked: Option<PerSecond>) -> Report {
        let window = self.ended_last - self.start;
        let plan = asked.and_then(|rate| self.plan(rate));
        let achieved = match &plan {
            Some(plan) => PerSecond::of(self.started, plan.actual),
            None => PerSecond::of(self.finished, window),
        };
        Report {
            asked,
            achieved: achieved.filter(|_| self.started > 0),
            window,
            started: self.started,
            finished: self.finished,
            unstarted: self.unstarted,
            refused_by_budget: self.refused,
            health: self.health(plan),
        }
    }

    /// How long the calls that began should have taken to begin, and how long they did, each with one gap at its end.
    fn plan(&self, rate: PerSecond) -> Option<Spans> {
        let gap = rate.interval()?;
        Some(Spans {
            planned: (self.planned_last? - self.start).checked_add(gap)?,
            actual: (self.begun_last? - self.start).checked_add(gap)?,
        })
    }

    fn health(&self, plan: Option<Spans>) -> Health {
        let late: u64 = self.late.iter().sum::<u64>() - self.unstarted;
        let late_share = Ratio::of(late, self.finished);
        let due = self.started + self.unstarted;
        let kept = plan.as_ref().and_then(|plan| {
            let begun = Ratio::of(self.started, due)?.get();
            let pace = plan.planned.as_secs_f64() / plan.actual.as_secs_f64();
            Ratio::new((begun * pace).min(1.0))
        });
        let too_late = late_share.is_some_and(|share| share.get() > MOST_LATE);
        let long = plan.is_some_and(|plan| plan.actual >= JUDGED_TIME);
        let too_slow = long && kept.is_some_and(|kept| kept.get() < LEAST_KEPT);
        let judged = due >= JUDGED_CALLS;
        Health {
            late_share,
            slip_p99: self.slip.quantile(0.99),
            kept,
            saturated: (judged && (too_late || too_slow)).then(|| self.main_cause()),
        }
    }

    fn main_cause(&self) -> Limit {
        Limit::ALL
            .into_iter()
            .rev()
            .max_by_key(|limit| self.late[*limit as usize])
            .unwrap_or(Limit::Generator)
    }
}

struct Spans {
    planned: Duration,
    actual: Duration,
}

#[cfg(test)]
mod tests;
