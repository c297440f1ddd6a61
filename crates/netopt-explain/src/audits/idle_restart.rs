//! `tcp.idle-restart`: a pause longer than the retransmission time-out makes the window shrink again.
//!
//! Linux halves the window for each time-out that a connection was idle, down to that of a new one
//! (`tcp_slow_start_after_idle`, RFC 5681 §4.1). Calls that come seldom then pay round trips that a kept connection was
//! to save. BBR is exempt there.

use netopt_core::finding::{Finding, Remedy};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::course::{Common, Reason, common, downloads};
use crate::evidence;
use crate::facts::{Facts, Times};

const ID: &str = "tcp.idle-restart";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "A kept connection starts slowly again after a pause",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "answered calls in the baseline";

fn check(facts: &Facts) -> Outcome {
    let Some(p50) = facts.p50() else {
        return Outcome::missing(CALLS);
    };
    let all = downloads(facts);
    let Some(Common {
        saving,
        severity,
        share,
        n,
        mut evidence,
    }) = common(facts, &all, Reason::IdleRestart, p50)
    else {
        return Outcome::Quiet;
    };
    let idle: Times = all.iter().filter_map(|held| held.call.idle()).collect();
    evidence.extend(evidence::median("silence before the call p50", &idle));
    Outcome::Fires(Finding {
        evidence,
        estimate: of_median(saving),
        remedy: Remedy::Advice(
            "On the server: `net.ipv4.tcp_slow_start_after_idle = 0`, or a congestion control that is exempt, such as `bbr`."
                .to_owned(),
        ),
        cost: vec!["a burst of a whole window into a path that may have changed during the pause".to_owned()],
        ..hypothesis(
            ID,
            severity,
            format!(
                "After a pause the window of a kept connection is small again, and an answer comes in several flights: about {} in {:.0} % of {n} longer answers.",
                show_duration(saving),
                share * 100.0
            ),
        )
    })
}

#[cfg(test)]
mod tests;
