//! `tls.handshake-dominates`: connections are short, and most of their time is the TLS handshake.
//!
//! Keeping connections is the cure where the client may. Where the server ends them, a shorter handshake is: a newer version, a
//! chain of certificates that fits the first window, sessions that can be resumed. What the client could spare by resuming
//! sessions itself is [`super::no_resumption`]'s, and the rest of what a new connection costs is
//! [`super::connection_reuse`]'s.

use netopt_core::change::{Change, Switch};
use netopt_core::exchange::TlsSession;
use netopt_core::finding::{Evidence, Finding, Remedy};
use netopt_core::unit::{Bytes, show_duration};

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::evidence;
use crate::facts::{Facts, middle};
use crate::handshake::{self, Dominating, chain_trips, dominating, is_old, session};
use crate::openings::openings;
use crate::worth;

const ID: &str = "tls.handshake-dominates";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Calls are mostly TLS handshake",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "a baseline of ten answered calls, five of them beyond the first connections";

fn check(facts: &Facts) -> Outcome {
    let (Some(openings), Some(p50)) = (openings(facts), facts.p50()) else {
        return Outcome::missing(CALLS);
    };
    let Some(found) = dominating(facts) else {
        return Outcome::Quiet;
    };
    let saving = found.time.mul_f64(openings.share()).min(p50);
    let Some(severity) = worth::severity(saving, p50) else {
        return Outcome::Quiet;
    };
    let reasons = Reasons::of(facts);
    let time = show_duration(found.handshakes.p50().unwrap_or_default());
    let whole = show_duration(found.calls.p50().unwrap_or_default());
    Outcome::Fires(Finding {
        evidence: evidence_of(&found, &reasons),
        estimate: of_share(saving, openings.share()),
        remedy: reasons.remedy(facts),
        cost: cost(facts),
        ..hypothesis(
            ID,
            severity,
            format!(
                "{} of {} calls opened a connection, and of the {whole} that such a call takes, {time} are the TLS handshake{}.",
                openings.new,
                openings.calls,
                reasons.told()
            ),
        )
    })
}

/// What makes the typical handshake longer than one round trip.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reasons {
    /// The version, where a newer one takes a round trip less.
    old: Option<String>,
    /// The chain of certificates, where it does not fit the first window.
    chain: Option<Bytes>,
    /// Whether no session was resumed.
    full: bool,
    /// Handshakes that were looked at.
    n: u64,
}

impl Reasons {
    fn of(facts: &Facts) -> Self {
        let sessions: Vec<&TlsSession> = handshake::made(facts)
            .into_iter()
            .filter_map(session)
            .collect();
        let full = || sessions.iter().filter(|session| !session.resumed);
        let most = |count: usize| count * 2 > sessions.len();
        let old = full().filter(|session| is_old(session)).count();
        let long = full().filter(|session| chain_trips(session) > 0);
        let size = middle(long.clone().map(|session| session.certificates));
        Self {
            old: full()
                .find(|session| is_old(session) && most(old))
                .map(|session| session.version.clone()),
            chain: size.filter(|_| most(long.count())),
            full: most(full().count()),
            n: sessions.len() as u64,
        }
    }

    fn told(&self) -> String {
        let mut reasons = Vec::new();
        reasons.extend(
            self.old
                .as_ref()
                .map(|version| format!("{version} takes two round trips")),
        );
        reasons.extend(
            self.chain
                .map(|size| format!("{size} of certificates take another")),
        );
        if reasons.is_empty() {
            return String::new();
        }
        format!(": {}", reasons.join(", "))
    }

    fn remedy(&self, facts: &Facts) -> Remedy {
        if !facts.settings().http.keep_alive.is_on() {
            return Remedy::Change(Change::KeepAlive(Switch::On));
        }
        let mut steps = vec!["keep connections open between requests"];
        if self.old.is_some() {
            steps.push("speak TLS 1.3, whose handshake takes one round trip");
        }
        if self.chain.is_some() {
            steps.push(
                "send a chain that fits the first window of 14 kB: fewer names in a certificate, keys of elliptic curves, no root",
            );
        }
        if self.full {
            steps.push("let sessions be resumed");
        }
        Remedy::Advice(format!("On the server: {}.", steps.join("; ")))
    }
}

fn cost(facts: &Facts) -> Vec<String> {
    let owner = if facts.settings().http.keep_alive.is_on() {
        "idle connections on the server, some kB of memory each"
    } else {
        "one open connection per concurrent call, on both sides"
    };
    vec![owner.to_owned()]
}

fn evidence_of(found: &Dominating, reasons: &Reasons) -> Vec<Evidence> {
    let mut all = Vec::new();
    all.extend(evidence::median("tls p50", &found.handshakes));
    all.extend(evidence::median(
        "service p50, new connection",
        &found.calls,
    ));
    all.extend(
        reasons
            .chain
            .map(|size| evidence::bytes("certificates", size, reasons.n)),
    );
    all
}

#[cfg(test)]
mod tests;
