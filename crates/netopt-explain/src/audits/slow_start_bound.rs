//! `tcp.slow-start-bound`: a new connection begins with ten segments and doubles from round trip to round trip.
//!
//! A longer answer on it takes ⌈log₂(n/10 + 1)⌉ round trips (RFC 6928, RFC 5681) where a connection in use needs one. What
//! opening the connection costs is the business of `http.connection-reuse`; here it is the answer itself.

use netopt_core::change::{Change, Switch};
use netopt_core::finding::{Finding, Remedy};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::course::{Common, Reason, common, downloads};
use crate::facts::Facts;

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
    let Some(Common {
        saving,
        severity,
        share,
        n,
        evidence,
    }) = common(facts, &downloads(facts), Reason::SlowStart, p50)
    else {
        return Outcome::Quiet;
    };
    Outcome::Fires(Finding {
        evidence,
        estimate: of_median(saving),
        remedy: if facts.settings().http.keep_alive.is_on() {
            Remedy::Advice(
                "Keep connections open on the server, so that a window that has grown is used again; or raise the initial \
                 window of the route there (`ip route change … initcwnd 30`); or send less: fewer bytes are fewer flights."
                    .to_owned(),
            )
        } else {
            Remedy::Change(Change::KeepAlive(Switch::On))
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
