//! `service.heavy-tail`: a few calls take many times as long as the others, and nothing about them says why.
//!
//! A pause, a cold cache, a busy worker: where it is bad luck of one attempt, a second one helps. What hedging would save is
//! reckoned from the waits ([`crate::tail`]). It is right only if a slow call could as well have been a quick one, so this
//! audit looks for reasons that a second attempt would share, and stays quiet when it finds one: calls that are slow together
//! stand in a queue or meet a pause of the whole server, where more requests make it worse; lost packets, larger
//! answers and a connection that is slow by itself have audits, or causes, of their own.

use std::collections::HashMap;
use std::time::Duration;

use netopt_core::change::{Change, Percentile};
use netopt_core::exchange::Exchange;
use netopt_core::finding::{Evidence, Finding, Remedy};
use netopt_core::unit::{Bytes, Ratio, show_duration};

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::evidence;
use crate::facts::{Connection, Facts, Times, middle, on};
use crate::tail::{self, Hedging};
use crate::worth;

const ID: &str = "service.heavy-tail";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "A few calls take many times as long",
    needs: &[CALLS, BEGINNINGS],
    check,
};

const CALLS: &str = "forty answered calls on kept connections, or on new ones";
const BEGINNINGS: &str = "when each call began";

/// With fewer calls a tail of some per cent is a call or two.
const LEAST_CALLS: usize = 40;
/// Fewer slow calls than this are an accident, however many calls there are.
const LEAST_SLOW: usize = 4;
/// Second requests have to save this share of the mean, or they cost more than they bring.
const LEAST_SHARE: f64 = 0.15;
/// When this share of the slow calls is followed by a slow one before it is over, and at least so many are, something makes
/// them slow together. By chance it would be the share of slow calls, 15 % at the most.
const TOGETHER: f64 = 0.4;
const LEAST_TOGETHER: usize = 3;
/// Slow calls that are by so much larger, or of which this share is on one connection, have their reason in that.
const LARGER: u64 = 2;
const ON_ONE: f64 = 0.8;
/// Slow calls of which this share could have met a loss, judged by how many calls showed one, may be slow by that.
const LOSSES: f64 = 0.5;

fn check(facts: &Facts) -> Outcome {
    let settings = facts.settings();
    if settings.call.hedge_after.is_some() {
        return Outcome::Quiet;
    }
    let calls = alike(facts);
    if calls.len() < LEAST_CALLS {
        return Outcome::missing(CALLS);
    }
    if calls.iter().any(|(call, _)| call.begun.is_none()) {
        return Outcome::missing(BEGINNINGS);
    }
    let waits: Times = calls.iter().map(|(_, wait)| *wait).collect();
    let most = settings.call.retry_budget.map_or(1.0, Ratio::get);
    let (Some(hedging), Some(usual), Some(mean), Some(p50)) = (
        tail::best(&waits, most),
        waits.p50(),
        waits.mean(),
        facts.p50(),
    ) else {
        return Outcome::Quiet;
    };
    let group = Group::of(calls, hedging.late.saturating_add(usual));
    if group.slow.len() < LEAST_SLOW
        || hedging.saving < mean.mul_f64(LEAST_SHARE)
        || group.has_a_reason(facts)
    {
        return Outcome::Quiet;
    }
    let saving = hedging.saving.min(p50);
    let whole = facts.latency().mean().unwrap_or(p50);
    let Some(severity) = worth::severity(saving, whole) else {
        return Outcome::Quiet;
    };
    let slow: Times = group.slow.iter().map(|(_, wait)| *wait).collect();
    Outcome::Fires(Finding {
        evidence: evidence_of(&waits, &slow, &hedging),
        estimate: of_share(saving, group.share()),
        remedy: Remedy::Change(Change::HedgeAfter(Some(hedging.after))),
        cost: cost(hedging.after, settings.call.retry_budget),
        ..hypothesis(
            ID,
            severity,
            format!(
                "{} of {} calls waited {} where most wait {}, each by itself: asking a second time after {} ({}) would save \
                 about {} per call in the mean.",
                slow.n(),
                waits.n(),
                show_duration(slow.p50().unwrap_or_default()),
                show_duration(usual),
                show_duration(hedging.late),
                hedging.after,
                show_duration(saving)
            ),
        )
    })
}

/// The calls on kept connections with their waits, or those on new ones where they are more: what a new connection costs
/// makes no tail then.
fn alike(facts: &Facts) -> Vec<(&Exchange, Duration)> {
    let with = |connection| -> Vec<_> {
        on(&facts.baseline.exchanges, connection)
            .filter_map(|call| Some((call, call.wait()?)))
            .collect()
    };
    let (kept, new) = (with(Connection::Reused), with(Connection::New));
    if kept.len() >= new.len() { kept } else { new }
}

