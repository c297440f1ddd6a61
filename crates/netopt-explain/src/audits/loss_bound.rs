//! `tcp.loss-bound`: the sender takes each lost packet for a full line and slows down.
//!
//! Reno and CUBIC halve or cut their window at each loss (RFC 5681, RFC 9438), so a path that loses packets for another
//! reason carries about segment / round trip · 1.2 / √loss (Mathis and others 1997), whatever its line could. The receiver
//! sees the packets behind each lost one come out of order. For a download only whoever runs the server can change that.

use netopt_core::finding::{Finding, Remedy};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::course::{Common, Reason, common, downloads};
use crate::facts::Facts;

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
    let Some(Common {
        saving,
        severity,
        share,
        n,
        evidence,
    }) = common(facts, &downloads(facts), Reason::Loss, p50)
    else {
        return Outcome::Quiet;
    };
    Outcome::Fires(Finding {
        evidence,
        estimate: of_median(saving),
        remedy: Remedy::Advice(
            "On the server, try a congestion control that does not take each loss for a full line: \
             `net.ipv4.tcp_congestion_control = bbr`. Look for what loses the packets: a radio link, a policer, a queue of a \
             few packets."
                .to_owned(),
        ),
        cost: vec!["BBR takes its share from others on a shared line and sends more packets again".to_owned()],
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
