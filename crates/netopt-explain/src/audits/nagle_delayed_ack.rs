//! `tcp.nagle-delayed-ack`: one side holds a piece back, the other delays the acknowledgement that it waits for.
//!
//! The mechanism and how it shows are in [`crate::stall`]; this audit says whose stall it is and what would end it. Nagle's
//! algorithm that merely is on, without a stall, is no finding: a request in one write never meets it.

use std::time::Duration;

use netopt_core::change::{Change, Switch};
use netopt_core::finding::{Evidence, Finding, Remedy};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::evidence;
use crate::facts::Facts;
use crate::stall::{self, Stall};
use crate::visible::visible;
use crate::worth;

const ID: &str = "tcp.nagle-delayed-ack";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Nagle's algorithm waits for a delayed acknowledgement",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "five answered calls";

fn check(facts: &Facts) -> Outcome {
    let calls = facts.answered().count() as u64;
    let Some(p50) = facts.p50().filter(|_| calls >= stall::LEAST_CALLS) else {
        return Outcome::missing(CALLS);
    };
    let ours = stall::ours(facts).and_then(|stall| sending(facts, &stall, p50));
    let theirs = stall::theirs(facts).and_then(|stall| answering(facts, &stall, p50));
    let saving = |finding: &Finding| finding.estimate.map(|estimate| estimate.saving);
    ours.into_iter()
        .chain(theirs)
        .max_by_key(saving)
        .map_or(Outcome::Quiet, Outcome::Fires)
}

/// We hold the rest of a request.
fn sending(facts: &Facts, stall: &Stall, p50: Duration) -> Option<Finding> {
    let saving = stall.time.min(p50);
    let severity = worth::severity(saving, p50)?;
    let mut evidence = evidence_of(facts, stall, "wait p50 of the calls that were held");
    evidence.push(evidence::ratio(
        "calls that the kernel held back",
        stall.share,
        stall.n,
    ));
    Some(Finding {
        evidence,
        estimate: of_median(saving),
        remedy: Remedy::Change(Change::Nodelay(Switch::On)),
        cost: vec!["more and smaller packets when a request is written in pieces".to_owned()],
        ..hypothesis(
            ID,
            severity,
            format!(
                "Nagle's algorithm holds back the rest of a request until the server acknowledges its start: about {} in \
                 {:.0} % of {} calls on kept connections.",
                show_duration(saving),
                stall.share * 100.0,
                stall.n
            ),
        )
    })
}

/// The server holds the rest of an answer.
fn answering(facts: &Facts, stall: &Stall, p50: Duration) -> Option<Finding> {
    let saving = stall.time.min(p50);
    let severity = worth::severity(saving, p50)?;
    let mut evidence = evidence_of(
        facts,
        stall,
        "longest gap in the answer p50, less a round trip",
    );
    evidence.push(evidence::ratio(
        "answers with such a gap",
        stall.share,
        stall.n,
    ));
    let better = "the better fix is on the server: `TCP_NODELAY`, or headers and body in one write";
    let (remedy, cost) = if facts.settings().tcp.quickack.is_on() {
        let text = format!("Acknowledging at once is on already; {better}.");
        (Remedy::Advice(text), Vec::new())
    } else {
        let cost =
            "an acknowledgement for each arrival: more small packets from the client; Linux only";
        (
            Remedy::Change(Change::Quickack(Switch::On)),
            vec![cost.to_owned()],
        )
    };
    Some(Finding {
        evidence,
        estimate: of_median(saving),
        remedy,
        cost,
        ..hypothesis(
            ID,
            severity,
            format!(
                "The server sends a small answer in pieces and holds one until we acknowledge: a gap of about {} in {:.0} % \
                 of {} answers; {better}.",
                show_duration(saving),
                stall.share * 100.0,
                stall.n
            ),
        )
    })
}

fn evidence_of(facts: &Facts, stall: &Stall, what: &str) -> Vec<Evidence> {
    let mut all: Vec<Evidence> = evidence::median(what, &stall.seen).into_iter().collect();
    if let Some(trip) = visible(facts) {
        all.push(evidence::time(trip.source.name(), trip.time, trip.n));
    }
    all
}

#[cfg(test)]
mod measured;
#[cfg(test)]
mod tests;
