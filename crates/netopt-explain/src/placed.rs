//! The calls of the baseline in the order in which they began: who was in flight when, and what was asked for before.
//!
//! Three audits look at calls together and not one by one. What they make of it is their business.

use std::time::Duration;

use netopt_core::asked::Asked;
use netopt_core::exchange::Exchange;
use netopt_core::phase::Phase;

use crate::facts::Facts;

/// With fewer calls than this the share of those that repeat others says nothing.
pub(crate) const LEAST_CALLS: usize = 10;

/// An answered call with its place in the run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed<'a> {
    pub(crate) call: &'a Exchange,
    pub(crate) asked: Asked,
    /// Since the run began.
    pub(crate) begun: Duration,
}

impl Placed<'_> {
    /// When it asked for what it got: redirects are followed before a cache, or a call that is on its way, is looked for.
    pub(crate) fn asked_at(&self) -> Duration {
        let redirected = self.call.journey.redirected;
        self.begun
            .saturating_add(redirected.min(self.call.service_time()))
    }

    /// When it was over.
    pub(crate) fn end(&self) -> Duration {
        self.begun.saturating_add(self.call.service_time())
    }

    /// When the head of its answer was there.
    pub(crate) fn head(&self) -> Duration {
        let wait = self.call.timeline.span(Phase::Wait);
        wait.map_or_else(|| self.end(), |wait| self.begun.saturating_add(wait.end()))
    }
}

/// Those of which both is known, in the order in which they began.
pub(crate) fn placed(facts: &Facts) -> Vec<Placed<'_>> {
    let mut all: Vec<Placed<'_>> = facts
        .answered()
        .filter_map(|call| {
            Some(Placed {
                call,
                asked: call.asked?,
                begun: call.begun?,
            })
        })
        .collect();
    all.sort_by_key(|placed| placed.begun);
    all
}

/// The mean over `calls` of what some of them would save together.
pub(crate) fn each(saved: Duration, calls: usize) -> Duration {
    u32::try_from(calls)
        .ok()
        .and_then(|calls| saved.checked_div(calls))
        .unwrap_or_default()
}

/// A share of a count.
#[expect(clippy::cast_precision_loss, reason = "a share of a small count")]
pub(crate) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 / whole as f64
}
