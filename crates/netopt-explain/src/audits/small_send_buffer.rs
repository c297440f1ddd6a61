//! `tcp.small-send-buffer`: the sender has room for less than the path holds, and waits for acknowledgements.
//!
//! For an upload the kernel says so itself; a fixed send buffer of the client is the usual cause. A server's buffer only
//! shows in the answers: the same amount each round trip, or bursts that wait until the one before is acknowledged, although our
//! window has room and nothing was lost. A server that writes so much at a time looks the same, and the advice says it.

use std::time::Duration;

use netopt_core::change::Change;
use netopt_core::finding::{Finding, Remedy};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::course::{Reason, downloads, most};
use crate::evidence;
use crate::facts::Facts;
use crate::upload::{by_our_buffer, uploads};
use crate::worth;

const ID: &str = "tcp.small-send-buffer";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "The sender's buffer is too small for the path",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "answered calls in the baseline";

fn check(facts: &Facts) -> Outcome {
    let Some(p50) = facts.p50() else {
        return Outcome::missing(CALLS);
    };
    ours(facts, p50)
        .or_else(|| theirs(facts, p50))
        .map_or(Outcome::Quiet, Outcome::Fires)
}

fn ours(facts: &Facts, p50: Duration) -> Option<Finding> {
    let is_fixed = facts.settings().tcp.send_buffer.is_some();
    let (times, share) = by_our_buffer(facts, &uploads(facts))?;
    let saving = times.p50()?.min(p50);
    let severity = worth::severity(saving, p50)?;
    let mut evidence = vec![evidence::ratio(
        "busy time with our send buffer full",
        share,
        times.n(),
    )];
    evidence.extend(evidence::median("send buffer limited p50", &times));
    let remedy = if is_fixed {
        Remedy::Change(Change::SendBuffer(None))
    } else {
        Remedy::Advice(
            "No buffer is set, so the system's bound is the limit: raise the third number of `net.ipv4.tcp_wmem` to rate \
             times round trip, twice over."
                .to_owned(),
        )
    };
    Some(Finding {
        evidence,
        estimate: of_median(saving),
        remedy,
        cost: vec![
            "up to twice rate times round trip of kernel memory for each busy connection"
                .to_owned(),
        ],
        ..hypothesis(
            ID,
            severity,
            format!(
                "The client's send buffer is full before the path is: about {} per call, {:.0} % of the time with data \
                 under way (n = {}).",
                show_duration(saving),
                share * 100.0,
                times.n()
            ),
        )
    })
}

fn theirs(facts: &Facts, p50: Duration) -> Option<Finding> {
    let all = downloads(facts);
    let (paused, share) = most(&all, Reason::Sender)?;
    let saving = paused.p50()?.min(p50);
    let severity = worth::severity(saving, p50)?;
    let n = all.len() as u64;
    let mut evidence = vec![evidence::ratio(
        "answers that wait for acknowledgements",
        share,
        n,
    )];
    evidence.extend(evidence::median("pauses in the answer p50", &paused));
    Some(Finding {
        evidence,
        estimate: of_median(saving),
        remedy: Remedy::Advice(
            "On the server, do not set `SO_SNDBUF`, so that the kernel tunes it, and raise the third number of \
             `net.ipv4.tcp_wmem` if that is the bound; see that the application writes without waiting in between, and whether its congestion window is clamped."
                .to_owned(),
        ),
        cost: vec!["kernel memory of the server for each busy connection".to_owned()],
        ..hypothesis(
            ID,
            severity,
            format!(
                "The server sends a part and waits until it is acknowledged, although our window has room and nothing was \
                 lost: about {} in {:.0} % of {n} longer answers.",
                show_duration(saving),
                share * 100.0
            ),
        )
    })
}

#[cfg(test)]
mod tests;
