//! `http.duplicate-requests`: the same is asked for while the answer is already on its way.
//!
//! Identical requests that are in flight at once could be one. The baseline is played back: a call that begins before the head
//! of an identical one's answer is there joins it, and ends with it. That is earlier than by itself, by what it came later; the
//! work that server and line are spared comes on top and is not in the estimate.
//!
//! Where one request stands for all that are like it, two of them being identical is an artefact of measuring. So this needs to
//! be told what the program asks for.

use std::collections::HashMap;
use std::time::Duration;

use netopt_core::change::{Change, Switch};
use netopt_core::finding::{Evidence, Finding, Remedy, Severity};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::evidence;
use crate::facts::{Asking, Facts, Times};
use crate::placed::{LEAST_CALLS, Placed, each, placed, share};
use crate::worth;

const ID: &str = "http.duplicate-requests";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Identical requests are in flight at once",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "ten answered calls of a run, with what each asked for";

/// From this share of needless requests on the server's owner should know, whatever the calls save.
pub(crate) const NEEDLESS: f64 = 0.2;

fn check(facts: &Facts) -> Outcome {
    if facts.asking == Asking::StandIn || facts.settings().http.coalesce.is_on() {
        return Outcome::Quiet;
    }
    let calls = placed(facts);
    let Some(p50) = facts.p50().filter(|_| calls.len() >= LEAST_CALLS) else {
        return Outcome::missing(CALLS);
    };
    let joined = joined(&calls);
    let saving = each(joined.iter().copied().sum(), calls.len()).min(p50);
    let part = share(joined.len(), calls.len());
    let severity =
        worth::severity(saving, p50).or_else(|| (part >= NEEDLESS).then_some(Severity::Low));
    let Some(severity) = severity.filter(|_| !joined.is_empty()) else {
        return Outcome::Quiet;
    };
    let summary = format!(
        "{} of {} calls asked for what an identical call was already waiting for: {} per call or more, and {:.0} % of the \
         requests for nothing.",
        joined.len(),
        calls.len(),
        show_duration(saving),
        part * 100.0
    );
    Outcome::Fires(Finding {
        evidence: evidence_of(&joined, part, calls.len()),
        estimate: of_share(saving, part),
        remedy: Remedy::Change(Change::Coalesce(Switch::On)),
        cost: vec![
            "a failure is that of all who joined".to_owned(),
            "an answer may have been asked for one wait before its caller asked".to_owned(),
        ],
        ..hypothesis(ID, severity, summary)
    })
}

/// By how much each call that could have joined another one would have ended earlier.
fn joined(calls: &[Placed<'_>]) -> Vec<Duration> {
    let mut leaders: HashMap<u64, &Placed<'_>> = HashMap::new();
    let mut joined = Vec::new();
    for call in calls {
        let Some(resource) = call.asked.resource else {
            continue;
        };
        match leaders.get(&resource) {
            Some(leader) if call.asked_at() < leader.head() => {
                let earlier = call.end().saturating_sub(leader.end());
                joined.push(earlier.min(call.call.service_time()));
            }
            _ => {
                leaders.insert(resource, call);
            }
        }
    }
    joined
}

fn evidence_of(joined: &[Duration], part: f64, calls: usize) -> Vec<Evidence> {
    let times: Times = joined.iter().copied().collect();
    let mut all = vec![evidence::ratio(
        "calls that began while an identical one waited",
        part,
        calls as u64,
    )];
    all.extend(evidence::median("would have ended earlier by, p50", &times));
    all
}

#[cfg(test)]
mod tests;
