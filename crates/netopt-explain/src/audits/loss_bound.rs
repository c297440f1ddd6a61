//! `tcp.loss-bound`: the sender takes each lost packet for a full line and slows down.
//!
//! Reno and CUBIC halve or cut their window at each loss (RFC 5681, RFC 9438), so a path that loses packets for another
//! reason carries about segment / round trip · 1.2 / √loss (Mathis and others 1997), whatever its line could.
//!
//! Either side can be the sender. For an upload it is us: the kernel counts what it sent again, and the congestion control is
//! ours to change, where the kernel has another one and lets us use it. For a download the receiver sees the packets behind
//! each lost one come out of order, and only whoever runs the server can change that.

use std::time::Duration;

use netopt_core::finding::{Finding, Remedy};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::bbr;
use crate::course::{self, Common, common, downloads};
use crate::evidence;
use crate::facts::{Facts, Times};
use crate::upload::{Reason, held, mostly};
use crate::visible::visible;
use crate::worth;

const ID: &str = "tcp.loss-bound";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Loss, and not the line, limits the sender",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "answered calls in the baseline";

fn check(facts: &Facts) -> Outcome {
    let Some(p50) = facts.p50() else {
        return Outcome::missing(CALLS);
    };
    let saving = |finding: &Finding| finding.estimate.map(|estimate| estimate.saving);
    ours(facts, p50)
        .into_iter()
        .chain(theirs(facts, p50))
        .max_by_key(saving)
        .map_or(Outcome::Quiet, Outcome::Fires)
}

/// Losses slow us down while we send.
fn ours(facts: &Facts, p50: Duration) -> Option<Finding> {
    let all = held(facts);
    let lossy = mostly(&all, Reason::Loss)?;
    let beyond: Times = lossy.iter().map(|held| held.beyond_flights).collect();
    let saving = beyond.p50()?.min(p50);
    let severity = worth::severity(saving, p50)?;
    let n = beyond.n();
    #[expect(clippy::cast_precision_loss, reason = "a mean of small shares")]
    let again = lossy.iter().map(|held| held.again).sum::<f64>() / n as f64;
    let mut evidence = vec![evidence::ratio("bytes that were sent again", again, n)];
    evidence.extend(evidence::median(
        "time beyond the flights of a window that doubles p50",
        &beyond,
    ));
    evidence
        .extend(visible(facts).map(|trip| evidence::time(trip.source.name(), trip.time, trip.n)));
    let remedy = bbr::remedy(
        facts,
        "does not take each loss for a full line",
        "Look for what loses the packets.",
    );
    let is_ours_to_try = matches!(remedy, Remedy::Change(_));
    let cost = is_ours_to_try.then(|| bbr::COST.to_owned());
    Some(Finding {
        evidence,
        estimate: of_median(saving),
        remedy,
        cost: cost.into_iter().collect(),
        ..hypothesis(
            ID,
            severity,
            format!(
                "Packets of requests get lost, and we slow down although no queue stands in front of the line: up to {} per \
                 call, in {n} of {} longer requests.",
                show_duration(saving),
                all.len()
            ),
        )
    })
}

/// Losses slow the server down.
fn theirs(facts: &Facts, p50: Duration) -> Option<Finding> {
    let Common {
        saving,
        severity,
        share,
        n,
        evidence,
    } = common(facts, &downloads(facts), course::Reason::Loss, p50)?;
    Some(Finding {
        evidence,
        estimate: of_median(saving),
        remedy: Remedy::Advice(
            "On the server, try a congestion control that does not take each loss for a full line: \
             `net.ipv4.tcp_congestion_control = bbr`. Look for what loses the packets: a radio link, a policer, a queue of a \
             few packets."
                .to_owned(),
        ),
        cost: vec![bbr::COST.to_owned()],
        ..hypothesis(
            ID,
            severity,
            format!(
                "Packets get lost, and the server slows down although the line is not full: about {} in {:.0} % of {n} longer answers.",
                show_duration(saving),
                share * 100.0
            ),
        )
    })
}

#[cfg(test)]
mod tests;
