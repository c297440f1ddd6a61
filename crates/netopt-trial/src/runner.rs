//! Carries a session out: for each block a fresh client, a discarded burn-in, then the planned load.
//!
//! Arms run one after the other, never at the same time: on few cores they would disturb each other. All arms of a
//! round get the same arrival times. What a client is, the caller of [`run`] knows; here it makes calls.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::unit::Ratio;
use netopt_load::arrival::Arrival;
use netopt_load::budget::Budget;
use netopt_load::caller::Caller;
use netopt_load::driver::{self, Load};
use netopt_load::report::{self, LATE, LEAST_KEPT, Limit, MOST_LATE, Report};
use netopt_load::stop::Stop;
use tokio::time::sleep;

use crate::block::{Block, BlockResult, Health, Host};
use crate::design::arm::ArmId;
use crate::error::Error;
use crate::session::Session;

/// Makes the client of an arm: new for each block, so that no block profits from an earlier one.
pub trait Arms {
    /// What makes the calls.
    type Caller: Caller;

    /// A client of `arm` in its first state.
    fn fresh(&self, arm: ArmId) -> Self::Caller;
}

/// Hears what happens while a trial runs. It cannot change the run.
pub trait Watch {
    /// One measured call ended; burn-in is not told.
    fn exchange(&mut self, arm: ArmId, exchange: &Exchange);

    /// A block was recorded.
    fn block(&mut self, session: &Session, result: Block);
}

/// How calls are made within a block, the same for every arm.
#[derive(Debug, Clone)]
pub struct Pace {
    /// When calls begin.
    pub arrival: Arrival,
    /// The pause before each burn-in and each block: an interval of the arrivals, so that a budget never delays a call.
    pub pause: Duration,
    /// The bound on all calls, burn-in included.
    pub budget: Arc<Budget>,
}

/// Why a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every candidate was settled, or the rounds were used up.
    Finished,
    /// The budget did not suffice for the next block.
    BudgetSpent,
    /// A whole block of today's client, which was answered before, went without an answer: the peer is gone.
    Unanswered,
}

/// Runs the blocks of `session` until it is finished, the budget is spent, or the peer is gone.
///
/// # Cancel safety
/// Dropping the future ends all calls; the session keeps its complete blocks and can still be asked for verdicts.
///
/// # Errors
/// When the figures of a block contradict each other, which would be a defect of this crate.
pub async fn run<A: Arms>(
    session: &mut Session,
    arms: &A,
    pace: &Pace,
    watch: &mut impl Watch,
) -> Result<Ended, Error> {
    while let Some(block) = session.next() {
        let size = session.design().block();
        let arrival = of_round(pace.arrival, session.design().arrival_seed(block.round));
        if pace.budget.left() < u64::from(size.burn_in) + u64::from(size.requests) {
            return Ok(Ended::BudgetSpent);
        }
        let caller = Arc::new(arms.fresh(block.arm));
        sleep(pace.pause).await;
        let burn_in = load(
            Arrival::Closed {
                concurrency: NonZeroU32::MIN,
            },
            size.burn_in,
            pace,
        );
        driver::run(&burn_in, Arc::clone(&caller), &mut drop::<Exchange>).await;
        sleep(pace.pause).await;
        let mut latencies = Vec::new();
        let (mut failed, mut late) = (0, 0);
        let mut recorder = |exchange: Exchange| {
            watch.exchange(block.arm, &exchange);
            late += u64::from(is_late(&exchange));
            if exchange.outcome.is_success() {
                latencies.push(exchange.latency());
            } else {
                failed += 1;
            }
        };
        let report = driver::run(&load(arrival, size.requests, pace), caller, &mut recorder).await;
        // A candidate may fail for its own reasons; that is recorded and judged.
        if latencies.is_empty() && matches!(block.arm, ArmId::Baseline | ArmId::Twin) {
            return Ok(Ended::Unanswered);
        }
        session.record(block, result(latencies, failed, late, &report))?;
        watch.block(session, block);
    }
    Ok(Ended::Finished)
}

fn load(arrival: Arrival, calls: u32, pace: &Pace) -> Load {
    let mut load = Load::new(arrival, Stop::after_calls(u64::from(calls)));
    load.budget = Some(Arc::clone(&pace.budget));
    load
}

/// The arrivals of a round: random ones are drawn anew in each round, and are the same for all its arms.
const fn of_round(arrival: Arrival, seed: u64) -> Arrival {
    match arrival {
        Arrival::Poisson { rate, .. } => Arrival::Poisson { rate, seed },
        Arrival::Constant { .. } | Arrival::Closed { .. } => arrival,
    }
}

/// Whether a call began so late that it shows in its latency: by a tenth of it, and by more than a timer's tick.
fn is_late(exchange: &Exchange) -> bool {
    exchange.lateness > LATE && exchange.lateness * 10 > exchange.service_time()
}

fn result(latencies: Vec<Duration>, failed: u64, late: u64, report: &Report) -> BlockResult {
    let none = Ratio::of(0, 1).expect("nothing of one is a share");
    let late = Ratio::of(late, report.finished).unwrap_or(none);
    BlockResult {
        completed: latencies.len() as u64,
        latencies: latencies.into_iter().collect(),
        elapsed: report.window,
        issued: report.started,
        errors: failed + report.abandoned(),
        health: Health {
            late,
            host: host(&report.health, late),
        },
    }
}

/// Whether the host kept up, of whose calls a share of `late` was late in a way that shows. Ticks of a timer that do not show
/// are no reason, or slow calls could be tried on an idle machine only; a plan that was not kept is.
fn host(health: &report::Health, late: Ratio) -> Host {
    let ticks_only = late.get() <= MOST_LATE
        && health
            .late_share
            .is_some_and(|share| share.get() > MOST_LATE)
        && health.kept.is_none_or(|kept| kept.get() >= LEAST_KEPT);
    match health.saturated {
        Some(Limit::Generator) if !ticks_only => Host::Saturated,
        _ => Host::Calm,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(value: f64) -> Ratio {
        Ratio::new(value).unwrap()
    }

    #[test]
    fn ticks_that_do_not_show_are_no_reason() {
        let health = |late, kept| report::Health {
            late_share: Ratio::new(late),
            slip_p99: None,
            kept: Ratio::new(kept),
            saturated: Some(Limit::Generator),
        };
        assert_eq!(host(&health(0.3, 1.0), share(0.05)), Host::Calm);
        assert_eq!(host(&health(0.3, 1.0), share(0.2)), Host::Saturated);
        assert_eq!(host(&health(0.3, 0.9), share(0.05)), Host::Saturated);
        assert_eq!(host(&health(0.0, 0.9), share(0.0)), Host::Saturated);
        let budget = report::Health {
            saturated: Some(Limit::Budget),
            ..health(0.3, 0.9)
        };
        assert_eq!(host(&budget, share(0.2)), Host::Calm);
    }
}
