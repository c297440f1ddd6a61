//! BBR as a remedy: the congestion control that goes by the rate of delivery instead of by loss or by full queues.
//!
//! It has to be in the kernel and allowed to this process, so whether it can be tried is asked beforehand. What this leaves
//! alone: when it would help, which each audit knows by itself.

use netopt_core::change::{Change, CongestionControl};
use netopt_core::finding::Remedy;

use crate::facts::Facts;

/// Its name in the kernel; the names of its later versions begin so.
pub const NAME: &str = "bbr";

/// What it costs, whoever uses it.
pub(crate) const COST: &str =
    "BBR takes its share from others on a shared line and sends more packets again";

/// The change to it.
#[must_use]
pub fn change() -> Option<Change> {
    let name: CongestionControl = NAME.parse().ok()?;
    Some(Change::CongestionControl(Some(name)))
}

/// The change where a socket of this client may have it, and otherwise advice: that one which does what `needed` says would
/// help, or to try; and what there is `besides`.
pub(crate) fn remedy(facts: &Facts, needed: &str, besides: &str) -> Remedy {
    match (facts.may_have_bbr, change()) {
        (Some(true), Some(change)) => Remedy::Change(change),
        (Some(false), _) => Remedy::Advice(format!(
            "A congestion control that {needed} would help, but this machine has no `bbr` for this process: `modprobe \
             tcp_bbr`, and add it to `net.ipv4.tcp_allowed_congestion_control`. {besides}"
        )),
        _ => Remedy::Advice(format!(
            "Try `tcp.congestion_control = bbr` where the kernel has it; whether it does here was not asked. {besides}"
        )),
    }
}
