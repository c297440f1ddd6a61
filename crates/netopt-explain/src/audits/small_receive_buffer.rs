//! `tcp.small-receive-buffer`: the receiver's window is full once each round trip, and the rest of it is waiting.
//!
//! Either side can be the receiver. For a download it is us: a fixed receive buffer of the client ends the kernel's tuning
//! and is the usual cause, so removing it is the change. For an upload it is the server, and there is only advice.

use std::time::Duration;

use netopt_core::change::Change;
use netopt_core::finding::{Finding, Remedy};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::course::{Reason, downloads, most};
use crate::evidence;
use crate::facts::Facts;
use crate::upload::{by_the_peers_window, uploads};
use crate::visible::visible;
use crate::worth;

const ID: &str = "tcp.small-receive-buffer";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "The receiver's window is too small for the path",
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

/// Our window holds the server up.
fn ours(facts: &Facts, p50: Duration) -> Option<Finding> {
    let all = downloads(facts);
    let (paused, share) = most(&all, Reason::Window)?;
    let saving = paused.p50()?.min(p50);
    let severity = worth::severity(saving, p50)?;
    let window = all
        .iter()
        .filter_map(|held| held.call.path.as_ref()?.receive_window)
        .max()?;
    let n = all.len() as u64;
    let mut evidence = vec![
        evidence::bytes("our window, most", window, n),
        evidence::ratio("answers that fill it each round trip", share, n),
    ];
    evidence.extend(evidence::median("pauses in the answer p50", &paused));
    evidence
        .extend(visible(facts).map(|trip| evidence::time(trip.source.name(), trip.time, trip.n)));
    let is_fixed = facts.settings().tcp.receive_buffer.is_some();
    let remedy = if is_fixed {
        Remedy::Change(Change::ReceiveBuffer(None))
    } else {
        Remedy::Advice(
            "No buffer is set, so the system's bound is the limit: raise the third number of `net.ipv4.tcp_rmem` to rate \
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
                "The client's receive window of {window} is full once each round trip and the server waits for it: about {} \
                 in {:.0} % of {n} longer answers.",
                show_duration(saving),
                share * 100.0
            ),
        )
    })
}

/// The server's window holds us up.
fn theirs(facts: &Facts, p50: Duration) -> Option<Finding> {
    let all = uploads(facts);
    let (times, share) = by_the_peers_window(facts, &all)?;
    let saving = times.p50()?.min(p50);
    let severity = worth::severity(saving, p50)?;
    let n = times.n();
    let mut evidence = vec![evidence::ratio(
        "busy time with the server's window full",
        share,
        n,
    )];
    evidence.extend(evidence::median("window limited p50", &times));
    let window = all.iter().filter_map(|(_, path)| path.peer_window).max();
    evidence.extend(window.map(|window| evidence::bytes("the server's window, most", window, n)));
    Some(Finding {
        evidence,
        estimate: of_median(saving),
        remedy: Remedy::Advice(
            "On the server, do not set `SO_RCVBUF`, so that the kernel tunes it, and raise the third number of \
             `net.ipv4.tcp_rmem` if that is the bound; a server that reads slowly looks the same."
                .to_owned(),
        ),
        cost: vec!["kernel memory of the server for each busy connection".to_owned()],
        ..hypothesis(
            ID,
            severity,
            format!(
                "The server's receive window is full and we wait for it: about {} per call, {:.0} % of the time with data \
                 under way (n = {n}).",
                show_duration(saving),
                share * 100.0
            ),
        )
    })
}

#[cfg(test)]
mod tests;
