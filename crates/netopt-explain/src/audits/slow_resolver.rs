//! `dns.slow-resolver`: looking up the name takes a noticeable part of the calls.
//!
//! A lookup is paid once per new connection, so its weight is the share of calls that made one. Connections that any
//! client opens at the start do not count. A target that is a literal address has no lookup and no finding.

use netopt_core::change::Change;
use netopt_core::finding::{Evidence, Finding, Remedy};
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::evidence;
use crate::facts::{Facts, Times, phase};
use crate::lookup::{self, PROPOSED_TTL};
use crate::openings::{HEALTHY_REUSE, Openings, openings};
use crate::worth;

const ID: &str = "dns.slow-resolver";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "The resolver is slow and asked often",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "a baseline of ten answered calls, five of them beyond the first connections";

fn check(facts: &Facts) -> Outcome {
    let (Some(openings), Some(p50)) = (openings(facts), facts.p50()) else {
        return Outcome::missing(CALLS);
    };
    let lookups = phase(facts.answered(), Phase::Dns);
    let Some(typical) = lookups.p50().filter(|time| *time >= lookup::SLOW) else {
        return Outcome::Quiet;
    };
    if lookup::expires_too_soon(facts).is_some() {
        // Keeping addresses would not help; `dns.short-ttl-storm` tells.
        return Outcome::Quiet;
    }
    let looked_up = Openings {
        new: lookups.n(),
        ..openings
    };
    let share = looked_up.share();
    let saving = typical.mul_f64(share).min(p50);
    let Some(severity) = worth::severity(saving, p50) else {
        return Outcome::Quiet;
    };
    let not_reused = 1.0 - openings.share() < HEALTHY_REUSE;
    let also = if not_reused {
        " Keeping connections open would save most lookups, too."
    } else {
        ""
    };
    Outcome::Fires(Finding {
        evidence: evidence_of(&lookups, share, openings),
        estimate: of_share(saving, share),
        remedy: remedy(facts),
        cost: vec![format!(
            "an address that moves is noticed up to {} later",
            show_duration(PROPOSED_TTL)
        )],
        ..hypothesis(
            ID,
            severity,
            format!(
                "Looking up the name takes {}, in {} of {} calls: about {} per call.{also}",
                show_duration(typical),
                lookups.n(),
                openings.calls,
                show_duration(saving)
            ),
        )
    })
}

fn remedy(facts: &Facts) -> Remedy {
    if lookup::is_curable(facts) {
        return Remedy::Change(Change::DnsCacheTtl(PROPOSED_TTL));
    }
    Remedy::Advice(
        "The client keeps addresses already, and the lookups that are left are slow: use a caching resolver on this host or \
         in this network, and look for a dead entry at the top of the resolver's configuration."
            .to_owned(),
    )
}

fn evidence_of(lookups: &Times, share: f64, openings: Openings) -> Vec<Evidence> {
    let mut all = vec![evidence::ratio(
        "calls with a lookup beyond the first connections",
        share,
        openings.calls,
    )];
    all.extend(evidence::median("dns p50", lookups));
    all
}

#[cfg(test)]
mod tests;
