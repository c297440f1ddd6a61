//! `http.retry-storm`: retries without a budget keep a service down that would recover without them.
//!
//! Three attempts each triple the load on a service just when it can do least (Bronson and others, "Metastable Failures in
//! Distributed Systems", `HotOS` 2021). What tells a storm from retries that heal: the retried calls fail all the same, and
//! calls made one by one fare better than those under load. A service that fails as much when nobody else calls it is
//! ill for another reason, and a budget would only be good manners.

use std::time::Duration;

use netopt_core::change::{Change, RETRY_RESERVE, RETRY_SPAN};
use netopt_core::exchange::Exchange;
use netopt_core::finding::{Evidence, Finding, Remedy, Severity};
use netopt_core::phase::Phase;
use netopt_core::unit::{Ratio, show_duration};

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::evidence;
use crate::facts::{Facts, Times};

const ID: &str = "http.retry-storm";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Retries without a budget keep the service down",
    needs: &[CALLS, SINGLE],
    check,
};

const CALLS: &str = "a baseline of twenty calls, some of them answered, and the length of the run";
const SINGLE: &str = "eight calls made one by one";

/// The proposed share of calls that may be made again: Finagle's default, and ours.
const PROPOSED: f64 = 0.2;
/// With fewer calls the share that fails says nothing.
const LEAST_CALLS: usize = 20;
/// And with fewer of them one by one.
const LEAST_SINGLE: usize = 8;
/// When this share of the retried calls fails all the same, retries do not heal.
const IN_VAIN: f64 = 0.5;
/// Calls one by one fail at most this many times as often as those under load, or it is not the load.
const OF_LOAD: f64 = 0.5;

fn check(facts: &Facts) -> Outcome {
    let settings = facts.settings();
    let Some(proposed) = Ratio::new(PROPOSED) else {
        return Outcome::Quiet;
    };
    let bounded = settings
        .call
        .retry_budget
        .is_some_and(|share| share <= proposed);
    if settings.call.retry_attempts == 0 || bounded {
        return Outcome::Quiet;
    }
    let window = facts.baseline.window;
    let Some(p50) = facts.p50().filter(|_| !window.is_zero()) else {
        return Outcome::missing(CALLS);
    };
    if facts.baseline.exchanges.len() < LEAST_CALLS {
        return Outcome::missing(CALLS);
    }
    let single: Vec<&Exchange> = facts
        .survey
        .fresh
        .iter()
        .chain(&facts.survey.warm)
        .chain(&facts.survey.encoded)
        .collect();
    if single.len() < LEAST_SINGLE {
        return Outcome::missing(SINGLE);
    }
    let (loaded, alone) = (Tally::of(&facts.baseline.exchanges), Tally::of(single));
    let is_storm = loaded.retries > allowed(loaded.calls, window, proposed)
        && loaded.vain() >= IN_VAIN
        && alone.failing() <= OF_LOAD * loaded.failing();
    if !is_storm {
        return Outcome::Quiet;
    }
    let spent: Times = facts.baseline.exchanges.iter().map(spent_before).collect();
    let saving = spent.mean().unwrap_or_default().min(p50);
    Outcome::Fires(Finding {
        evidence: evidence_of(&loaded, &alone),
        estimate: of_share(saving, loaded.share_retried()),
        remedy: Remedy::Change(Change::RetryBudget(Some(proposed))),
        cost: vec![
            "in an outage, calls beyond the budget fail at once instead of after all attempts"
                .to_owned(),
        ],
        ..hypothesis(
            ID,
            Severity::of_share(loaded.failing()),
            format!(
                "{:.1} requests were sent for each of {} calls, and {:.0} % of the retried ones failed all the same; one by one \
                 {:.0} % of the calls fail, under the load of the retries {:.0} %. A call spends {} on attempts in vain.",
                loaded.amplification(),
                loaded.calls,
                loaded.vain() * 100.0,
                alone.failing() * 100.0,
                loaded.failing() * 100.0,
                show_duration(saving)
            ),
        )
    })
}

/// Retries that the budget would have let through: its share, and its reserve, all of which may be spent at once.
#[expect(clippy::cast_precision_loss, reason = "a small count")]
fn allowed(calls: usize, window: Duration, share: Ratio) -> f64 {
    let seconds = window.max(RETRY_SPAN).as_secs_f64();
    calls as f64 * share.get() + seconds * f64::from(RETRY_RESERVE)
}

/// What a call spent before its last attempt began.
fn spent_before(call: &Exchange) -> Duration {
    if call.journey.retries == 0 {
        return Duration::ZERO;
    }
    call.timeline.length(Phase::Queue).unwrap_or_default()
}

/// What became of some calls.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    calls: usize,
    failed: usize,
    retried: usize,
    /// Retried and failed.
    in_vain: usize,
    retries: f64,
}

impl Tally {
    fn of<'a>(calls: impl IntoIterator<Item = &'a Exchange>) -> Self {
        let mut all = Self::default();
        for call in calls {
            let failed = !call.outcome.is_success();
            let retried = call.journey.retries > 0;
            all.calls += 1;
            all.failed += usize::from(failed);
            all.retried += usize::from(retried);
            all.in_vain += usize::from(failed && retried);
            all.retries += f64::from(call.journey.retries);
        }
        all
    }

    fn failing(&self) -> f64 {
        share(self.failed, self.calls)
    }

    fn share_retried(&self) -> f64 {
        share(self.retried, self.calls)
    }

    fn vain(&self) -> f64 {
        share(self.in_vain, self.retried)
    }

    /// Requests for each call.
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    fn amplification(&self) -> f64 {
        1.0 + self.retries / self.calls.max(1) as f64
    }
}

/// `part` of `whole`; zero of none.
#[expect(clippy::cast_precision_loss, reason = "a share of a count")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn evidence_of(loaded: &Tally, alone: &Tally) -> Vec<Evidence> {
    let n = |count: usize| count as u64;
    vec![
        evidence::count(
            "requests for each call",
            loaded.amplification(),
            n(loaded.calls),
        ),
        evidence::ratio(
            "retried calls that failed",
            loaded.vain(),
            n(loaded.retried),
        ),
        evidence::ratio("calls that failed", loaded.failing(), n(loaded.calls)),
        evidence::ratio(
            "calls that failed, one by one",
            alone.failing(),
            n(alone.calls),
        ),
    ]
}

#[cfg(test)]
mod tests;
