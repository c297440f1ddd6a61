//! `http.cacheable`: calls fetch anew what the server allows to be kept.
//!
//! The baseline is played back through a cache: each answer that may be kept is, from its end until it is no longer fresh, and
//! a later call for the same finds it there. What such a call took is what a cache saves. A call that finds a stale answer with a
//! validator still has to ask, but gets no body if nothing has changed; that it has not changed is assumed, and only the
//! body's time counts.

use std::collections::HashMap;
use std::time::Duration;

use netopt_core::asked::Afterwards;
use netopt_core::change::Change;
use netopt_core::exchange::Exchange;
use netopt_core::finding::{Evidence, Finding, Remedy};
use netopt_core::phase::Phase;
use netopt_core::unit::{Bytes, show_duration};

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::evidence;
use crate::facts::{Asking, Facts, Times};
use crate::placed::{LEAST_CALLS, Placed, each, placed, share};
use crate::worth;

const ID: &str = "http.cacheable";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Answers that may be kept are fetched again",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "ten answered calls of a run, with what each asked for";

/// The proposed size: room for some thousand answers of an ordinary service.
pub(crate) const PROPOSED_SIZE: Bytes = Bytes::new(64 * 1024 * 1024);

/// A longer body is a download, which the cache does not keep.
const LARGEST: Bytes = Bytes::new(1024 * 1024);

fn check(facts: &Facts) -> Outcome {
    // Of one request that stands for many, that it was asked before says nothing about the program.
    if facts.asking == Asking::StandIn || facts.settings().http.cache_size > Bytes::ZERO {
        return Outcome::Quiet;
    }
    let calls = placed(facts);
    let Some(p50) = facts.p50().filter(|_| calls.len() >= LEAST_CALLS) else {
        return Outcome::missing(CALLS);
    };
    let played = Played::of(&calls);
    let repeats = played.fresh + played.stale;
    let saving = each(played.saved, calls.len()).min(p50);
    let Some(severity) = worth::severity(saving, p50).filter(|_| repeats > 0) else {
        return Outcome::Quiet;
    };
    Outcome::Fires(Finding {
        evidence: played.evidence(calls.len()),
        estimate: of_share(saving, share(repeats, calls.len())),
        remedy: Remedy::Change(Change::CacheSize(PROPOSED_SIZE)),
        cost: vec![
            format!("up to {PROPOSED_SIZE} of memory"),
            "an answer may be as old as the server said that it may become".to_owned(),
        ],
        ..hypothesis(ID, severity, played.summary(calls.len(), saving))
    })
}

/// What a cache would have done in the baseline.
#[derive(Debug, Default)]
struct Played {
    /// Calls that it would have answered by itself.
    fresh: usize,
    /// Calls that it would have asked about.
    stale: usize,
    /// The time of all these that would not have passed.
    saved: Duration,
    /// For how long the answers that were found may be used.
    lifetimes: Vec<Duration>,
}

/// What the cache has of one thing: what is there, and what is on its way, since calls overlap.
#[derive(Debug, Default)]
struct Shelf {
    there: Option<Kept>,
    coming: Vec<Kept>,
}

impl Shelf {
    /// What is there at that time: what came last.
    fn at(&mut self, now: Duration) -> Option<Kept> {
        let came = self.coming.extract_if(.., |kept| kept.from <= now);
        self.there = came.chain(self.there).max_by_key(|kept| kept.from);
        self.there
    }
}

/// An answer in the cache.
#[derive(Debug, Clone, Copy)]
struct Kept {
    from: Duration,
    fresh_for: Duration,
    then: Afterwards,
}

impl Played {
    fn of(calls: &[Placed<'_>]) -> Self {
        let mut played = Self::default();
        let mut shelves: HashMap<u64, Shelf> = HashMap::new();
        for call in calls {
            let Some(resource) = call.asked.resource else {
                continue;
            };
            let shelf = shelves.entry(resource).or_default();
            let found = shelf.at(call.asked_at());
            if let Some(found) = found {
                if call.asked_at() < found.from.saturating_add(found.fresh_for) {
                    played.fresh += 1;
                    played.lifetimes.push(found.fresh_for);
                    played.save(whole(call.call));
                    continue;
                }
                if found.then == Afterwards::Revalidate {
                    played.stale += 1;
                    played.save(
                        call.call
                            .timeline
                            .length(Phase::Receive)
                            .unwrap_or_default(),
                    );
                }
            }
            shelf.coming.extend(keepable(call));
        }
        played
    }

    fn save(&mut self, time: Duration) {
        self.saved = self.saved.saturating_add(time);
    }

    fn summary(&self, calls: usize, saving: Duration) -> String {
        let costs = format!("about {} per call", show_duration(saving));
        let lifetimes: Times = self.lifetimes.iter().copied().collect();
        match (self.fresh, lifetimes.p50()) {
            (fresh, Some(lifetime)) if fresh >= self.stale => format!(
                "{fresh} of {calls} calls fetched again what they had, although the server allows it to be kept for {}: {costs}.",
                show_duration(lifetime)
            ),
            _ => format!(
                "{} of {calls} calls fetched the whole of what they had, although the server can be asked if it changed: {costs}.",
                self.fresh + self.stale
            ),
        }
    }

    fn evidence(&self, calls: usize) -> Vec<Evidence> {
        let n = calls as u64;
        let lifetimes: Times = self.lifetimes.iter().copied().collect();
        let mut all = vec![
            evidence::ratio(
                "calls for what was still fresh",
                share(self.fresh, calls),
                n,
            ),
            evidence::ratio(
                "calls for what can be asked about",
                share(self.stale, calls),
                n,
            ),
        ];
        all.extend(evidence::median("freshness p50", &lifetimes));
        all
    }
}

/// The time of a call that an answer at hand would save; redirects are followed before a cache is asked.
fn whole(call: &Exchange) -> Duration {
    call.service_time().saturating_sub(call.journey.redirected)
}

/// The answer as a cache would keep it.
fn keepable(call: &Placed<'_>) -> Option<Kept> {
    let answer = call.call.answer.as_ref().filter(|answer| !answer.cut)?;
    let keepable = answer.keepable?;
    (call.call.traffic.decoded <= LARGEST).then(|| Kept {
        from: call.end(),
        fresh_for: keepable.fresh_for,
        then: keepable.then,
    })
}

#[cfg(test)]
mod tests;
