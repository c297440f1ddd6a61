//! `tcp.syn-loss`: first segments of new connections are lost, and each costs a second or more.
//!
//! Before a connection is there, nothing but a timer notices a loss: one second (RFC 6298 §2), then again one, and more
//! later. The kernel counts how often it sent the first segment again, so the losses are known and not guessed from
//! connect times that cluster at R, R + 1 s and R + 3 s. Few calls pay, so the mean feels it and the median does not.

use netopt_core::change::{Change, Switch};
use netopt_core::exchange::Exchange;
use netopt_core::finding::{Finding, Remedy};
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::evidence;
use crate::facts::{Facts, Times, answered};
use crate::openings::{self, openings};
use crate::worth;

const ID: &str = "tcp.syn-loss";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "First segments are lost",
    needs: &[CALLS, COUNTS],
    check,
};

const CALLS: &str = "a baseline of ten answered calls, five of them beyond the first connections";
const COUNTS: &str = "the kernel's count of first segments sent again (Linux)";

/// One loss is bad luck; two in a run of some ten connections are a rate.
const LEAST_LOSSES: u64 = 2;

#[expect(clippy::cast_precision_loss, reason = "shares of counts")]
fn check(facts: &Facts) -> Outcome {
    let (Some(openings), Some(p50)) = (openings(facts), facts.p50()) else {
        return Outcome::missing(CALLS);
    };
    if openings.new == 0 {
        return Outcome::Quiet;
    }
    let (lost, clean): (Vec<_>, Vec<_>) = answered(&facts.baseline.exchanges)
        .filter_map(|call| Some((openings::of(call)?.syn_retransmits?, call)))
        .partition(|(again, _)| *again > 0);
    if lost.is_empty() && clean.is_empty() {
        return Outcome::missing(COUNTS);
    }
    let (losses, made) = (lost.len() as u64, (lost.len() + clean.len()) as u64);
    if losses < LEAST_LOSSES {
        return Outcome::Quiet;
    }
    let (slow, usual) = (connects(&lost), connects(&clean));
    let usual = usual.p50().unwrap_or_default();
    let Some(slow_p50) = slow.p50() else {
        return Outcome::Quiet;
    };
    let each = slow.mean().unwrap_or_default().saturating_sub(usual);
    let share = losses as f64 / openings.calls as f64;
    let saving = each.mul_f64(share);
    let Some(severity) = worth::severity(saving, p50) else {
        return Outcome::Quiet;
    };
    let again: u64 = lost.iter().map(|(again, _)| u64::from(*again)).sum();
    let rate = again as f64 / (again + made) as f64;
    let mut evidence = vec![
        evidence::ratio("first segments lost", rate, again + made),
        evidence::ratio("calls that waited for one", share, openings.calls),
    ];
    evidence.extend(evidence::median("connect p50 with a loss", &slow));
    Outcome::Fires(Finding {
        evidence,
        estimate: of_share(saving, share),
        remedy: remedy(facts),
        cost: cost(facts),
        ..hypothesis(
            ID,
            severity,
            format!(
                "{losses} of {made} new connections had their first segment lost and took {} instead of {}: about {} \
                 per call in the mean.",
                show_duration(slow_p50),
                show_duration(usual),
                show_duration(saving)
            ),
        )
    })
}

fn connects(calls: &[(u32, &Exchange)]) -> Times {
    let length = |(_, call): &(u32, &Exchange)| call.timeline.length(Phase::Connect);
    calls.iter().filter_map(length).collect::<Times>()
}

fn remedy(facts: &Facts) -> Remedy {
    if facts.settings().http.keep_alive.is_on() {
        return Remedy::Advice(
            "Find out where first segments are dropped: at a server whose queue of new connections is full (`nstat -az \
             TcpExtListenDrops`), at a firewall or address translator that limits new connections, or on a path that \
             loses packets. Until then each connection that is kept is one less at risk."
                .to_owned(),
        );
    }
    Remedy::Change(Change::KeepAlive(Switch::On))
}

fn cost(facts: &Facts) -> Vec<String> {
    if facts.settings().http.keep_alive.is_on() {
        return Vec::new();
    }
    vec!["one open connection per concurrent call, on both sides".to_owned()]
}

#[cfg(test)]
mod tests;