/// Slow and quick calls.
struct Group<'a> {
    slow: Vec<(&'a Exchange, Duration)>,
    quick: Vec<(&'a Exchange, Duration)>,
}

impl<'a> Group<'a> {
    /// Slow is what a second attempt would usually have overtaken.
    fn of(calls: Vec<(&'a Exchange, Duration)>, overtaken: Duration) -> Self {
        let (slow, quick) = calls.into_iter().partition(|(_, wait)| *wait > overtaken);
        Self { slow, quick }
    }

    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    fn share(&self) -> f64 {
        self.slow.len() as f64 / (self.slow.len() + self.quick.len()) as f64
    }

    /// Whether something is found that a second attempt would share.
    fn has_a_reason(&self, facts: &Facts) -> bool {
        self.are_slow_together()
            || self.may_have_lost(facts)
            || self.are_larger()
            || self.are_on_one()
    }

    /// Are calls that begin after a slow one, and before it is over, slow as well? Those that begin later say nothing.
    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    fn are_slow_together(&self) -> bool {
        let begun = |calls: &[(&Exchange, Duration)], is_slow: bool| -> Vec<_> {
            calls
                .iter()
                .filter_map(|(call, _)| {
                    let begun = call.begun?;
                    Some((begun, begun.saturating_add(call.service_time()), is_slow))
                })
                .collect()
        };
        let mut all = [begun(&self.slow, true), begun(&self.quick, false)].concat();
        all.sort_unstable();
        let followers: Vec<bool> = all
            .windows(2)
            .filter(|pair| pair[0].2 && pair[1].0 < pair[0].1)
            .map(|pair| pair[1].2)
            .collect();
        let together = followers.iter().filter(|is_slow| **is_slow).count();
        together >= LEAST_TOGETHER && together as f64 >= TOGETHER * followers.len() as f64
    }

    /// About as many calls are slow by a loss that the kernel of the other side saw as by one that ours saw.
    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    fn may_have_lost(&self, facts: &Facts) -> bool {
        let lost = facts.answered().filter(|call| shows_a_loss(call)).count();
        lost as f64 >= LOSSES * self.slow.len() as f64
    }

    fn are_larger(&self) -> bool {
        let size = |calls: &[(&Exchange, Duration)]| {
            middle(calls.iter().map(|(call, _)| call.traffic.body)).unwrap_or_default()
        };
        let usual = size(&self.quick);
        usual > Bytes::ZERO && size(&self.slow).get() > usual.get().saturating_mul(LARGER)
    }

    /// Is one connection slow, which carries the lesser part of the calls?
    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    fn are_on_one(&self) -> bool {
        let id = |call: &Exchange| call.connection.as_ref().map(|connection| connection.id);
        let mut slow: HashMap<Option<u64>, usize> = HashMap::new();
        for (call, _) in &self.slow {
            *slow.entry(id(call)).or_default() += 1;
        }
        slow.into_iter().any(|(one, count)| {
            let quick = self
                .quick
                .iter()
                .filter(|(call, _)| id(call) == one)
                .count();
            let is_lesser = (quick + count) * 2 <= self.quick.len() + self.slow.len();
            count > 1 && count as f64 >= ON_ONE * self.slow.len() as f64 && is_lesser
        })
    }
}

/// Whether the kernel noticed a loss, in either direction, while the call ran.
fn shows_a_loss(call: &Exchange) -> bool {
    call.path_of_call().is_some_and(|path| {
        path.bytes_again.is_some_and(|again| again > Bytes::ZERO)
            || path.retransmits.is_some_and(|again| again > 0)
            || path.out_of_order.is_some_and(|count| count > 0)
    })
}

fn cost(after: Percentile, budget: Option<Ratio>) -> Vec<String> {
    let bound = budget.map_or_else(
        || "no budget bounds them: set retry.budget, too".to_owned(),
        |share| format!("retry.budget bounds them and retries together to {share}"),
    );
    vec![
        format!(
            "about {} % more calls for the service; {bound}",
            100 - after.get()
        ),
        "only calls that change nothing are made twice".to_owned(),
    ]
}

fn evidence_of(waits: &Times, slow: &Times, hedging: &Hedging) -> Vec<Evidence> {
    let n = waits.n();
    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    let mut all = vec![evidence::ratio("slow calls", slow.n() as f64 / n as f64, n)];
    all.extend(evidence::median("wait p50", waits));
    all.extend(evidence::median("wait p50, slow calls", slow));
    all.extend(
        waits
            .quantile(0.99)
            .map(|p99| evidence::time("wait p99", p99, n)),
    );
    all.push(evidence::time("second request after", hedging.late, n));
    all
}

#[cfg(test)]
mod tests;
