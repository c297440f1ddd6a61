//! `pool.too-large`: the server has more at once than it can do well, and answers fewer calls for it.
//!
//! Whether it thrashes or has a queue is told by making the load smaller, see [`crate::crowd`]. On HTTP/1.1 a connection
//! carries one call, so a pool that is bounded is a queue in the client, where waiting costs the server nothing. The
//! estimate is for callers who wait for their answers: with `n` of them and an answer each `t` a call takes `n` times `t`.

use std::num::NonZeroU32;

use netopt_core::change::Change;
use netopt_core::finding::{Evidence, Finding, Remedy};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::crowd::{at_once, held, levels, today};
use crate::evidence;
use crate::facts::{Connection, Crowd, Facts, Times, on};
use crate::worth;

const ID: &str = "pool.too-large";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "The server has more calls at once than it can do well",
    needs: &[CALLS, CROWDS],
    check,
};

const CALLS: &str = "answered calls in the baseline";
const CROWDS: &str = "calls with fewer callers than the baseline had";

/// An answer has to take this much less of the server: less may come from calls that happen to be spread otherwise.
const LEAST_GAIN: f64 = 0.1;

/// A number of calls at once, and what an answer then takes of the server.
#[derive(Debug, Clone)]
struct Level {
    callers: NonZeroU32,
    per_answer: Times,
}

fn check(facts: &Facts) -> Outcome {
    let Some(p50) = facts.p50() else {
        return Outcome::missing(CALLS);
    };
    if levels(facts).is_empty() {
        return Outcome::Quiet;
    }
    if facts.survey.crowds.is_empty() {
        return Outcome::missing(CROWDS);
    }
    let Some(crowd) = at_once(facts).filter(|crowd| *crowd > 0.0) else {
        return Outcome::Quiet;
    };
    let now = today(facts).over(crowd);
    let Some(best) = best(facts) else {
        return Outcome::Quiet;
    };
    let gain = now.clearly_above(&best.per_answer).unwrap_or_default();
    let Some(per_answer) = now.p50().filter(|now| gain >= now.mul_f64(LEAST_GAIN)) else {
        return Outcome::Quiet;
    };
    let saving = p50.mul_f64((gain.as_secs_f64() / per_answer.as_secs_f64()).min(1.0));
    let Some(severity) = worth::severity(saving, p50) else {
        return Outcome::Quiet;
    };
    let is_smaller = |limit: NonZeroU32| best.callers < limit;
    if !facts.settings().pool.max_connections.is_none_or(is_smaller) {
        return Outcome::Quiet;
    }
    Outcome::Fires(Finding {
        evidence: told(facts, crowd, &now),
        estimate: of_median(saving),
        remedy: Remedy::Change(Change::MaxConnections(Some(best.callers))),
        cost: vec![
            "calls beyond the limit wait in the client, behind one another: a slow one holds up more of them".to_owned(),
            "with several clients each has a share of what the server can do well".to_owned(),
        ],
        ..hypothesis(
            ID,
            severity,
            format!(
                "With {crowd:.0} calls at once the server needs {} for each answer, and with {} only {}: they are in each \
                 other's way.",
                show_duration(per_answer),
                best.callers,
                show_duration(best.per_answer.p50().unwrap_or_default()),
            ),
        )
    })
}

/// The level at which an answer takes least of the server; of equals the largest.
fn best(facts: &Facts) -> Option<Level> {
    let measured = facts.survey.crowds.iter().map(|crowd| Level {
        callers: crowd.callers,
        per_answer: per_answer(crowd),
    });
    measured
        .filter(|level| level.per_answer.is_enough())
        .min_by_key(|level| (level.per_answer.p50(), std::cmp::Reverse(level.callers)))
}

/// The times on connections of these calls over their number at once.
fn per_answer(crowd: &Crowd) -> Times {
    let times: Times = on(&crowd.exchanges, Connection::Reused).map(held).collect();
    times.over(f64::from(crowd.callers.get()))
}

fn told(facts: &Facts, crowd: f64, now: &Times) -> Vec<Evidence> {
    let mut all = vec![evidence::count("calls at once, mean", crowd, now.n())];
    all.extend(evidence::median("time on a connection p50", &today(facts)));
    all.extend(evidence::median(
        "time of the server for an answer p50",
        now,
    ));
    for level in &facts.survey.crowds {
        let name = format!(
            "time of the server for an answer p50, {} at once",
            level.callers
        );
        all.extend(evidence::median(&name, &per_answer(level)));
    }
    let single: Times = on(&facts.survey.warm, Connection::Reused)
        .map(held)
        .collect();
    all.extend(evidence::median(
        "time on a connection p50, one by one",
        &single,
    ));
    all
}

#[cfg(test)]
mod tests;
