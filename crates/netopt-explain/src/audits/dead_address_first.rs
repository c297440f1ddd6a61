//! `tcp.dead-address-first`: new connections wait for an address that never answers before they try one that does.
//!
//! The client knows when it began with which address, so the time before the winner's turn is measured, not guessed. A
//! race (RFC 8305) cuts it to a quarter of a second; only whoever publishes the name can take it away.

use std::time::Duration;

use netopt_core::change::{Change, Switch};
use netopt_core::finding::{Evidence, Finding, Remedy};
use netopt_core::opening::Opening;
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::evidence;
use crate::facts::{Facts, Times};
use crate::openings::{self, Openings, openings};
use crate::worth;

const ID: &str = "tcp.dead-address-first";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "A dead address is tried first",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "a baseline of ten answered calls, five of them beyond the first connections";

/// The pause between two addresses of a race (RFC 8305 §5): what a dead address still costs then.
const STAGGER: Duration = Duration::from_millis(250);

fn check(facts: &Facts) -> Outcome {
    let (Some(openings), Some(p50)) = (openings(facts), facts.p50()) else {
        return Outcome::missing(CALLS);
    };
    let went_round: Vec<Opening> = openings::made(facts)
        .filter(|made| made.silent > 0)
        .collect();
    let detours: Times = went_round.iter().map(|made| made.detour).collect();
    let (Some(detour), Some(most_silent)) = (
        detours.p50(),
        went_round.iter().map(|made| made.silent).max(),
    ) else {
        return Outcome::Quiet;
    };
    let share = Openings {
        new: detours.n(),
        ..openings
    }
    .share();
    let raced = STAGGER.saturating_mul(most_silent);
    let cut = detour.saturating_sub(raced).mul_f64(share).min(p50);
    let whole = detour.mul_f64(share).min(p50);
    let races = facts.settings().tcp.address_racing.is_on();
    let helps = !races && worth::severity(cut, p50).is_some();
    let (saving, remedy) = if helps {
        (cut, Remedy::Change(Change::AddressRacing(Switch::On)))
    } else {
        (whole, Remedy::Advice(ADVICE.to_owned()))
    };
    let Some(severity) = worth::severity(saving, p50) else {
        return Outcome::Quiet;
    };
    let cost = if helps {
        vec!["a second connection is begun now and then, and closed unused".to_owned()]
    } else {
        Vec::new()
    };
    Outcome::Fires(Finding {
        evidence: evidence_of(&detours, share, openings),
        estimate: of_share(saving, share),
        remedy,
        cost,
        ..hypothesis(
            ID,
            severity,
            format!(
                "{} of {} calls tried an address first that never answered, for {}: about {} per call could be saved.",
                detours.n(),
                openings.calls,
                show_duration(detour),
                show_duration(saving)
            ),
        )
    })
}

const ADVICE: &str = "Take the address that does not answer out of the name's records, or bring it back; if only this \
    network cannot reach it (IPv6 without a route, a firewall that drops), have it refuse at once.";

fn evidence_of(detours: &Times, share: f64, openings: Openings) -> Vec<Evidence> {
    let mut all = vec![evidence::ratio(
        "calls behind a dead address, beyond the first connections",
        share,
        openings.calls,
    )];
    all.extend(evidence::median("wait for a dead address p50", detours));
    all
}

#[cfg(test)]
mod tests;
