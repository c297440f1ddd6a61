//! `tcp.loss-bound`: the sender takes each lost packet for a full line and slows down.
//!
//! Reno and CUBIC halve or cut their window at each loss (RFC 5681, RFC 9438), so a path that loses packets for another
//! reason carries about segment / round trip · 1.2 / √loss (Mathis and others 1997), whatever its line could. The receiver
//! sees the packets behind each lost one come out of order. For a download only whoever runs the server can change that.

use netopt_core::finding::{Finding, Remedy};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::course::{Reason, downloads, most};
use crate::evidence;
use crate::facts::Facts;
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
    let all = downloads(facts);
    let Some((paused, share)) = most(&all, Reason::Loss) else {
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
