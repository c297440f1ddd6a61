//! `tcp.slow-start-bound`: a new connection begins with ten segments and doubles from round trip to round trip.
//!
//! A longer answer on it takes ⌈log₂(n/10 + 1)⌉ round trips (RFC 6928, RFC 5681) where a connection in use needs one. What
//! opening the connection costs is the business of `http.connection-reuse`; here it is the answer itself.

use netopt_core::finding::{Finding, Remedy};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::course::{Reason, downloads, most};
use crate::evidence;
use crate::facts::Facts;
use crate::visible::visible;
use crate::worth;

const ID: &str = "tcp.slow-start-bound";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Answers on new connections take extra round trips",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "answered calls in the baseline";

fn check(facts: &Facts) -> Outcome {
    let Some(p50) = facts.p50() else {
        return Outcome::missing(CALLS);
    };
    let all = downloads(facts);
    let Some((paused, share)) = most(&all, Reason::SlowStart) else {
        return Outcome::Quiet;
    };
    let saving = paused.p50().unwrap_or_default().min(p50);
    let Some(severity) = worth::severity(saving, p50) else {
        return Outcome::Quiet;
    };
    let n = all.len() as u64;
    let mut evidence = vec![evidence::ratio("longer answers with this course", share, n)];
    evidence.extend(evidence::median("pauses in the answer p50", &paused));
    evidence
        .extend(visible(facts).map(|trip| evidence::time(trip.source.name(), trip.time, trip.n)));
    Outcome::Fires(Finding {
        evidence,
        estimate: of_median(saving),
        remedy: if facts.settings().keep_alive.is_on() {
            Remedy::Advice(
                "Keep connections open on the server, so that a window that has grown is used again; or raise the initial \
                 window of the route there (`ip route change … initcwnd 30`); or send less: fewer bytes are fewer flights."
                    .to_owned(),
            )
        } else {
            Remedy::Change(netopt_core::change::Change::KeepAlive(
                netopt_core::change::Switch::On,
            ))
        },
        cost: vec!["one open connection per concurrent call, on both sides".to_owned()],
        ..hypothesis(
            ID,
            severity,
            format!(
                "Answers on new connections come in several flights, each a round trip after the one before: about {} in {:.0} % of {n} longer answers.",
                show_duration(saving),
                share * 100.0
            ),
        )
    })
}

#[cfg(test)]
mod tests;
