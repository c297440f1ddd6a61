//! `dns.short-ttl-storm`: the answer of the resolver may hardly be kept, so calls wait for the same answer again and again.
//!
//! A memory cannot help where answers expire before the next call comes. Serving the expired answer while it is asked
//! for again (RFC 8767) takes the wait away and leaves the resolver as busy as before. Where an ordinary memory helps,
//! the finding is `dns.slow-resolver`.

use netopt_core::change::Change;
use netopt_core::finding::{Finding, Remedy};
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::evidence;
use crate::facts::{Facts, phase};
use crate::lookup::{self, PROPOSED_STALE};
use crate::openings::{Openings, openings};
use crate::worth;

const ID: &str = "dns.short-ttl-storm";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Answers of the resolver expire at once",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "a baseline of ten answered calls, five of them beyond the first connections";

fn check(facts: &Facts) -> Outcome {
    let (Some(openings), Some(p50)) = (openings(facts), facts.p50()) else {
        return Outcome::missing(CALLS);
    };
    let Some(lifetime) = lookup::expires_too_soon(facts) else {
        return Outcome::Quiet;
    };
    let lookups = phase(facts.answered(), Phase::Dns);
    let Some(typical) = lookups.p50().filter(|time| *time >= lookup::SLOW) else {
        return Outcome::Quiet;
    };
    let share = Openings {
        new: lookups.n(),
        ..openings
    }
    .share();
    let saving = typical.mul_f64(share).min(p50);
    let Some(severity) = worth::severity(saving, p50) else {
        return Outcome::Quiet;
    };
    let mut evidence = vec![evidence::ratio(
        "calls that waited for a lookup beyond the first connections",
        share,
        openings.calls,
    )];
    evidence.extend(evidence::median("dns p50", &lookups));
    evidence.push(evidence::time(
        "lifetime of an answer",
        lifetime,
        lookups.n(),
    ));
    let (remedy, cost) = remedy(facts);
    Outcome::Fires(Finding {
        evidence,
        estimate: of_share(saving, share),
        remedy,
        cost,
        ..hypothesis(
            ID,
            severity,
            format!(
                "{} of {} calls waited {} for a name whose answer may be kept for {} only: about {} per call.",
                lookups.n(),
                openings.calls,
                show_duration(typical),
                show_duration(lifetime),
                show_duration(saving)
            ),
        )
    })
}

fn remedy(facts: &Facts) -> (Remedy, Vec<String>) {
    if facts.settings().dns.serve_stale.is_zero() {
        let cost = format!(
            "an address that moves is noticed one call later, and up to {} later where the resolver fails",
            show_duration(PROPOSED_STALE)
        );
        return (
            Remedy::Change(Change::ServeStale(PROPOSED_STALE)),
            vec![cost],
        );
    }
    let advice = "Raise the TTL of the name to 30 s or more; where it is short for a quick switch, 5 s are as quick for \
        people and spare most lookups.";
    (Remedy::Advice(advice.to_owned()), Vec::new())
}

#[cfg(test)]
mod tests;
